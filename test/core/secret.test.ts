import { format, inspect } from "node:util";
import { expect, test, vi } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { encodeBody, revealed, Secret } from "../../src/core/secret.ts";

const text = "hunter2-is-the-value";
const make = () => new Secret(text);

const ways: [way: string, print: (secret: Secret) => string][] = [
  ["String()", (secret) => String(secret)],
  ["a template", (secret: unknown) => `${secret as number}`],
  ["concatenation (after an x)", (secret: unknown) => "x" + (secret as string)],
  ["JSON", (secret) => String(JSON.parse(JSON.stringify(secret)))],
  ["inspect", (secret) => inspect(secret)],
  ["inspect with hidden properties", (secret) => inspect(secret, { showHidden: true, depth: 10 })],
  ["inspect at depth 0", (secret) => inspect(secret, { depth: 0 })],
  ["format %s", (secret) => format("%s", secret)],
  ["format %o", (secret) => format("%o", secret)],
  ["Array.join", (secret) => [secret].join()],
  ["toString", (secret) => secret.toString()],
];

test.each(ways)("%s prints [redacted]", (_way, print) => {
  expect(print(make()).replace(/^x/, "")).toBe("[redacted]");
});

test("as a part of something larger it prints [redacted] too", () => {
  const holder = { list: [make()], map: new Map([["k", make()]]), error: Object.assign(new Error("x"), { secret: make() }) };
  for (const shown of [JSON.stringify(holder), inspect(holder, { showHidden: true, depth: null }), inspect(holder, { customInspect: false, showHidden: true, depth: null })]) {
    expect(shown).not.toContain(text);
  }
  expect(JSON.stringify({ secret: make() })).toBe('{"secret":"[redacted]"}');
});

test("a number format does not turn it into anything", () => {
  expect(Number(make())).toBeNaN();
});

const spread = (value: object): object => ({ ...value });

test("neither a clone, a spread, nor the entries hold the value", () => {
  const secret = make();
  const copies = [structuredClone(secret), Object.fromEntries(Object.entries(secret)), spread(secret), Object.entries(secret), Object.getOwnPropertyNames(secret), Object.assign({}, secret)];
  for (const copy of copies) {
    expect(inspect(copy, { showHidden: true, depth: 10 })).not.toContain(text);
    expect(JSON.stringify(copy)).not.toContain(text);
  }
  expect(Object.keys(secret)).toEqual([]);
});

test("reveal() gives the value, an empty one too", () => {
  expect(make().reveal()).toBe(text);
  expect(new Secret("").reveal()).toBe("");
});

test.each([undefined, null, 5, {}, [], Symbol("x"), make()])("a Secret of %s is refused", (value) => {
  expect(() => new Secret(value as string)).toThrow(ConfigurationError);
});

test("a secret of another copy of the package is known by its value", async () => {
  vi.resetModules();
  const other = await import("../../src/core/secret.ts");
  expect(other.Secret).not.toBe(Secret);
  expect(revealed(new other.Secret(text))).toBe(text);
  expect(other.revealed(make())).toBe(text);
  expect(other.encodeBody({ secret: make() })).toBe(JSON.stringify({ secret: text }));
});

test.each([undefined, null, text, 5, {}, { reveal: () => text }])("%o is no secret", (value) => {
  expect(revealed(value)).toBeUndefined();
});

test.each([5, "text", () => 5])("an object that only bears a secret's mark (%s) is none", (mark) => {
  expect(revealed({ [Symbol.for("keylight.secret")]: mark })).toBeUndefined();
});

test("a body is plain JSON, and secrets in it stand as their values at any depth", () => {
  const body = { a: 1, b: [make(), { c: make() }], d: "x", e: undefined, f: null, g: new Date(0) };
  expect(JSON.parse(encodeBody(body))).toEqual({ a: 1, b: [text, { c: text }], d: "x", f: null, g: "1970-01-01T00:00:00.000Z" });
  expect(encodeBody({ a: [1, "two"] })).toBe('{"a":[1,"two"]}');
});

test("a caller's own text [redacted] stays what it is", () => {
  expect(JSON.parse(encodeBody({ a: "[redacted]", b: make() }))).toEqual({ a: "[redacted]", b: text });
  expect(encodeBody({ a: "[redacted]" })).toBe('{"a":"[redacted]"}');
});

test("a secret with quotes and line breaks is escaped like any text", () => {
  const odd = 'a"b\\c\nd';
  expect(JSON.parse(encodeBody({ secret: new Secret(odd) }))).toEqual({ secret: odd });
});
