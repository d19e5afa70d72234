import { expect, onTestFinished, test, vi } from "vitest";
import { AuthenticationError, ConfigurationError } from "../../../src/errors/index.ts";
import { keySource, type KeyOptions } from "../../../src/core/credentials/key.ts";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { Secret } from "../../../src/core/secret.ts";
import { CallScope, ScopeEnded } from "../../../src/core/transport/scope.ts";

function scopeOf(signal?: AbortSignal): CallScope {
  const scope = new CallScope({ timeout: 10_000, signal });
  onTestFinished(() => { scope.dispose(); });
  return scope;
}

function keyOf(value: KeyOptions["value"], more: Partial<KeyOptions> = {}) {
  return keySource({
    value,
    name: "apiKey",
    origin: { kind: "apiKey", source: "option apiKey", header: "x-api-key", variable: "LC_API_KEY" },
    secrets: new LiveSecrets(),
    rejection: { code: "KEY_REJECTED", message: "the key was rejected", hint: "make a new one" },
    ...more,
  });
}

test.each<[string, KeyOptions["value"]]>([
  ["a text", " k-1\n"],
  ["a Secret", new Secret("k-1")],
  ["a function", () => "k-1"],
  ["a function of a Secret", () => new Secret("k-1")],
  ["a function of a promise", async () => "k-1"],
])("%s becomes one header, and is hidden from then on", async (_what, value) => {
  const secrets = new LiveSecrets();
  const source = keyOf(value, { secrets });
  expect(await source.current(scopeOf())).toMatchObject({ header: "x-api-key", value: "k-1", adopted: true });
  expect(await source.atHand(scopeOf())).toMatchObject({ value: "k-1" });
  expect(secrets.touches("k-1")).toBe(true);
});

test.each<unknown>(["", "a b", "Bearer k", "undefined", 5, null])("a fixed key that is none (%j) is refused where it is made", (value) => {
  expect(() => keyOf(value as string)).toThrow(ConfigurationError);
  expect(() => keyOf(value as string)).toThrow(/^apiKey /);
});

test("a service's own rule is asked about each text", async () => {
  const check = vi.fn((text: string, name: string) => {
    if (!text.startsWith("k-")) throw new ConfigurationError(`${name} is of another service`);
  });
  expect(() => keyOf("x-1", { check })).toThrow("apiKey is of another service");
  expect(() => keyOf("k-1", { check })).not.toThrow();
  await expect(keyOf(() => "x-2", { check }).current(scopeOf())).rejects.toThrow("apiKey is of another service");
});

test("a function is not asked before the first call, and then for each call", async () => {
  const value = vi.fn(() => "k-1");
  const source = keyOf(value);
  expect(value).not.toHaveBeenCalled();
  for (let call = 0; call < 3; call += 1) await source.current(scopeOf());
  expect(value).toHaveBeenCalledTimes(3);
});

test("a generation stands for one value: it grows when the value changes, and only then", async () => {
  const values = ["a", "a", "b", "b", "a"];
  const source = keyOf(() => values.shift() ?? "z");
  const generations: number[] = [];
  while (values.length > 0) generations.push((await source.current(scopeOf())).generation);
  expect(generations).toEqual([1, 1, 2, 2, 3]);
});

test("a fixed key that was rejected is rejected for good, with a fresh error each time", async () => {
  const source = keyOf("k-1");
  const authorization = await source.current(scopeOf());
  const errors: unknown[] = [];
  for (let call = 0; call < 2; call += 1) await source.renew(authorization, scopeOf(), 0).catch((error: unknown) => errors.push(error));
  expect(errors[0]).toBeInstanceOf(AuthenticationError);
  expect(errors[0]).toMatchObject({ code: "KEY_REJECTED", message: "the key was rejected", hint: "make a new one" });
  expect(errors[0]).not.toBe(errors[1]);
});

test("a function is asked once more after a rejection; only another value counts, and only once a call", async () => {
  const values = ["a", "b", "b", "c"];
  const value = vi.fn(() => values.shift() ?? "z");
  const source = keyOf(value);
  const first = await source.current(scopeOf());
  const second = await source.renew(first, scopeOf(), 0);
  expect([first.value, second.value]).toEqual(["a", "b"]);
  await expect(source.renew(second, scopeOf(), 0)).rejects.toMatchObject({ code: "KEY_REJECTED" });
  await expect(source.renew(second, scopeOf(), 1)).rejects.toMatchObject({ code: "KEY_REJECTED" });
  expect(value).toHaveBeenCalledTimes(3);
});

test("a function that hangs is left at the caller's abort", async () => {
  const controller = new AbortController();
  const asking = keyOf(() => new Promise<never>(() => undefined)).current(scopeOf(controller.signal));
  controller.abort("enough");
  await expect(asking).rejects.toBeInstanceOf(ScopeEnded);
});

test.each<[string, () => never | Promise<never>]>([
  ["throws", () => { throw new Error("vault is sealed"); }],
  ["rejects", () => Promise.reject(new Error("vault is sealed"))],
])("a function that %s fails the call with its own error", async (_what, value) => {
  await expect(keyOf(value).current(scopeOf())).rejects.toThrow("vault is sealed");
});

test.each<unknown>(["", "a\nb", "null", undefined, 5])("a function that gives %j is refused by the option's name", async (given) => {
  await expect(keyOf(() => given as string).current(scopeOf())).rejects.toThrow(/^apiKey /);
});

test("where a key comes from is told without the key", () => {
  const { origin } = keyOf("hunter2");
  expect(JSON.stringify(origin)).not.toContain("hunter2");
  expect(origin.source).toBe("option apiKey");
});
