import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { parse } from "graphql";
import { describe, expect, test } from "vitest";
import { ConfigurationError, GraphQLRequestError, RateLimitError, Secret, ValidationError, type DocumentTypes } from "keylight";
import { adminOf, clientOf, countAt, failure, fakeLumar, furnishedWithKey, lastAt, operationsAt, rejection, wrong } from "./support.ts";

interface NodeData {
  node: { id: string; name?: string | null } | null;
}
interface NodeVariables {
  id: string;
}

const text = "query OwnNode($id: ObjectID!) { node(id: $id) { id ... on Account { name } } }";
const ast = parse(text);
const typedAst: TypedDocumentNode<NodeData, NodeVariables> = ast;

/** As code generation in string mode writes it. */
class TypedDocumentString<TResult, TVariables> extends String implements DocumentTypes<TResult, TVariables> {
  declare __apiType?: (variables: TVariables) => TResult;
  override toString(): string {
    return this.valueOf();
  }
}

const typedText = new TypedDocumentString<NodeData, NodeVariables>(text);

describe("request sends an operation of one's own", () => {
  test.each([
    ["text", text],
    ["a DocumentNode", ast],
    ["a TypedDocumentNode", typedAst],
    ["a TypedDocumentString", typedText],
  ])("as %s", async (_, document) => {
    const fake = fakeLumar();
    const data = await adminOf(fake).request<NodeData, NodeVariables>(document, { id: fake.account.id });
    expect(data).toEqual({ node: { id: fake.account.id, name: fake.account.name } });
    expect(lastAt(fake)).toMatchObject({ operationName: "OwnNode", variables: { id: fake.account.id } });
  });

  test("with types inferred from the document", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const fromAst = await client.request(typedAst, { id: fake.account.id });
    const fromText = await client.request(typedText, { id: fake.account.id });
    expect([fromAst.node?.id, fromText.node?.name]).toEqual([fake.account.id, fake.account.name]);
  });

  test("without a name, and without variables", async () => {
    const fake = fakeLumar();
    expect(await adminOf(fake).request("{ version }")).toEqual({ version: "1.0.0" });
    expect(lastAt(fake).operationName).toBeUndefined();
  });

  test("with the client's credential, and its renewal", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.request(text, { id: fake.account.id });
    fake.expireSessions();
    await client.request(text, { id: fake.account.id });
    expect(countAt(fake, "LoginWithUserKey")).toBe(2);
  });

  test("a Secret among the variables is sent as its value", async () => {
    const fake = fakeLumar();
    const login = "mutation OwnLogin($id: ObjectID!, $secret: String!) { createSessionUsingUserKey(input: {userKeyId: $id, secret: $secret}) { token } }";
    await adminOf(fake).request(login, { id: fake.userKey.id, secret: new Secret(fake.userKey.secret) });
    expect(lastAt(fake).variables["secret"]).toBe(fake.userKey.secret);
  });

  test("a mutation is not repeated by itself, and is where the call says that it may", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const mutation = "mutation Own { createUserKey { id } }";
    fake.failNext([{ operationName: "Own", status: 502 }]);
    expect(await rejection(client.request(mutation))).toMatchObject({ mayHaveExecuted: true, status: 502 });
    expect(countAt(fake, "Own")).toBe(1);
    fake.failNext([{ operationName: "Own", status: 502 }]);
    await client.request(mutation, {}, { idempotent: true });
    expect(countAt(fake, "Own")).toBe(3);
  });
});

describe("request refuses before anything is sent:", () => {
  test.each([
    ["a syntax error", "query {"],
    ["no operation", "fragment F on Account { id }"],
    ["two operations", "query A { version } query B { version }"],
    ["a subscription", "subscription { x }"],
    ["an empty text", ""],
    ["a number", 5],
    ["null", null],
    ["an object that is no document", {}],
  ])("%s", async (_, document) => {
    const fake = fakeLumar();
    await failure(adminOf(fake).request(wrong<string>(document)), ConfigurationError);
    expect(fake.requests).toHaveLength(0);
  });

  test.each([["a text"], [[1]], [null]])("variables that are %j", async (variables) => {
    const fake = fakeLumar();
    await failure(adminOf(fake).request(text, wrong<Record<string, unknown>>(variables)), ConfigurationError);
    expect(fake.requests).toHaveLength(0);
  });

  test("variables that JSON cannot hold", async () => {
    const fake = fakeLumar();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const variables of [circle, { id: 1n }]) {
      const error = await failure(adminOf(fake).request(text, variables), ValidationError);
      expect(error.issues[0]?.path).toBe("variables");
    }
    expect(fake.requests).toHaveLength(0);
  });
});

