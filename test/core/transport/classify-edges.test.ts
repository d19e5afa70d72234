import { describe, expect, test } from "vitest";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { classify, type GraphQLFacts } from "../../../src/core/transport/classify.ts";
import type { ErrorDialect } from "../../../src/core/transport/outcome.ts";
import { canary } from "../../oracle/oracle.ts";
import { answerOf, dialect, factsOf } from "./support.ts";

const read = (status: number, body: unknown, facts: Partial<GraphQLFacts> = {}, headers: Record<string, string> = {}) => classify(answerOf(status, body, headers), factsOf(facts));
const error = (code: string | undefined, message = "no") => ({ message, extensions: { code } });
const write = { kind: "mutation" } as const;

describe("a write whose answer holds data beside errors", () => {
  test.each<[string, object | null, boolean]>([["some of it ran", { a: null, b: { id: 1 } }, true], ["nothing of it ran", { a: null }, false], ["none came", null, false]])("by a documented code, where %s", (_what, data, ran) => {
    expect(read(200, { data, errors: [error("FORBIDDEN")] }, write)).toMatchObject({ kind: "fail", error: { code: "PERMISSION_DENIED", mayHaveExecuted: ran } });
  });

  test("by its status says what ran too", () => {
    expect(read(403, { data: { a: { id: 1 } }, errors: [error(undefined)] }, write)).toMatchObject({ kind: "fail", error: { mayHaveExecuted: true } });
    expect(read(403, { data: { a: null }, errors: [error(undefined)] }, write)).toMatchObject({ kind: "fail", error: { mayHaveExecuted: false } });
  });

  test("ran not at all where it was a query", () => {
    expect(read(200, { data: { a: { id: 1 } }, errors: [error("FORBIDDEN")] })).toMatchObject({ error: { mayHaveExecuted: false } });
  });

  test("is taken under any status where it is wanted, and a query's is not", () => {
    const answer = { data: { a: { secret: "once" } }, errors: [error(undefined)] };
    const accepts = () => true;
    for (const status of [401, 403, 404, 429]) {
      expect(read(status, answer, { ...write, accepts })).toMatchObject({ kind: "ok", value: { data: answer.data } });
      expect(read(status, answer, { accepts }).kind).not.toBe("ok");
    }
    expect(read(200, { ...answer, errors: [error("UNAUTHENTICATED")] }, { ...write, accepts })).toMatchObject({ kind: "ok" });
    expect(read(200, { ...answer, errors: [error("UNAUTHENTICATED")] }, { accepts })).toMatchObject({ kind: "rejected" });
  });
});

describe("an answer without errors", () => {
  test("under a status that failed tells no more than the status", () => {
    const outcome = read(503, { data: null });
    expect(outcome).toMatchObject({ kind: "retry", error: { message: "the server answered 503" } });
    expect(outcome).toHaveProperty("error.name", "TransportError");
  });

  test("of another service on the same host, `{ error, data }`, is none", () => {
    expect(read(200, { error: null, data: { a: 1 } })).toMatchObject({ kind: "fail", error: { code: "BAD_RESPONSE" } });
    expect(read(200, { error: "no", data: { a: 1 }, errors: [] })).toMatchObject({ kind: "ok" });
  });
});

describe("a code", () => {
  const withCodes = (codes: [string, "conflict" | "bad-input" | "not-found"][]): ErrorDialect => ({ codes: new Map(codes), requestIdHeader: "x-request-id", hints: {} });

  test("that means a conflict may be tried later", () => {
    const outcome = read(200, { data: null, errors: [error("IN_USE", "the cluster is in use")] }, { dialect: withCodes([["IN_USE", "conflict"]]) });
    expect(outcome).toMatchObject({ kind: "fail", error: { message: "the cluster is in use", retryable: true } });
    expect(outcome).toHaveProperty("error.name", "GraphQLRequestError");
  });

  test("counts though it is not that of the first error, and one that is not documented does not", () => {
    expect(read(200, { data: null, errors: [error(undefined), error("ODD"), error("ENTITY_NOT_FOUND", "no such thing")] })).toMatchObject({ error: { name: "NotFoundError", message: "no such thing" } });
    expect(read(200, { data: null, errors: [error("ODD"), error(undefined)] })).toMatchObject({ error: { name: "GraphQLRequestError" } });
  });

  test("of a wrong input is that, in a dialect that tells nothing by texts", () => {
    expect(read(200, { data: null, errors: [error("BAD", "user not found")] }, { dialect: withCodes([["BAD", "bad-input"]]) })).toMatchObject({ error: { name: "ValidationError" } });
  });

  test("UNAUTHENTICATED under 403 is what the status says", () => {
    expect(read(403, { data: null, errors: [error("UNAUTHENTICATED")] })).toMatchObject({ kind: "fail", error: { code: "PERMISSION_DENIED" } });
  });
});

test("the path of an error holds texts without secrets, and numbers", () => {
  const secrets = new LiveSecrets();
  secrets.add(canary("secret-in-the-path-of-an-error"));
  const errors = [{ message: "no", path: ["a", 1, null, {}, "secret-in-the-path-of-an-error"] }, 5, { message: 5 }];
  expect(read(200, { data: null, errors }, { secrets, dialect })).toMatchObject({
    error: { errors: [{ message: "no", path: ["a", 1, "[redacted]"] }, { message: "an error without a message" }, { message: "an error without a message" }] },
  });
});

test.each([[200, 401], [404, 300]])("errors that are an empty list beside no data, under %i, are no answer", (status) => {
  expect(read(status, { errors: [] }).kind).toBe("fail");
});

describe("what the status says", () => {
  test.each([[500, "fail", true], [502, "retry", true], [503, "retry", true], [504, "retry", true], [501, "fail", true], [407, "fail", false]])("%i without a readable body: %s, to be retried by the caller: %s", (status, kind, retryable) => {
    expect(read(status, "<html>")).toMatchObject({ kind, error: { message: `the server answered ${status}`, retryable, mayHaveExecuted: false } });
    expect(read(status, "<html>", write)).toMatchObject({ error: { mayHaveExecuted: status !== 407 } });
  });

  test.each([[301, true], [302, true], [303, true], [307, false], [308, false]])("%i is a redirect that is not followed; a write may have run: %s", (status, ran) => {
    expect(read(status, "", write, { location: "https://other.test/a?b" })).toMatchObject({
      kind: "fail", error: { message: `the server answered ${status}, a redirect to https://other.test; none is followed`, mayHaveExecuted: ran },
    });
    expect(read(status, "")).toMatchObject({ error: { message: `the server answered ${status}, a redirect; none is followed`, mayHaveExecuted: false } });
  });

  test("is told with the type and the length of what is no answer, and with the request's id, neither too long", () => {
    const long = { "content-type": `text/${"x".repeat(200)}`, "x-request-id": "r".repeat(300) };
    expect(read(200, "<html>", {}, long)).toMatchObject({ error: {
      message: `the server answered 200 with 6 bytes of type text/${"x".repeat(95)}, which is no answer of this API`, contentType: `text/${"x".repeat(95)}`, requestId: "r".repeat(200),
    } });
    const bare = { ...answerOf(200, "<html>"), header: () => undefined };
    expect(classify(bare, factsOf())).toMatchObject({ error: { message: "the server answered 200 with 6 bytes without a content type, which is no answer of this API", contentType: undefined } });
  });
});
