import { afterEach, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { credentialText } from "../../src/core/credentials/text.ts";
import { readEnvironment } from "../../src/core/environment.ts";

afterEach(() => vi.unstubAllEnvs());

test("a variable is read, trimmed", () => {
  expect(readEnvironment(["LC_A"], { LC_A: "  value\n" })("LC_A")).toBe("value");
});

test.each(["", " ", "\t\r\n"])("an empty variable (%j) counts as unset", (value) => {
  expect(readEnvironment(["LC_A"], { LC_A: value })("LC_A")).toBeUndefined();
});

test("a variable that is set to undefined or is absent is unset", () => {
  const env = readEnvironment(["LC_A", "LC_B"], { LC_A: undefined });
  expect([env("LC_A"), env("LC_B")]).toEqual([undefined, undefined]);
});

test("only the names that the service knows are looked at", () => {
  const looked: string[] = [];
  const variables = new Proxy<Record<string, string>>({ LC_A: "a", LC_B: "b" }, {
    get: (target, name) => (looked.push(String(name)), target[String(name)]),
  });
  const env = readEnvironment(["LC_A"], variables);
  expect(env("LC_A")).toBe("a");
  expect(env("LC_B")).toBeUndefined();
  expect(new Set(looked)).toEqual(new Set(["LC_A"]));
});

test("variables are read once, so later changes do not count", () => {
  const variables: Record<string, string> = { LC_A: "first" };
  const env = readEnvironment(["LC_A", "LC_B"], variables);
  variables["LC_A"] = "second";
  variables["LC_B"] = "late";
  expect([env("LC_A"), env("LC_B")]).toEqual(["first", undefined]);
});

test("a variable of a prototype is not read", () => {
  expect(readEnvironment(["LC_A", "constructor"], Object.create({ LC_A: "inherited" }))("LC_A")).toBeUndefined();
  expect(readEnvironment(["constructor", "__proto__"], {})("constructor")).toBeUndefined();
});

test("by default the process's environment is read, and not at all when another is given", () => {
  vi.stubEnv("LC_TEST_VARIABLE", "from the process");
  expect(readEnvironment(["LC_TEST_VARIABLE"])("LC_TEST_VARIABLE")).toBe("from the process");
  expect(readEnvironment(["LC_TEST_VARIABLE"], {})("LC_TEST_VARIABLE")).toBeUndefined();
});

test.each([5, true, {}, Symbol("x")])("a value that is no text (%s) is refused by the variable's name", (value) => {
  const variables = { LC_A: value } as unknown as Record<string, string>;
  expect(() => readEnvironment(["LC_A"], variables)).toThrow(new ConfigurationError("env.LC_A must be a string"));
});

test("only ASCII white space is trimmed, so that a credential with a no-break space is refused", () => {
  const value = readEnvironment(["LC_API_KEY"], { LC_API_KEY: "abc\u00a0" })("LC_API_KEY");
  expect(() => credentialText(value ?? "", "LC_API_KEY")).toThrow(ConfigurationError);
});
