import { describe, expect, test } from "vitest";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { classifyRest } from "../../../src/core/transport/rest.ts";
import type { Outcome } from "../../../src/core/transport/outcome.ts";
import { canary } from "../../oracle/oracle.ts";
import { restFacts } from "./rest-dialect.ts";
import { answerOf } from "./support.ts";

type Kind = "query" | "mutation";

function read(status: number, body: unknown, kind: Kind = "query", headers: Record<string, string> = {}): Outcome<unknown> {
  return classifyRest(answerOf(status, body, headers), restFacts({ kind }));
}

/** What an outcome is, in short: its kind, its error's class and code, and whether a write may have run. */
function inShort(outcome: Outcome<unknown>): unknown[] {
  if (outcome.kind === "ok") return ["ok"];
  const { error } = outcome;
  return [outcome.kind, error.name, error.code, error.mayHaveExecuted];
}

describe("success", () => {
  test.each([[{ a: 1 }], [[]], ["4.8.1"], [0], [false], [null]])("%j is the value as it is", (value) => {
    expect(read(200, JSON.stringify(value))).toEqual({ kind: "ok", value });
  });

  test.each([200, 201, 202, 299])("status %i is one", (status) => {
    expect(read(status, { a: 1 })).toEqual({ kind: "ok", value: { a: 1 } });
  });

  test.each([204, 205, 304])("status %i has no body, so none is looked for", (status) => {
    expect(read(status, "")).toEqual({ kind: "ok", value: undefined });
  });

  test("a byte order mark is no part of the JSON", () => {
    expect(read(200, '\ufeff{"a":1}')).toEqual({ kind: "ok", value: { a: 1 } });
  });

  test("an error's shape under a status of success is data: the status decides", () => {
    expect(read(200, { message: "m", code: "TOKEN_OVER" })).toEqual({ kind: "ok", value: { message: "m", code: "TOKEN_OVER" } });
  });

  test("__proto__ in a JSON changes nothing", () => {
    const outcome = read(200, '{"__proto__":{"polluted":true}}');
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(Reflect.get(outcome.kind === "ok" ? (outcome.value as object) : {}, "polluted")).toBeUndefined();
  });
});

