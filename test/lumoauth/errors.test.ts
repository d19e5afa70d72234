import { describe, expect, test } from "vitest";
import { AuthenticationError, KeylightError, NotFoundError, PermissionError, RateLimitError, ResponseFormatError, RestRequestError, Secret, TransportError, ValidationError } from "keylight";
import type { LumoAuthClient } from "keylight/lumoauth";
import { canary } from "../oracle/oracle.ts";
import { answering, bareServer, clientAt, expectHidden, failure, key, rejection, type Reply } from "./support.ts";

const html: Reply = { body: "<html><body><h1>Bad Gateway</h1></body></html>", headers: { "content-type": "text/html" } };
const verbatim = (text: string): Reply => ({ status: (JSON.parse(text) as { status: number }).status, body: text, headers: { "content-type": "application/json" } });

describe("the bodies of the errors page, as they stand there", () => {
  test.each<[string, new (...given: never[]) => KeylightError, object]>([
    [
      '{"error":true,"message":"Validation failed","status":400,"code":"validation_error","details":{"email":"Invalid email format"}}',
      ValidationError,
      { message: "Validation failed", status: 400, serviceCode: "validation_error", issues: [{ path: "email", message: "Invalid email format" }] },
    ],
    [
      '{"error":true,"message":"Validation failed","status":422,"code":"validation_error","details":{"email":["Invalid email format","Too long"]}}',
      ValidationError,
      { status: 422, issues: [{ path: "email", message: "Invalid email format" }, { path: "email", message: "Too long" }] },
    ],
    ['{"error":true,"message":"Invalid or expired access token","status":401,"code":"invalid_token"}', AuthenticationError, { code: "KEY_REJECTED", status: 401, serviceCode: "invalid_token" }],
    [
      '{"error":true,"message":"User not found","status":404,"code":"resource_not_found","details":{"user_id":"8f9c"}}',
      NotFoundError,
      { message: "User not found", status: 404, serviceCode: "resource_not_found", hint: expect.stringContaining("pathPrefix") },
    ],
    ['{"error":true,"message":"User with this email already exists","status":409,"code":"duplicate_resource"}', RestRequestError, { message: "User with this email already exists", status: 409, serviceCode: "duplicate_resource" }],
    ['{"error":true,"message":"Internal server error","status":500,"code":"server_error"}', RestRequestError, { status: 500, serviceCode: "server_error", retryable: true }],
  ])("%s", async (text, kind, members) => {
    const { client, visits } = await answering(verbatim(text));
    for (const call of [() => client.users.get(1), () => client.users.update(1, { name: "x" })]) expect(await failure(call(), kind)).toMatchObject(members);
    expect(visits).toHaveLength(2);
  });
});

