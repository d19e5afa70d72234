import { expect, test } from "vitest";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { classify, type Envelope } from "../../../src/core/transport/classify.ts";
import type { Outcome } from "../../../src/core/transport/outcome.ts";
import { answerOf, factsOf } from "./support.ts";

const read = (status: number, body: unknown, overrides: Parameters<typeof factsOf>[0] = {}): Outcome<Envelope> => classify(answerOf(status, body), factsOf(overrides));
const data = { me: { id: "1" } };
const errors = [{ message: "boom", path: ["me", 0] }];
const accepts = () => true;

function envelopeOf(outcome: Outcome<Envelope>): Envelope {
  if (outcome.kind !== "ok") throw outcome.error;
  return outcome.value;
}

test.each<[string, unknown]>([
  ["data alone", { data }],
  ["errors: []", { data, errors: [] }],
  ["errors: null", { data, errors: null }],
  ["extensions", { data, extensions: { cost: 1 } }],
  ["extensions: null", { data, extensions: null }],
  ["members of no known name", { data, warnings: [1], code: "FORBIDDEN" }],
])("%s is success", (_what, body) => {
  expect(envelopeOf(read(200, body))).toEqual({ data, errors: [] });
});

test.each([200, 201, 400, 500, 502])("data without errors is kept under a %i", (status) => {
  expect(envelopeOf(read(status, { data })).data).toEqual(data);
});

test.each([
  [401, "AuthenticationError"],
  [403, "PermissionError"],
  [404, "NotFoundError"],
  [429, "RateLimitError"],
])("a %i speaks louder than data, with or without errors beside it", (status, name) => {
  expect(read(status, { data })).toMatchObject({ error: { name } });
  for (const one of [{ data, errors }, { data: null, errors }]) expect(read(status, one)).toMatchObject({ error: { name, message: "boom" } });
});

test.each([
  [401, "rejected"],
  [429, "retry"],
] as const)("for a query that accepts partial data a %i is still %s", (status, kind) => {
  expect(read(status, { data, errors }, { accepts }).kind).toBe(kind);
});

test("errors beside data throw, and the error holds both", () => {
  const outcome = read(200, { data, errors });
  expect(outcome).toMatchObject({ kind: "fail", error: { name: "GraphQLRequestError", message: "boom", data, errors, mayHaveExecuted: false } });
  expect(read(200, { data, errors }, { kind: "mutation" })).toMatchObject({ error: { mayHaveExecuted: true } });
});

test("where partial data is accepted both are given", () => {
  expect(envelopeOf(read(200, { data, errors }, { accepts }))).toEqual({ data, errors });
  expect(envelopeOf(read(500, { data, errors }, { accepts, kind: "mutation" })).data).toEqual(data);
});

test("null data is never accepted in spite of errors", () => {
  expect(read(200, { data: null, errors }, { accepts }).kind).toBe("fail");
});

test("a write that gave data is taken though a code says no, where that data is accepted", () => {
  const body = { data: { createKey: { secret: "s" } }, errors: [{ message: "m", extensions: { code: "FORBIDDEN" } }] };
  expect(read(200, body, { accepts, kind: "mutation" }).kind).toBe("ok");
});

test("null data and no error at all is no answer of this API", () => {
  for (const body of [{ data: null }, { errors: [] }, { errors: null }, { data: null, errors: [] }]) {
    expect(read(200, body)).toMatchObject({ kind: "fail", error: { code: "BAD_RESPONSE" } });
  }
});

test.each([
  [500, "fail"],
  [501, "fail"],
  [502, "retry"],
  [503, "retry"],
  [504, "retry"],
] as const)("a %i with errors is a GraphQL error, and then: %s", (status, kind) => {
  expect(read(status, { data, errors })).toMatchObject({ kind, error: { name: "GraphQLRequestError", status, data, retryable: true } });
  expect(read(status, { data: null, errors }, { kind: "mutation" })).toMatchObject({ error: { mayHaveExecuted: true } });
});

test.each(["", "<html>", { data: null, errors }, { data }, "{}", { errors: [{ message: "m", extensions: { code: "ODD" } }] }])("a 429 is to be tried again whatever its body: %j", (body) => {
  for (const kind of ["query", "mutation"] as const) {
    const outcome = classify(answerOf(429, body, { "retry-after": "7" }), factsOf({ kind }));
    expect(outcome).toMatchObject({ kind: "retry", ran: false, error: { code: "RATE_LIMITED", retryAfterMs: 7_000, retryable: true } });
  }
});

test("a 503 says how long to wait as well", () => {
  expect(classify(answerOf(503, "", { "retry-after": "3" }), factsOf())).toMatchObject({ error: { retryAfterMs: 3_000 } });
});

