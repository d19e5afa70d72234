import { randomBytes } from "node:crypto";
import { tracingChannel } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client, ConfigurationError, fileSessionStore, Secret, TransportError } from "keylight";
import { formsOf, type Encoding } from "./forms.ts";
import { everythingOf, Searcher } from "./look.ts";
import { canary, leaksSoFar, plantsLeaks, storableCanary } from "./oracle.ts";

// Question marks make base64 that base64url writes differently, wherever they stand.
const secret = `s"\\/+=&%????>>>>${randomBytes(20).toString("base64")}`;
const bytes = Buffer.from(secret);

const encodings: readonly [what: string, text: string, encoding: Encoding][] = [
  ["raw", secret, "raw"],
  ["JSON-escaped", JSON.stringify(secret), "JSON-escaped"],
  ["JSON-escaped twice", JSON.stringify(JSON.stringify(secret)), "JSON-escaped"],
  ["JSON-escaped with its slashes", JSON.stringify(secret).replaceAll("/", "\\/"), "JSON-escaped"],
  ["URL-encoded", encodeURIComponent(secret), "URL-encoded"],
  ["URL-encoded in small letters", encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()), "URL-encoded"],
  ["base64", bytes.toString("base64"), "base64"],
  ["base64 behind one character", Buffer.from(`:${secret}`).toString("base64"), "base64"],
  ["base64 behind two characters and before others", Buffer.from(`ab${secret}cd`).toString("base64"), "base64"],
  ["base64 of a name and the secret", Buffer.from(`user:${secret}`).toString("base64"), "base64"],
  ["base64url", Buffer.from(`a${secret}`).toString("base64url"), "base64url"],
  ["hex", bytes.toString("hex"), "hex"],
  ["hex in capitals", bytes.toString("hex").toUpperCase(), "hex"],
];

const places: readonly [where: string, plant: (text: string) => unknown][] = [
  ["in the message", (text) => new Error(`before ${text} after`)],
  ["in the stack alone", (text) => Object.assign(new Error("plain"), { stack: `Error: plain\n at ${text}` })],
  ["in a member", (text) => Object.assign(new Error("plain"), { config: { headers: [{ value: text }] } })],
  ["in a member that is not enumerable", (text) => Object.defineProperty(new Error("plain"), "hidden", { value: text })],
  ["under a symbol", (text) => Object.assign(new Error("plain"), { [Symbol("s")]: text })],
  ["in a symbol's own name", (text) => Object.assign(new Error("plain"), { [Symbol(text)]: 1 })],
  ["in a member's name", (text) => Object.assign(new Error("plain"), { [text]: 1 })],
  ["in a getter", (text) => Object.defineProperty(new Error("plain"), "late", { get: () => text })],
  ["in the cause of the cause", (text) => new Error("plain", { cause: new Error("outer", { cause: new Error(text) }) })],
  ["among several errors", (text) => new AggregateError([new Error(text)])],
  ["in a map", (text) => ({ headers: new Map([["x", text]]) })],
  ["in a set of a map", (text) => new Map([[1, new Set([text])]])],
  ["in headers", (text) => ({ headers: new Headers({ "x-a": text }) })],
  ["in bytes", (text) => ({ body: Buffer.from(text) })],
  ["in what JSON makes of it", (text) => ({ toJSON: () => text })],
  ["in what a string makes of it", (text) => ({ toString: () => text })],
];

const search = (value: unknown) => new Searcher(formsOf(secret)).leaksIn(everythingOf(value));

describe.each(encodings)("a planted secret, %s,", (_what, text, encoding) => {
  test.each(places)("is found %s", (_where, plant) => {
    expect(search(plant(text)).map((leak) => leak.encoding)).toContain(encoding);
  });
});

test.each([
  ["a key of a service account", `lmr_sa_715_${randomBytes(12).toString("base64url")}`],
  ["a session token", randomBytes(64).toString("hex")],
])("%s is found by its shape, though nobody registered it", (_what, text) => {
  expect(search(new Error(`it was ${text}.`))).toMatchObject([{ encoding: "shape", before: expect.stringMatching(/it was $/) }]);
});