describe("no JSON", () => {
  test.each(["", "<html></html>", '{"a":', "undefined"])("%j under a status of success is a format error, and a write may have run", (body) => {
    expect(inShort(read(200, body))).toEqual(["fail", "ResponseFormatError", "BAD_RESPONSE", false]);
    expect(inShort(read(200, body, "mutation"))).toEqual(["fail", "ResponseFormatError", "BAD_RESPONSE", true]);
  });

  test.each<[number, Kind, unknown[]]>([
    [401, "mutation", ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    [403, "mutation", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    [404, "query", ["fail", "ResponseFormatError", "BAD_RESPONSE", false]],
    [400, "query", ["fail", "ResponseFormatError", "BAD_RESPONSE", false]],
    [407, "mutation", ["fail", "TransportError", "NETWORK_ERROR", false]],
    [429, "mutation", ["retry", "RateLimitError", "RATE_LIMITED", false]],
    [500, "query", ["fail", "TransportError", "NETWORK_ERROR", false]],
    [500, "mutation", ["fail", "TransportError", "NETWORK_ERROR", true]],
    [502, "query", ["retry", "TransportError", "NETWORK_ERROR", false]],
    [503, "mutation", ["retry", "TransportError", "NETWORK_ERROR", true]],
    [504, "mutation", ["retry", "TransportError", "NETWORK_ERROR", true]],
  ])("%i of a %s", (status, kind, expected) => {
    expect(inShort(read(status, "<html></html>", kind))).toEqual(expected);
  });

  test.each([{ other: "shape" }, ["m"], "text", null, { message: 5 }])("%j of status 400 is none of this service's errors", (body) => {
    const outcome = read(400, JSON.stringify(body));
    expect(inShort(outcome)).toEqual(["fail", "ResponseFormatError", "BAD_RESPONSE", false]);
    expect(outcome).toMatchObject({ error: { hint: "check the address", status: 400 } });
  });
});

describe("a redirect", () => {
  test.each([300, 301, 302, 303, 307, 308])("%i is none to follow, and tells only the origin", (status) => {
    const outcome = read(status, { message: "m" }, "mutation", { location: "https://elsewhere.example/path?token=x" });
    expect(outcome).toMatchObject({ kind: "fail", error: { code: "UNEXPECTED_REDIRECT", targetOrigin: "https://elsewhere.example", mayHaveExecuted: status < 307 } });
  });
});

describe("an error of the service", () => {
  test.each<[string, number, Kind, unknown[]]>([
    ["TOKEN_OVER", 400, "mutation", ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["TOKEN_OVER", 500, "mutation", ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["TOKEN_OVER", 403, "query", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    ["WRONG_PASSWORD", 401, "mutation", ["fail", "AuthenticationError", "INVALID_CREDENTIALS", false]],
    ["WRONG_PASSWORD", 503, "mutation", ["fail", "AuthenticationError", "INVALID_CREDENTIALS", false]],
    ["NO_RIGHT", 401, "mutation", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    ["GONE", 400, "query", ["fail", "NotFoundError", "NOT_FOUND", false]],
    ["BAD_NAME", 409, "mutation", ["fail", "ValidationError", "BAD_USER_INPUT", false]],
    ["BAD_DOCUMENT", 500, "mutation", ["fail", "ValidationError", "BAD_USER_INPUT", false]],
    ["LOCKED", 400, "mutation", ["fail", "RestRequestError", "REST_ERROR", false]],
    ["OTHER", 400, "mutation", ["fail", "ValidationError", "BAD_USER_INPUT", false]],
    ["OTHER", 422, "mutation", ["fail", "ValidationError", "BAD_USER_INPUT", false]],
    ["OTHER", 401, "mutation", ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["OTHER", 403, "mutation", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    ["OTHER", 404, "mutation", ["fail", "NotFoundError", "NOT_FOUND", false]],
    ["OTHER", 409, "mutation", ["fail", "RestRequestError", "REST_ERROR", false]],
    ["OTHER", 429, "mutation", ["retry", "RateLimitError", "RATE_LIMITED", false]],
    ["OTHER", 500, "mutation", ["fail", "RestRequestError", "REST_ERROR", true]],
    ["OTHER", 500, "query", ["fail", "RestRequestError", "REST_ERROR", false]],
    ["OTHER", 503, "mutation", ["retry", "RestRequestError", "REST_ERROR", true]],
    ["OTHER", 503, "query", ["retry", "RestRequestError", "REST_ERROR", false]],
  ])("%s with status %i of a %s", (code, status, kind, expected) => {
    expect(inShort(read(status, { message: "m", code }, kind))).toEqual(expected);
  });

  test("brings its message, its code, the status, the request's id and the hint for its class", () => {
    const outcome = read(404, { message: "no such thing", code: "OTHER" }, "query", { "x-rest-request-id": "r-1" });
    expect(outcome).toMatchObject({ error: { message: "no such thing", serviceCode: "OTHER", status: 404, requestId: "r-1", hint: "look for it", operationName: "GET things" } });
  });

  test("without a message of its own says the status", () => {
    expect(read(409, { message: "" })).toMatchObject({ error: { message: "the server answered 409" } });
    expect(read(401, "")).toMatchObject({ error: { message: "the credential was rejected" } });
  });

  test("tells what is wrong with which field", () => {
    const issues = [{ path: "name", message: "too long" }];
    expect(read(400, { message: "m", issues })).toMatchObject({ error: { issues } });
  });

  test("tells which scopes are needed and which there are", () => {
    expect(read(403, { message: "m", scopes: ["write"] })).toMatchObject({ error: { requiredScopes: ["write"], grantedScopes: ["read"], hint: "ask for the right" } });
  });

  test("a conflict is retryable: what was in use may be free later", () => {
    expect(read(400, { message: "m", code: "LOCKED" })).toMatchObject({ error: { retryable: true, serviceCode: "LOCKED" } });
    expect(read(409, { message: "m" })).toMatchObject({ error: { retryable: false } });
  });

  test("a limit: the header's wait goes before the body's, and the service's figures come along", () => {
    expect(read(429, { message: "m", wait: 5000 })).toMatchObject({ error: { retryAfterMs: 5000, hint: "slow down", rateLimit: { remaining: 0 } } });
    expect(read(429, { message: "m", wait: 5000 }, "query", { "retry-after": "2", "x-left": "7" })).toMatchObject({ error: { retryAfterMs: 2000, rateLimit: { remaining: 7 } } });
  });

  test("shows no secret, wherever the server repeats it", () => {
    const secret = canary("a-secret-that-rest-repeats");
    const secrets = new LiveSecrets();
    secrets.add(secret);
    const body = { message: `m ${secret}`, code: `C-${secret}`, issues: [{ path: secret, message: secret }], scopes: [secret] };
    for (const status of [400, 401, 403, 404, 409, 429, 500, 503]) {
      const outcome = classifyRest(answerOf(status, body, { "x-rest-request-id": secret }), restFacts({ secrets }));
      expect(JSON.stringify(Object.getOwnPropertyDescriptors(outcome.kind === "ok" ? {} : outcome.error))).not.toContain(secret);
    }
    const page = classifyRest(answerOf(200, "<html></html>", { "content-type": `text/${secret}`, location: `https://${secret}.example/` }), restFacts({ secrets }));
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(page.kind === "ok" ? {} : page.error))).not.toContain(secret);
  });
});
