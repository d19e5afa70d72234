import { rootCertificates } from "node:tls";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { own, readCallSettings, readSettings, type CommonOptions, type RequestOptions } from "../../src/core/options.ts";

const noVariables = () => undefined;
const settingsOf = (options: unknown) => readSettings(options as CommonOptions, noVariables);
const callOf = (options: unknown) => readCallSettings(options as RequestOptions, settingsOf({}));

test("the defaults are those that are documented", () => {
  const { log, ...rest } = settingsOf({});
  expect(rest).toEqual({ timeout: 30_000, retryAttempts: 2, retryMaxDelay: 8_000, maxResponseBytes: 64 * 1024 * 1024, headers: {}, fetch: undefined, proxy: undefined, ca: undefined });
  expect(log).toHaveProperty("warn");
});

test("what is given wins over the default", () => {
  const fetch = () => Promise.reject(new Error("unused"));
  expect(settingsOf({ timeout: 5, retry: { attempts: 1, maxDelay: 7 }, maxResponseBytes: 9, headers: { "X-A": "b" }, fetch })).toMatchObject({
    timeout: 5,
    retryAttempts: 1,
    retryMaxDelay: 7,
    maxResponseBytes: 9,
    headers: { "x-a": "b" },
    fetch,
  });
});

test("a zero that means something is kept", () => {
  expect(settingsOf({ retry: { attempts: 0, maxDelay: 0 } })).toMatchObject({ retryAttempts: 0, retryMaxDelay: 0 });
});

test("an option that is undefined counts as not given", () => {
  const undefinedAll = { timeout: undefined, retry: undefined, headers: undefined, fetch: undefined, proxy: undefined, ca: undefined, maxResponseBytes: undefined, logger: undefined, logLevel: undefined };
  expect({ ...settingsOf(undefinedAll), log: 0 }).toEqual({ ...settingsOf({}), log: 0 });
  expect(settingsOf({ retry: { attempts: undefined } }).retryAttempts).toBe(2);
});

test.each([
  ["timeout", [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, "30", null, {}], (value: unknown) => ({ timeout: value })],
  ["retry.attempts", [-1, 11, 0.5, Number.NaN, Infinity, "2", null, true], (value: unknown) => ({ retry: { attempts: value } })],
  ["retry.maxDelay", [-1, 0.5, Infinity, 2 ** 31, "1"], (value: unknown) => ({ retry: { maxDelay: value } })],
  ["maxResponseBytes", [0, -1, 1.5, Infinity, 2 ** 53, "1"], (value: unknown) => ({ maxResponseBytes: value })],
] as const)("%s outside its range is refused by its name", (name, values, options) => {
  for (const value of values) {
    expect(() => settingsOf(options(value))).toThrow(ConfigurationError);
    expect(() => settingsOf(options(value))).toThrow(`${name} must be a whole number from `);
  }
});

test("the ends of each range are inside", () => {
  expect(settingsOf({ timeout: 1, retry: { attempts: 10, maxDelay: 2 ** 31 - 1 }, maxResponseBytes: 1 })).toMatchObject({ timeout: 1, retryAttempts: 10 });
  expect(settingsOf({ timeout: 2 ** 31 - 1, maxResponseBytes: Number.MAX_SAFE_INTEGER }).timeout).toBe(2 ** 31 - 1);
});

test.each([0, false, true, 3, "no"])("retry: %s is refused instead of meaning the default", (retry) => {
  expect(() => settingsOf({ retry })).toThrow(new ConfigurationError("retry must be an object with attempts and maxDelay"));
});

test("a fetch that is no function is refused", () => {
  expect(() => settingsOf({ fetch: "fetch" })).toThrow(new ConfigurationError("fetch must be a function"));
});

test.each([
  [{ ca: rootCertificates[0] }, "fetch and ca exclude each other"],
  [{ proxy: "http://proxy.example" }, "fetch and proxy exclude each other"],
  [{ proxy: 5 }, "fetch and proxy exclude each other"],
])("a fetch beside what is for the built-in transport is refused, both named", (options, message) => {
  const both = (): unknown => settingsOf({ fetch: globalThis.fetch, ...options });
  expect(both).toThrow(ConfigurationError);
  expect(both).toThrow(message);
});

test("a fetch has proxies to itself: none of a variable, right or wrong, is looked at", () => {
  const variable = (name: string) => (name === "HTTPS_PROXY" ? "socks5://proxy.example" : undefined);
  expect(readSettings({ fetch: globalThis.fetch }, variable).proxy).toBeUndefined();
  expect(readSettings({ fetch: globalThis.fetch, proxy: false }, variable).proxy).toBeUndefined();
});

test("only options of their own are read, never those of a prototype", () => {
  const inherited: unknown = Object.create({ timeout: 1, headers: { "x-a": "b" }, retry: { attempts: 9 }, fetch: 5, proxy: 5, ca: 5, logLevel: "nonsense", maxResponseBytes: -1 });
  expect({ ...settingsOf(inherited), log: 0 }).toEqual({ ...settingsOf({}), log: 0 });
  expect(settingsOf({ retry: Object.create({ attempts: 9 }) as unknown }).retryAttempts).toBe(2);
  expect(callOf(Object.create({ timeout: 1, idempotent: true, allowPartial: true, signal: 5 }))).toMatchObject({ timeout: 30_000, idempotent: false, allowPartial: false, signal: undefined });
  expect(own<{ a: number; toString?: unknown }, "toString">({ a: 1 }, "toString")).toBeUndefined();
});

test("the log level comes from the option, else from LC_LOG, and an error names the one that is wrong", () => {
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const logger = { error: say, warn: say, info: say, debug: say };
  const variable = (value: string) => (name: string) => (name === "LC_LOG" ? value : undefined);
  readSettings({ logger }, variable("info")).log.info("by variable");
  readSettings({ logger, logLevel: "off" }, variable("info")).log.info("by option");
  expect(said).toEqual(["keylight: by variable"]);
  expect(() => readSettings({}, variable("loud"))).toThrow(/^LC_LOG must be one of/);
  expect(() => settingsOf({ logLevel: "loud" })).toThrow(/^logLevel must be one of/);
});

test("a call without options has the client's", () => {
  const settings = settingsOf({ timeout: 77 });
  const expected = { signal: undefined, timeout: 77, headers: undefined, idempotent: false, allowPartial: false };
  expect(readCallSettings(undefined, settings)).toEqual(expected);
  expect(readCallSettings({}, settings)).toEqual(expected);
});

test("a call's own options win", () => {
  const { signal } = new AbortController();
  expect(callOf({ signal, timeout: 5, headers: { "X-A": "b" }, idempotent: true, allowPartial: true })).toEqual({
    signal,
    timeout: 5,
    headers: { "x-a": "b" },
    idempotent: true,
    allowPartial: true,
  });
});

test("idempotent and allowPartial are said by true alone", () => {
  for (const value of [1, "true", {}, null]) expect(callOf({ idempotent: value, allowPartial: value })).toMatchObject({ idempotent: false, allowPartial: false });
});

test.each([5, "30", null, true])("%j is no object of call options", (options) => {
  expect(() => callOf(options)).toThrow(new ConfigurationError("the options of a call must be an object"));
});

test("a call's timeout and signal are checked", () => {
  expect(() => callOf({ timeout: 0 })).toThrow(/^timeout must be/);
  for (const signal of [{}, null, "now", { aborted: false }]) expect(() => callOf({ signal })).toThrow(new ConfigurationError("signal must be an AbortSignal"));
});