describe("rawRequest", () => {
  test("gives status, headers, request id, attempts and no errors", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "OwnNode", headers: { "x-request-id": "r-1", "x-other": "o" } });
    const raw = await adminOf(fake).rawRequest(typedAst, { id: fake.account.id });
    expect(raw.data.node?.id).toBe(fake.account.id);
    expect(raw).toMatchObject({ errors: [], status: 200, requestId: "r-1" });
    expect(raw.headers).toBeInstanceOf(Headers);
    expect(raw.headers.get("X-Other")).toBe("o");
    expect(raw.attempts).toEqual([{ status: 200, durationMs: expect.any(Number), waitedMs: 0 }]);
  });

  test("counts one attempt for each request that the call took", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { retry: { maxDelay: 20 } });
    await client.login();
    fake.failNext([{ status: 503 }, { status: 429, headers: { "retry-after": "0" } }]);
    fake.expireSessions();
    const { attempts } = await client.rawRequest(text, { id: fake.account.id });
    expect(attempts.map(({ status }) => status)).toEqual([503, 429, 401, 200]);
    expect(attempts.map(({ code }) => code)).toEqual(["NETWORK_ERROR", "RATE_LIMITED", "SESSION_EXPIRED", undefined]);
    expect(countAt(fake, "OwnNode")).toBe(attempts.length);
  });

  test("has no request id where the server sends none", async () => {
    const fake = fakeLumar();
    expect((await adminOf(fake).rawRequest("{ version }")).requestId).toBeUndefined();
  });
});

describe("errors beside partial data", () => {
  const partial = {
    data: { a: { name: "x" }, b: null },
    errors: [{ message: "b is away", path: ["b"], extensions: { code: "UPSTREAM" } }],
  };
  const own = 'query Two { a: node(id: "a") { id } b: node(id: "b") { id } }';

  test("are a GraphQLRequestError with both", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "Two", body: partial });
    const error = await failure(adminOf(fake).request(own), GraphQLRequestError);
    expect(error).toMatchObject({ code: "GRAPHQL_ERROR", message: "b is away", status: 200, operationName: "Two", data: partial.data });
    expect(error.errors).toEqual([{ message: "b is away", path: ["b"], code: "UPSTREAM" }]);
  });

  test("with allowPartial: request gives the data, rawRequest the errors too", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const fault = { operationName: "Two", body: partial };
    fake.failNext([fault, fault]);
    expect(await client.request(own, undefined, { allowPartial: true })).toEqual(partial.data);
    const raw = await client.rawRequest(own, {}, { allowPartial: true });
    expect(raw).toMatchObject({ data: partial.data, errors: [{ message: "b is away", code: "UPSTREAM" }] });
  });

  test("allowPartial without any data still throws", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "Two", body: { data: null, errors: partial.errors } });
    expect((await failure(adminOf(fake).request(own, {}, { allowPartial: true }), GraphQLRequestError)).data).toBeNull();
  });

  test("an empty list of errors is success", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "Two", body: { data: { a: null }, errors: [] } });
    expect(await adminOf(fake).request(own)).toEqual({ a: null });
  });
});

describe("options of a call", () => {
  test("headers are added to the client's, and win over them", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { headers: { "X-Team": "blue", "x-kept": "1" } });
    await client.request("query Q { version }", {}, { headers: { "x-team": "red" } });
    expect(lastAt(fake).headers).toMatchObject({ "x-team": "red", "x-kept": "1" });
    await client.request("query Q { version }");
    expect(lastAt(fake).headers["x-team"]).toBe("blue");
  });

  test.each(["authorization", "X-Api-Key", "x-auth-token", "Cookie", "HOST"])("headers may not set %s", async (name) => {
    const fake = fakeLumar();
    const error = await failure(adminOf(fake).request("{ version }", {}, { headers: { [name]: "canary" } }), ConfigurationError);
    expect(error.message).toContain(name.toLowerCase());
    expect(error.message).not.toContain("canary");
    expect(operationsAt(fake)).toEqual([]);
  });

  test("timeout covers the whole call", async () => {
    const { fake, client } = await furnishedWithKey();
    fake.failNext({ operationName: "OwnNode", bodyDelay: 60_000 });
    const error = await rejection(client.request(text, { id: "x" }, { timeout: 500 }));
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "body", retryable: true, operationName: "OwnNode" });
  });

  test("signal rejects with its own reason", async () => {
    const fake = fakeLumar();
    const reason = Symbol("reason");
    expect(await rejection(adminOf(fake).request(text, { id: "x" }, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(fake.requests).toHaveLength(0);
  });

  test.each([
    ["signal", { signal: {} }],
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: "5" }],
    ["headers", { headers: ["a"] }],
    ["options", "fast"],
  ])("a bad %s is a ConfigurationError", async (name, options) => {
    const fake = fakeLumar();
    const error = await failure(adminOf(fake).request("{ version }", {}, wrong(options)), ConfigurationError);
    expect(error.message).toContain(name);
    expect(fake.requests).toHaveLength(0);
  });
});

test("a rate limit that asks for too long a wait fails at once, and says how long", async () => {
  const fake = fakeLumar();
  fake.failNext({ operationName: "Me", status: 429, headers: { "retry-after": "120" } });
  const error = await failure(adminOf(fake).me(), RateLimitError);
  expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 120_000, retryable: true, status: 429 });
  expect(countAt(fake, "Me")).toBe(1);
});

test("a client with an API key sends operations of one's own too", async () => {
  const { fake, apiKey } = await furnishedWithKey();
  expect(await clientOf({ apiKey }).request(typedAst, { id: fake.account.id })).toMatchObject({ node: { id: fake.account.id } });
});