describe("the four shapes: what each says arrives, by status", () => {
  const shapes: [string, (status: number, code: string, message: string) => Reply][] = [
    ["error: true with a code", (status, code, message) => ({ status, body: { error: true, message, status, code } })],
    ["error: a code, with a message", (status, error, message) => ({ status, body: { error, message, status } })],
    ["error: a code, with an error_description", (status, error, message) => ({ status, body: { error, error_description: message } })],
  ];
  test.each(shapes)("%s", async (_, shape) => {
    const kinds: [number, string, new (...given: never[]) => KeylightError][] = [
      [400, "invalid_request", ValidationError],
      [422, "validation_error", ValidationError],
      [403, "permission_denied", PermissionError],
      [403, "access_denied", PermissionError],
      [404, "not_found", NotFoundError],
      [404, "invalid_tenant", NotFoundError],
      [405, "method_not_allowed", RestRequestError],
      [409, "conflict", RestRequestError],
      [418, "a code of tomorrow", RestRequestError],
      [429, "rate_limit_exceeded", RateLimitError],
    ];
    for (const [status, code, kind] of kinds) {
      const { client, visits } = await answering(shape(status, code, `said of ${code}`), { retry: { attempts: 0 } });
      expect(await failure(client.users.get(1), kind)).toMatchObject({ status, serviceCode: code, message: `said of ${code}`, operationName: "GET /admin/users/{id}" });
      expect(visits).toHaveLength(1);
    }
  });

  test.each<[number, new (...given: never[]) => KeylightError]>([
    [400, ResponseFormatError],
    [401, AuthenticationError],
    [403, PermissionError],
    [404, ResponseFormatError],
    [429, RateLimitError],
    [500, TransportError],
    [502, TransportError],
  ])("no JSON at all, with status %d", async (status, kind) => {
    const { client } = await answering({ ...html, status }, { retry: { attempts: 0 } });
    const error = await failure(client.users.get(1), kind);
    expect(error.status).toBe(status);
    expectHidden(error, ["Bad Gateway"]);
  });

  test("a flag without a code or a message is never put into words as true", async () => {
    const { client } = await answering({ status: 409, body: { error: true } });
    const error = await failure(client.users.get(1), RestRequestError);
    expect([error.message, error.serviceCode]).toEqual(["the server answered 409", undefined]);
  });

  test.each([[{ error: { code: "x" } }], [{ error: 5 }], [{ error: false, message: "fine" }], [{ message: "of another service" }], [[]], ["text"]])("JSON of another shape, %j, is no answer of this API", async (body) => {
    const { client } = await answering({ status: 400, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
    expect(await failure(client.users.get(1), ResponseFormatError)).toMatchObject({ status: 400, hint: expect.stringContaining("baseUrl") });
  });

  test("members of other types than the documented ones are left out", async () => {
    const body = { error: true, message: { text: "x" }, code: 7, details: [{ email: "x" }] };
    const { client } = await answering({ status: 400, body });
    const error = await failure(client.users.get(1), ValidationError);
    expect([error.message, error.issues, error.serviceCode]).toEqual(["the server answered 400", [], undefined]);
  });
});

describe("what the details of a refusal name", () => {
  test.each<[object, object[]]>([
    [{ missing_fields: ["email", "name"] }, [{ path: "email", message: "is missing" }, { path: "name", message: "is missing" }]],
    [{ missing_fields: "email, name" }, [{ path: "email", message: "is missing" }, { path: "name", message: "is missing" }]],
    [{ invalid_values: { grantTypes: "x" } }, [{ path: "grantTypes", message: "has a value that is not allowed" }]],
    [{ rejected_keys: ["theme"] }, [{ path: "theme", message: "is not accepted" }]],
    [{ email: "Invalid email format", password: ["short", 5, ""] }, [{ path: "email", message: "Invalid email format" }, { path: "password", message: "short" }]],
    [{ nested: { deep: "x" }, count: 5, empty: "" }, []],
  ])("%j", async (details, issues) => {
    const { client } = await answering({ status: 400, body: { error: "validation_error", message: "no", status: 400, details } });
    expect((await failure(client.users.get(1), ValidationError)).issues).toEqual(issues);
  });

  test.each<[object, string[] | undefined, string[] | undefined]>([
    [{ required_scopes: ["admin:users:write"], granted_scopes: ["admin:users:read", "admin:roles:read"] }, ["admin:users:write"], ["admin:users:read", "admin:roles:read"]],
    [{ required_scope: "admin:users:write", key_scopes: [] }, ["admin:users:write"], []],
    [{ required_scopes: "admin:users:write admin:roles:write", granted_scopes: "" }, ["admin:users:write", "admin:roles:write"], []],
    [{}, undefined, undefined],
  ])("scopes of a 403: %j", async (details, required, granted) => {
    for (const body of [{ error: true, message: "API key is valid but lacks required scopes", status: 403, code: "insufficient_scope", details }, { error: "insufficient_scope", message: "no", status: 403, details }]) {
      const { client, visits } = await answering({ status: 403, body });
      const error = await failure(client.users.create({ email: "a@b.example" }), PermissionError);
      expect([error.serviceCode, error.requiredScopes, error.grantedScopes, error.mayHaveExecuted]).toEqual(["insufficient_scope", required, granted, false]);
      expect(visits).toHaveLength(1);
    }
  });

  test("a 403 asks a function for no other key", async () => {
    let asked = 0;
    const { client, visits } = await answering({ status: 403, body: { error: "insufficient_scope", message: "no" } }, { apiKey: () => (asked++, key) });
    await failure(client.users.get(1), PermissionError);
    expect([asked, visits.length]).toEqual([1, 1]);
  });
});

describe("what a server quotes", () => {
  const quote = (text: string): Reply => ({
    status: 400,
    body: { error: true, message: `bad request with ${text}`, status: 400, code: `code ${text}`, details: { [`field ${text}`]: `value ${text}`, required_scopes: [text] } },
  });

  test.each<[string, (text: string) => string]>([
    ["as it is", (text) => text],
    ["URL-encoded", encodeURIComponent],
    ["in base64", (text) => Buffer.from(text).toString("base64")],
    ["in hex", (text) => Buffer.from(text).toString("hex")],
  ])("of the key, %s, is hidden in every member of the error", async (_, encode) => {
    const secret = canary("a-key-without-the-prefix/+=");
    const { client } = await answering(quote(encode(secret)), { apiKey: secret });
    const error = await failure(client.users.get(1), ValidationError);
    expect(error.message).toBe("bad request with [redacted]");
    expectHidden(error, [secret]);
  });

  test("of anything that has the shape of a key, is hidden", async () => {
    const foreign = canary("lmk_somebody-elses-key");
    const { client } = await answering(quote(foreign));
    expectHidden(await failure(client.users.get(1), ValidationError), [foreign]);
  });

  test.each<[string, (client: LumoAuthClient, password: string) => Promise<unknown>]>([
    ["users.create", ({ users }, password) => users.create({ email: "a@b.example", password })],
    ["users.update", ({ users }, password) => users.update(1, { password: new Secret(password) })],
    ["users.setPassword", ({ users }, password) => users.setPassword(1, password)],
  ])("of a password that went out by %s, is hidden", async (_, call) => {
    const password = canary("correct-horse-battery");
    const { client } = await answering(quote(password));
    expectHidden(await failure(call(client, password), ValidationError), [password]);
  });

  test("in a request id or a content type, is hidden too", async () => {
    const { client } = await answering({ status: 502, body: "<html>", headers: { "x-request-id": `r-${key}`, "content-type": `text/html; k=${key}` } });
    expect(await rejection(client.users.update(1, { name: "x" }))).toMatchObject({ requestId: "r-[redacted]" });
  });
});

test("a request id that the server gives is told", async () => {
  const bare = await bareServer(() => ({ status: 404, headers: { "x-request-id": "req-7" }, body: { error: "not_found", message: "no" } }));
  expect(await failure(clientAt(bare).users.get(1), NotFoundError)).toMatchObject({ requestId: "req-7" });
});
