import { afterEach, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { createLog, type Logger, type LogLevel } from "../../src/core/log.ts";

afterEach(() => vi.restoreAllMocks());

const methods = ["error", "warn", "info", "debug"] as const;

function recording(): { logger: Logger; said: unknown[][] } {
  const said: unknown[][] = [];
  const at = (method: string) => (...given: unknown[]) => void said.push([method, ...given]);
  return { logger: { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") }, said };
}

test.each<[LogLevel | undefined, readonly string[]]>([
  [undefined, []],
  ["off", []],
  ["error", ["error"]],
  ["warn", ["error", "warn"]],
  ["info", ["error", "warn", "info"]],
  ["debug", methods],
])("at level %s the logger hears %j", (level, heard) => {
  const { logger, said } = recording();
  const log = createLog(logger, level, "logLevel");
  for (const method of methods) log[method]("hello", { a: 1 });
  expect(said).toEqual(heard.map((method) => [method, "keylight: hello", { a: 1 }]));
});

test.each(["verbose", "DEBUG", "", "toString"])("an unknown level (%j) is refused by the name that it came under", (level) => {
  expect(() => createLog(undefined, level, "LC_LOG")).toThrow(new ConfigurationError("LC_LOG must be one of off, error, warn, info, debug"));
});

test("without a logger the console is used, as it is at that time", () => {
  const log = createLog(undefined, "warn", "logLevel");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  log.warn("hello");
  expect(warn).toHaveBeenCalledExactlyOnceWith("keylight: hello", undefined);
});

test("a logger keeps its own this", () => {
  class Collector {
    readonly lines: string[] = [];
    info(message: string): void {
      this.lines.push(message);
    }
    error(): void {}
    warn(): void {}
    debug(): void {}
  }
  const collector = new Collector();
  createLog(collector, "info", "logLevel").info("hello");
  expect(collector.lines).toEqual(["keylight: hello"]);
});

test("a logger that throws, or lacks a method, does not fail a call", () => {
  const broken = { error: () => { throw new Error("disk full"); } } as unknown as Logger;
  const log = createLog(broken, "debug", "logLevel");
  for (const method of methods) expect(() => { log[method]("hello"); }).not.toThrow();
});

test("a logger whose promise rejects does not crash the process", async () => {
  const unhandled = vi.fn();
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", unhandled);
  const failing = async () => { throw new Error("disk full"); };
  createLog(Object.assign(Object.create(console) as Logger, { info: failing }), "info", "logLevel").info("hello");
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.removeAllListeners("unhandledRejection");
  for (const other of others) process.on("unhandledRejection", other);
  expect(unhandled).not.toHaveBeenCalled();
});