test("an error without a secret in it passes, also one that goes round in a circle", () => {
  const error: Error & { self?: unknown } = new Error("plain [redacted] lmr_sa_... lmr_sa_12_short", { cause: new Secret(secret) });
  error.self = error;
  expect(search(error)).toEqual([]);
});

test("a canary is long enough to be no accident", () => {
  expect(() => canary("short")).toThrow(RangeError);
});

describe("what the oracle hears of", () => {
  test("an error of keylight that nobody tells on a channel", () => {
    plantsLeaks();
    const error = new ConfigurationError(`apiKey is ${canary(secret)}`);
    expect(leaksSoFar().map(({ encoding }) => encoding)).toContain("raw");
    expect(error.code).toBe("INVALID_CONFIGURATION");
  });

  test("an error that is put together after it was made", () => {
    plantsLeaks();
    const error = new TransportError("plain", "send");
    expect(leaksSoFar()).toEqual([]);
    Object.defineProperty(error, "request", { value: { body: Buffer.from(canary(secret)).toString("hex") } });
    expect(leaksSoFar().map(({ encoding }) => encoding)).toContain("hex");
  });

  test.each(["keylight:request", "keylight:login"])("an event of %s", (name) => {
    plantsLeaks();
    tracingChannel<unknown, object>(name).start.publish({ headers: { authorization: Buffer.from(`u:${canary(secret)}`).toString("base64") } });
    expect(leaksSoFar().map(({ encoding }) => encoding)).toContain("base64");
  });

  test("an error that is told on a channel and is not of keylight", () => {
    plantsLeaks();
    tracingChannel<unknown, object>("keylight:request").error.publish({ error: new Error(encodeURIComponent(canary(secret))) });
    expect(leaksSoFar().map(({ encoding }) => encoding)).toContain("URL-encoded");
  });

  test("a line of a logger that the caller gave", async () => {
    const lines: unknown[] = [];
    const logger = { error: noted, warn: noted, info: noted, debug: noted };
    function noted(...given: unknown[]): void {
      lines.push(given);
    }
    plantsLeaks();
    // A caller's own fetch puts the leak into the code of its failure, which the log shows.
    const fetch = () => Promise.reject(Object.assign(new Error("x"), { code: canary(secret) }));
    const client = new Client({ sessionToken: "a-session-token", env: {}, fetch, logger, logLevel: "debug", retry: { attempts: 1, maxDelay: 1 } });
    await client.me().catch(() => undefined);
    await client.close();
    expect(lines.length).toBeGreaterThan(0);
    expect(leaksSoFar().length).toBeGreaterThan(0);
  });

  test("what is written to a file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "keylight-oracle-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    plantsLeaks();
    const token = storableCanary("a session's own token, which a store keeps");
    const store = fileSessionStore({ directory });
    await store.set("key", { token, obtainedAt: "2026-05-06T07:08:09.010Z" });
    expect(leaksSoFar()).toEqual([]);
    await store.set("key", { token: canary(secret), obtainedAt: "2026-05-06T07:08:09.010Z" });
    expect(leaksSoFar().length).toBeGreaterThan(0);
  });

  test("a line on the console", () => {
    plantsLeaks();
    console.debug("keylight: debug", { token: canary(secret) });
    expect(leaksSoFar().map(({ encoding }) => encoding)).toContain("raw");
  });
});

test.fails("a case that leaks fails, unless it says that it plants leaks", () => {
  new ConfigurationError(`apiKey is ${canary(secret)}`).toString();
});

test("one case's leaks are not held against the next", () => {
  expect(leaksSoFar()).toEqual([]);
});

test("a thousand errors with a thousand canaries are searched in little time", () => {
  plantsLeaks();
  for (let index = 0; index < 1_000; index += 1) {
    canary(randomBytes(64).toString("hex"));
    new TransportError(`no connection to the server ${index}`, "connect").toString();
  }
  const started = performance.now();
  expect(leaksSoFar()).toEqual([]);
  expect(performance.now() - started).toBeLessThan(3_000);
});
