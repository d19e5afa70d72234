import { describe, expect, test, vi } from "vitest";
import {
  AuthenticationError,
  GraphQLRequestError,
  isKeylightError,
  KeylightError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  TimeoutError,
  TransportError,
  UnexpectedRedirectError,
  ValidationError,
} from "keylight";
import type { Fault } from "keylight/testing";
import { adminOf, countAt, expectHidden, failure, fakeLumar, furnished, rejection } from "./support.ts";

const id = { "x-request-id": "req-1" };
const coded = (code: string, message = "said the server"): object => ({ errors: [{ message, extensions: { code } }], data: null });

type Case = [what: string, fault: Fault, kind: new (...given: never[]) => KeylightError, facts: Record<string, unknown>];

const answers: Case[] = [
  ["UNAUTHORIZED", { body: coded("UNAUTHORIZED") }, PermissionError, { code: "PERMISSION_DENIED", status: 200 }],
  ["a bare 403", { status: 403 }, PermissionError, { code: "PERMISSION_DENIED", status: 403 }],
  ["ENTITY_NOT_FOUND", { body: coded("ENTITY_NOT_FOUND") }, NotFoundError, { code: "NOT_FOUND", status: 200 }],
  ["BAD_USER_INPUT with a not-found text", { body: coded("BAD_USER_INPUT", "Project not found.") }, NotFoundError, { code: "NOT_FOUND" }],
  ["BAD_USER_INPUT", { status: 400, body: coded("BAD_USER_INPUT") }, ValidationError, { code: "BAD_USER_INPUT", status: 400 }],
  ["429", { status: 429, headers: { "retry-after": "90" } }, RateLimitError, { code: "RATE_LIMITED", status: 429, retryAfterMs: 90_000, retryable: true }],
  ["502", { status: 502 }, TransportError, { code: "NETWORK_ERROR", status: 502, phase: "headers", retryable: true }],
  ["500", { status: 500 }, TransportError, { code: "NETWORK_ERROR", status: 500, retryable: true }],
  ["a redirect", { status: 307, headers: { location: "https://evil.example/a?token=b" } }, UnexpectedRedirectError, { code: "UNEXPECTED_REDIRECT", status: 307, targetOrigin: "https://evil.example", retryable: false }],
  ["HTML", { body: "<html></html>" }, ResponseFormatError, { code: "BAD_RESPONSE", status: 200, contentType: "text/html", byteLength: 13, retryable: false }],
  ["an empty body", { body: "" }, ResponseFormatError, { code: "BAD_RESPONSE", byteLength: 0 }],
  ["JSON of another shape", { body: { ok: true } }, ResponseFormatError, { code: "BAD_RESPONSE" }],
  ["a document that the server refuses", { status: 400, body: coded("GRAPHQL_VALIDATION_FAILED") }, GraphQLRequestError, { code: "GRAPHQL_ERROR", status: 400, retryable: false }],
  ["an unknown code", { body: coded("CRAWL_BUDGET") }, GraphQLRequestError, { code: "GRAPHQL_ERROR", message: "said the server", data: null }],
];

describe("an error of an answer has its class, its code, and the facts of the call", () => {
  test.each(answers)("%s", async (_, fault, kind, facts) => {
    const fake = fakeLumar();
    fake.failNext({ ...fault, operationName: "Me", headers: { ...fault.headers, ...id } });
    const error = await failure(adminOf(fake, { retry: { attempts: 0 } }).me(), KeylightError);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ retryable: false, mayHaveExecuted: false, operationName: "Me", requestId: "req-1", variableNames: [], ...facts });
    expect(error.name).toBe(kind.name);
    expect(error.attempts).toEqual([{ status: error.status, code: expect.any(String), durationMs: expect.any(Number), waitedMs: 0 }]);
    expect(isKeylightError(error, error.code)).toBe(true);
    expect(isKeylightError(error, "OTHER")).toBe(false);
  });

  test("a connection that breaks", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "Me", drop: "before" });
    const error = await failure(adminOf(fake, { retry: { attempts: 0 } }).me(), TransportError);
    expect(error).toMatchObject({ code: "NETWORK_ERROR", retryable: true, mayHaveExecuted: false, operationName: "Me" });
    expect(error.status).toBeUndefined();
    expect(["send", "headers"]).toContain(error.phase);
  });

  test("a call whose time is over", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    fake.failNext({ operationName: "Me", delay: 60_000 });
    const error = await failure(client.me({ timeout: 80 }), TimeoutError);
    expect(error).toMatchObject({ code: "TIMEOUT", retryable: true, operationName: "Me" });
    expect(error.message).toContain("80 ms");
  });

  test("attempts tell of each request, and of the waits", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { retry: { attempts: 2, maxDelay: 30 } });
    await client.login();
    fake.failNext([{ status: 503 }, { drop: "before" }, { status: 504 }]);
    const error = await failure(client.me(), TransportError);
    expect(error.attempts?.map(({ status }) => status)).toEqual([503, undefined, 504]);
    for (const { waitedMs } of error.attempts ?? []) expect(waitedMs).toBeLessThanOrEqual(30);
    expect(countAt(fake, "Me")).toBe(3);
  });

  test("a write that met a 5xx says that it may have run; the names of its variables, not their values", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ status: 502 });
    const error = await failure(client.serviceAccounts.update(serviceAccount.id, { description: "canary-text" }), TransportError);
    expect(error).toMatchObject({ mayHaveExecuted: true, variableNames: ["input"], operationName: "UpdateServiceAccount" });
    expectHidden(error, ["canary-text"]);
  });

  test("hints say what to do next", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { retry: { attempts: 0 } });
    fake.failNext([
      { operationName: "Me", status: 307, headers: { location: "https://evil.example/" } },
      { operationName: "Me", body: "<html></html>" },
      { operationName: "Me", status: 403 },
      { operationName: "Me", status: 400, body: coded("GRAPHQL_VALIDATION_FAILED") },
    ]);
    for (const text of ["if you trust it", "GraphQL address", "Admin role", "schema"]) {
      expect((await failure(client.me(), KeylightError)).hint).toContain(text);
    }
  });
});

