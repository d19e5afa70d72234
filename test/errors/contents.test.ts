import { inspect } from "node:util";
import { expect, test } from "vitest";
import { annotate } from "../../src/errors/keylight-error.ts";
import {
  AmbiguousMutationError,
  GraphQLRequestError,
  KeylightError,
  NotFoundError,
  ResponseFormatError,
  TransportError,
  UnexpectedRedirectError,
  ValidationError,
  type ErrorDetails,
} from "../../src/errors/index.ts";

/** Every fact that reliability asks errors to hold to, and no other. */
const facts: Required<ErrorDetails> = {
  hint: "do that",
  retryable: true,
  mayHaveExecuted: true,
  operationName: "Me",
  variableNames: ["id"],
  status: 500,
  requestId: "r-1",
  retryAfterMs: 5,
  attempts: [{ status: 500, durationMs: 1, waitedMs: 0 }],
  cause: { name: "Error", code: "ECONNRESET" },
  serviceCode: "E_1",
  rateLimit: { limit: 10, remaining: 0 },
  requiredScopes: ["a:write"],
  grantedScopes: ["a:read"],
};
const smuggled = { request: "REQUEST", headers: { "x-api-key": "KEY" }, variables: { secret: "VALUE" }, body: "BODY", response: "RESPONSE" };

test("an error holds the listed facts and drops everything else that it is given", () => {
  const error = new NotFoundError("gone", { ...facts, ...smuggled });
  expect(JSON.parse(JSON.stringify(error))).toEqual({ code: "NOT_FOUND", ...facts });
  expect(Object.keys(error).sort()).toEqual(["code", ...Object.keys(facts)].sort());
});

test("neither JSON nor inspection shows what was dropped, hidden properties included", () => {
  const error = new TransportError("gone", "body", { ...facts, ...smuggled });
  const shown = JSON.stringify(error) + inspect(error, { showHidden: true, depth: 20 }) + String(error.stack);
  for (const text of ["REQUEST", "KEY", "VALUE", "BODY", "RESPONSE"]) expect(shown).not.toContain(text);
  expect(inspect(error)).toMatch(/^TransportError: gone/);
});

test("facts that are not given are absent, not undefined", () => {
  const error = new NotFoundError("gone", { status: undefined, hint: undefined });
  expect(Object.keys(error).sort()).toEqual(["code", "mayHaveExecuted", "retryable"]);
  expect("status" in error || "hint" in error || "cause" in error).toBe(false);
});

test("a zero and an empty text are facts", () => {
  expect(new NotFoundError("gone", { retryAfterMs: 0, hint: "" })).toMatchObject({ retryAfterMs: 0, hint: "" });
});

test("the facts of an error cannot be overwritten", () => {
  const error = new NotFoundError("gone", { status: 404 });
  expect(() => Object.assign(error, { status: 200 })).toThrow(TypeError);
  expect(error.status).toBe(404);
});

test.each<[string, KeylightError, Record<string, unknown>]>([
  ["TransportError its phase", new TransportError("m", "tls"), { phase: "tls" }],
  ["UnexpectedRedirectError the target's origin", new UnexpectedRedirectError("m", "https://a.example"), { phase: "headers", targetOrigin: "https://a.example" }],
  ["ResponseFormatError type and length", new ResponseFormatError("m", "text/html", 12), { contentType: "text/html", byteLength: 12 }],
  ["ValidationError its issues", new ValidationError("m", [{ path: "name", message: "long" }]), { issues: [{ path: "name", message: "long" }] }],
  ["GraphQLRequestError errors and data", new GraphQLRequestError("m", [{ message: "e" }], { a: 1 }), { errors: [{ message: "e" }], data: { a: 1 } }],
])("%s", (_what, error, more) => {
  const common = { code: error.code, retryable: false, mayHaveExecuted: false };
  expect(JSON.parse(JSON.stringify(error))).toEqual({ ...common, ...more });
});

test("the search of an ambiguous mutation does not show", () => {
  const secret = "hunter2";
  const error = new AmbiguousMutationError("m", "body", () => Promise.reject(new Error(secret)));
  expect(Object.keys(error)).not.toContain("recover");
  expect(inspect(error, { showHidden: true, depth: 10 })).not.toContain(secret);
});

test("annotate adds the facts that are missing and changes none that are there", () => {
  const error = annotate(new NotFoundError("gone", { status: 404, hint: "mine" }), { status: 500, hint: "theirs", operationName: "Me", requestId: undefined });
  expect(error).toMatchObject({ status: 404, hint: "mine", operationName: "Me" });
  expect(Object.hasOwn(error, "requestId")).toBe(false);
});

test("annotate lets a write that may have run have the last word, and never takes it back", () => {
  expect(annotate(new NotFoundError("m"), { mayHaveExecuted: true }).mayHaveExecuted).toBe(true);
  expect(annotate(new NotFoundError("m", { mayHaveExecuted: true }), { mayHaveExecuted: false }).mayHaveExecuted).toBe(true);
  expect(annotate(new NotFoundError("m"), {}).mayHaveExecuted).toBe(false);
});

test("annotate returns the same error and leaves retryable alone", () => {
  const error = new NotFoundError("m");
  expect(annotate(error, { retryable: true })).toBe(error);
  expect(error.retryable).toBe(false);
});