test.each<[string, unknown, object]>([
  ["null", null, { message: "an error without a message" }],
  ["a text", "boom", { message: "an error without a message" }],
  ["an empty object", {}, { message: "an error without a message" }],
  ["a message that is no text", { message: 5 }, { message: "an error without a message" }],
  ["extensions: null", { message: "m", extensions: null }, { message: "m" }],
  ["a path that is none", { message: "m", path: "me" }, { message: "m" }],
  ["odd steps in the path", { message: "m", path: ["a", null, { b: 1 }, 2] }, { message: "m", path: ["a", 2] }],
  ["a code that is unknown", { message: "m", extensions: { code: "ODD", stacktrace: ["secret"] } }, { message: "m", code: "ODD" }],
])("an error that is %s is read as far as it goes", (_what, error, entry) => {
  expect(read(200, { errors: [error], data: null })).toMatchObject({ kind: "fail", error: { code: "GRAPHQL_ERROR" } });
  expect(envelopeOf(read(200, { errors: [error], data }, { accepts })).errors).toEqual([entry]);
});

test("__proto__ in an answer changes nothing", () => {
  const text = '{"__proto__":{"polluted":1},"data":{"__proto__":{"polluted":2},"me":1},"errors":[]}';
  expect(envelopeOf(read(200, text)).data?.["me"]).toBe(1);
  const inError = '{"errors":[{"message":"m","__proto__":{"code":"FORBIDDEN"},"extensions":{"__proto__":{"code":"FORBIDDEN"}}}],"data":null}';
  expect(read(200, inError)).toMatchObject({ error: { code: "GRAPHQL_ERROR" } });
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test("a byte order mark before the JSON is passed over", () => {
  expect(read(200, `\ufeff${JSON.stringify({ data })}`).kind).toBe("ok");
});

test("the server's text is scrubbed of live secrets and bounded, in message, code and request id", () => {
  const secrets = new LiveSecrets(/lmr_sa_\w+/g);
  secrets.add("hunter2");
  const body = { errors: [{ message: `hunter2 lmr_sa_abc ${"x".repeat(5000)}`, extensions: { code: "hunter2" } }], data: null };
  const outcome = classify(answerOf(200, body, { "x-request-id": "id-hunter2" }), factsOf({ secrets }));
  const error = outcome.kind === "fail" ? outcome.error : undefined;
  expect(error?.message).toMatch(/^\[redacted\] \[redacted\] x+…$/);
  expect(error?.message.length).toBeLessThanOrEqual(2048);
  expect(error?.requestId).toBe("id-[redacted]");
  expect(JSON.stringify(error)).not.toMatch(/hunter2|lmr_sa_/);
});

test("a content type that quotes a secret is scrubbed too", () => {
  const secrets = new LiveSecrets();
  secrets.add("hunter2");
  const outcome = classify(answerOf(200, "", { "content-type": "text/hunter2" }), factsOf({ secrets }));
  expect(outcome).toMatchObject({ error: { contentType: "text/[redacted]", message: expect.not.stringContaining("hunter2") } });
});

test.each([300, 301, 302, 303, 304, 307, 308])("a %i is an unexpected redirect, whatever its body", (status) => {
  for (const body of ["", { data }, { errors }]) {
    const outcome = classify(answerOf(status, body, { location: "https://user:pass@evil.example:8443/path?token=hunter2" }), factsOf({ kind: "mutation" }));
    expect(outcome).toMatchObject({
      kind: "fail",
      error: { code: "UNEXPECTED_REDIRECT", phase: "headers", targetOrigin: "https://evil.example:8443", status, mayHaveExecuted: status !== 307 && status !== 308 },
    });
    expect(JSON.stringify(outcome) + (outcome.kind === "fail" ? outcome.error.message : "")).not.toMatch(/hunter2|pass|path/);
  }
});

test.each(["", "/login?token=hunter2", "//evil.example/"])("a redirect to %j names no origin", (location) => {
  const outcome = classify(answerOf(302, "", { location }), factsOf());
  expect(outcome).toMatchObject({ error: { targetOrigin: undefined, mayHaveExecuted: false, message: expect.not.stringContaining("hunter2") } });
});

test("partial data in an error is scrubbed of live secrets, and data without end does not get in the way", () => {
  const secrets = new LiveSecrets();
  secrets.add("hunter2-secret");
  const outcome = read(200, { data: { me: { note: "hunter2-secret" } }, errors }, { secrets });
  expect(outcome).toMatchObject({ error: { code: "GRAPHQL_ERROR", data: { me: { note: "[redacted]" } } } });
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  expect(read(200, `{"errors":[{"message":"m"}],"data":{"a":${deep}}}`)).toMatchObject({ kind: "fail", error: { code: "GRAPHQL_ERROR" } });
});
