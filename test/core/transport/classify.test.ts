import { describe, expect, test } from "vitest";
import { classify } from "../../../src/core/transport/classify.ts";
import type { Outcome } from "../../../src/core/transport/outcome.ts";
import { answerOf, factsOf } from "./support.ts";

type Kind = "query" | "mutation";
const coded = (code: unknown, message = "said", more: object = {}) => ({ errors: [{ message, extensions: { code } }], data: null, ...more });
const read = (status: number, body: unknown, kind: Kind = "query", accepts = false) => classify(answerOf(status, body), factsOf({ kind, accepts: () => accepts }));

/** An outcome in short: its kind, and the class, code and doubt of its error. */
function short(outcome: Outcome<unknown>): unknown[] {
  return outcome.kind === "ok" ? ["ok"] : [outcome.kind, outcome.error.name, outcome.error.code, outcome.error.mayHaveExecuted];
}

const html = "<!doctype html><title>hello</title>";
const plain = { errors: [{ message: "boom" }], data: null };

describe("step 4: what is no GraphQL answer goes by its status", () => {
  const shapeless: unknown[] = [html, "", "{}", "[]", '[{"data":{}}]', "null", "5", '"data"', '{"data":', '{"data":[]}', '{"data":5}', '{"errors":{}}', '{"errors":"x"}', '{"message":"x"}', '{"__proto__":{"data":{}}}'];

  test.each([
    [401, ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    [403, ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    [407, ["fail", "TransportError", "NETWORK_ERROR", false]],
    [429, ["retry", "RateLimitError", "RATE_LIMITED", false]],
    [500, ["fail", "TransportError", "NETWORK_ERROR", false]],
    [501, ["fail", "TransportError", "NETWORK_ERROR", false]],
    [502, ["retry", "TransportError", "NETWORK_ERROR", false]],
    [503, ["retry", "TransportError", "NETWORK_ERROR", false]],
    [504, ["retry", "TransportError", "NETWORK_ERROR", false]],
    [200, ["fail", "ResponseFormatError", "BAD_RESPONSE", false]],
    [204, ["fail", "ResponseFormatError", "BAD_RESPONSE", false]],
    [400, ["fail", "ResponseFormatError", "BAD_RESPONSE", false]],
    [404, ["fail", "ResponseFormatError", "BAD_RESPONSE", false]],
  ])("a %i with such a body is %j", (status, expected) => {
    for (const body of shapeless) expect(short(read(status, body)), String(body)).toEqual(expected);
  });

  test("a format error tells status, type and length, hints at the endpoint, and quotes nothing", () => {
    const outcome = classify(answerOf(200, html, { "content-type": "text/html; charset=utf-8", "x-request-id": "r1" }), factsOf());
    const error = outcome.kind === "fail" ? outcome.error : undefined;
    expect(error).toMatchObject({ contentType: "text/html; charset=utf-8", byteLength: html.length, status: 200, requestId: "r1", hint: "check the endpoint", operationName: "Op" });
    expect(JSON.stringify(error) + String(error)).not.toContain("hello");
  });

  test.each([
    [500, true],
    [502, true],
    [407, false],
    [429, false],
    [401, false],
    [403, false],
    [200, true],
  ])("after a write, a %i leaves doubt: %s", (status, doubt) => {
    expect(short(read(status, html, "mutation"))[3]).toBe(doubt);
  });
});

describe("step 5: a documented code comes before the status", () => {
  const meanings: [code: unknown, outcome: unknown[]][] = [
    ["UNAUTHENTICATED", ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["INCORRECT_USER_KEY_ID_OR_SECRET", ["fail", "AuthenticationError", "INVALID_CREDENTIALS", false]],
    ["UNAUTHORIZED", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    ["INSUFFICIENT_PERMISSIONS", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    ["FORBIDDEN", ["fail", "PermissionError", "PERMISSION_DENIED", false]],
    ["ENTITY_NOT_FOUND", ["fail", "NotFoundError", "NOT_FOUND", false]],
    ["BAD_USER_INPUT", ["fail", "ValidationError", "BAD_USER_INPUT", false]],
    ["GRAPHQL_VALIDATION_FAILED", ["fail", "GraphQLRequestError", "GRAPHQL_ERROR", false]],
    [4001, ["fail", "NotFoundError", "NOT_FOUND", false]],
    ["4001", ["fail", "NotFoundError", "NOT_FOUND", false]],
  ];

  test.each(meanings)("%s means the same under every status", (code, expected) => {
    for (const status of [200, 400, 401, 404, 429, 500, 503]) {
      for (const kind of ["query", "mutation"] as const) expect(short(read(status, coded(code), kind)), `${status} ${kind}`).toEqual(expected);
    }
  });

  test("a code at the top of the error object counts as well, as text or number", () => {
    expect(short(read(200, { errors: [{ message: "m", code: "FORBIDDEN" }] }))[1]).toBe("PermissionError");
    expect(short(read(200, { errors: [{ message: "m", code: 4001 }] }))[1]).toBe("NotFoundError");
  });

  test("the first error that has a documented code decides", () => {
    const errors = [{ message: "a" }, { message: "b", extensions: { code: "ODD" } }, { message: "c", extensions: { code: "ENTITY_NOT_FOUND" } }];
    const outcome = read(200, { errors, data: null });
    expect(outcome).toMatchObject({ kind: "fail", error: { name: "NotFoundError", message: "c", status: 200 } });
  });

  test("a not-found that is reported as bad input is told by its text", () => {
    expect(short(read(200, coded("BAD_USER_INPUT", "Account not found.")))[1]).toBe("NotFoundError");
    expect(short(read(200, coded("BAD_USER_INPUT", "not found: a name is needed")))[1]).toBe("ValidationError");
  });

  test("a validation error lists where and what", () => {
    const errors = [{ message: "too long", path: ["input", "names", 0], extensions: { code: "BAD_USER_INPUT" } }, { message: "odd" }];
    expect(read(200, { errors })).toMatchObject({ error: { issues: [{ path: "input.names.0", message: "too long" }, { path: "", message: "odd" }] } });
  });

  test("hints come with what they are for", () => {
    expect(read(200, coded("FORBIDDEN"))).toMatchObject({ error: { hint: "be an Admin" } });
    expect(read(200, coded("GRAPHQL_VALIDATION_FAILED"))).toMatchObject({ error: { hint: "check the document" } });
  });

  test.each(["toString", "__proto__", "constructor", "ODD", "", "unauthenticated", null, true, {}, ["FORBIDDEN"]])("%j is no documented code", (code) => {
    expect(short(read(200, coded(code)))).toEqual(["fail", "GraphQLRequestError", "GRAPHQL_ERROR", false]);
  });
});

describe("what renews and what does not", () => {
  test("a 403 never renews, not even with UNAUTHENTICATED in it", () => {
    for (const body of [html, "", plain, coded("UNAUTHENTICATED"), coded("FORBIDDEN"), coded("UNAUTHORIZED")]) {
      for (const kind of ["query", "mutation"] as const) expect(short(read(403, body, kind))).toEqual(["fail", "PermissionError", "PERMISSION_DENIED", false]);
    }
  });

  test("the text Unauthorized alone renews nothing", () => {
    for (const code of ["UNAUTHORIZED", "FORBIDDEN", "ODD"]) expect(read(200, coded(code, "Unauthorized")).kind).toBe("fail");
  });

  test.each<[Kind, unknown, unknown[]]>([
    ["query", null, ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["query", undefined, ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["query", { me: null }, ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["mutation", null, ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["mutation", undefined, ["rejected", "AuthenticationError", "SESSION_EXPIRED", false]],
    ["mutation", { createKey: null }, ["fail", "AuthenticationError", "SESSION_EXPIRED", true]],
    ["mutation", {}, ["fail", "AuthenticationError", "SESSION_EXPIRED", true]],
  ])("UNAUTHENTICATED in a 200 for a %s with data %j is %j", (kind, data, expected) => {
    expect(short(read(200, coded("UNAUTHENTICATED", "m", { data }), kind))).toEqual(expected);
  });

  test("for a 401 the data does not matter: the server says that nothing ran", () => {
    expect(read(401, coded("UNAUTHENTICATED", "m", { data: { createKey: null } }), "mutation").kind).toBe("rejected");
    expect(read(401, { data: { me: { id: "1" } } }).kind).toBe("rejected");
  });

  test("for a query a rejected credential comes before partial data, even where that is accepted", () => {
    expect(read(200, coded("UNAUTHENTICATED", "m", { data: { me: null } }), "query", true).kind).toBe("rejected");
    expect(read(401, { ...plain, data: { me: null } }, "query", true).kind).toBe("rejected");
  });
});