test("isKeylightError holds across two copies of the package, and for nothing else", async () => {
  vi.resetModules();
  const other = await import("keylight");
  const foreign = new other.NotFoundError("gone");
  expect(other.NotFoundError).not.toBe(NotFoundError);
  expect(isKeylightError(foreign, "NOT_FOUND")).toBe(true);
  expect(foreign).toBeInstanceOf(NotFoundError);
  expect(foreign).toBeInstanceOf(KeylightError);
  expect(foreign).not.toBeInstanceOf(ValidationError);
  for (const value of [new Error("x"), { code: "NOT_FOUND" }, null, undefined, "x"]) expect(isKeylightError(value)).toBe(false);
});

describe("no error shows a secret", () => {
  test("of a login that is refused by a server that quotes it", async () => {
    const fake = fakeLumar();
    const secret = "canary/secret+with=signs";
    const quoted = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64"), JSON.stringify(secret)].join(" ");
    fake.failNext({ body: coded("INCORRECT_USER_KEY_ID_OR_SECRET", `no such key: ${quoted}`), headers: { "x-request-id": secret } });
    const client = adminOf(fake, { userKey: { ...fake.userKey, secret } });
    const error = await failure(client.me(), AuthenticationError);
    expect(error.message).toContain("[redacted]");
    expectHidden(error, [secret]);
    expectHidden(await rejection(client.login()), [secret]);
  });

  test.each<[string, Fault]>([
    ["a 500 that quotes it", { status: 500, body: coded("OOPS", "canary-secret-1") }],
    ["an answer that is cut off", { drop: "body" }],
    ["a connection that breaks", { drop: "before" }],
    ["a page that quotes it", { body: "<html>canary-secret-1</html>" }],
    ["a redirect that quotes it", { status: 307, headers: { location: "https://evil.example/?s=canary-secret-1" } }],
    ["a content type that quotes it", { body: "x", headers: { "content-type": "text/canary-secret-1" } }],
  ])("of a login that meets %s", async (_, fault) => {
    const fake = fakeLumar();
    fake.failNext(fault);
    const client = adminOf(fake, { userKey: { ...fake.userKey, secret: "canary-secret-1" }, retry: { attempts: 0 } });
    const error = await failure(client.me(), AuthenticationError);
    expect(error.code).toBe("LOGIN_FAILED");
    expectHidden(error, ["canary-secret-1"]);
  });

  test("of a call whose answer quotes the session token, a key of any shape, or a new key", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const { apiKey } = await client.serviceAccounts.keys.create(serviceAccount.id);
    const token = fake.requests.at(-1)?.headers["x-auth-token"] ?? "";
    const foreign = "lmr_sa_77_never-seen-before";
    fake.failNext({ operationName: "Me", body: coded("OOPS", `${token} ${apiKey.reveal()} ${foreign}`) });
    const error = await failure(client.me(), GraphQLRequestError);
    expect(error.message).toBe("[redacted] [redacted] [redacted]");
    expectHidden(error, [token, apiKey.reveal(), foreign]);
  });

  test("of a call with a key that is rejected in any way", async () => {
    const fake = fakeLumar();
    const apiKey = "lmr_sa_5_canary-key";
    fake.failNext([{ status: 401, body: coded("UNAUTHENTICATED", apiKey) }, { status: 403, body: coded("X", apiKey) }, { drop: "body" }, { status: 502, body: apiKey }]);
    const client = adminOf(fake).with({ apiKey, retry: { attempts: 0 } });
    for (let call = 0; call < 4; call += 1) expectHidden(await rejection(client.accounts.get(1)), [apiKey]);
    expect(fake.requests).toHaveLength(4);
  });

  test("of a create whose answer was lost", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ operationName: "CreateServiceAccountKey", drop: "body" });
    const error = await rejection(client.serviceAccounts.keys.create(serviceAccount.id));
    expectHidden(error, [fake.userKey.secret, "lmr_sa_", fake.requests.at(-1)?.headers["x-auth-token"] ?? ""]);
  });
});
