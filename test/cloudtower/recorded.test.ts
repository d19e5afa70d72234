import { describe, expect, test } from "vitest";
import { GraphQLRequestError, NotFoundError, PermissionError, ResponseFormatError, RestRequestError, ValidationError } from "keylight";
import { bareServer, clientAt, failure, json, type Bare } from "./support.ts";

/**
 * Answers exactly as the documentation prints them, or as third parties have recorded them. Nothing of the fake is in
 * here, so that the client and the fake cannot agree on a mistake.
 */
const token = "eyJhbGciOiJIUzI1NiJ9.Y2xwOXh3M2YwMDAwMDA4bDdnMWYyaDNqNA.4pVtWq1sWbqHkq9mJrYl0b3H2vX7cK5nQeT8uZ6sDfA";
const key = "cloudtower-key/with+all=kinds.of-text_~!";

/** Requests and answers as in the documentation's three curl calls, and the login that they take for granted. */
function documented(): Promise<Bare> {
  return bareServer(({ method, path, headers, body }, response) => {
    const { query = "", variables } = (body ?? {}) as { query?: string; variables?: object };
    const isJson = headers["content-type"]?.startsWith("application/json") === true;
    if (method !== "POST" || !isJson) json(response, { message: "no such thing", status: 404, path }, 404);
    else if (path === "/v2/api/login" && headers.authorization === undefined) json(response, { task_id: null, data: { token } });
    else if (path === "/v2/api/get-vms" && headers.authorization === key) json(response, [{ id: "clp9xw3f0000008l7g1f2h3j5", name: "vm-1" }]);
    else if (path !== "/api/" || headers.authorization !== token) json(response, { message: "unexpected", status: 400, path }, 400);
    else if (query.includes("createApiKey") && JSON.stringify(variables) === '{"name":"nightly"}') {
      json(response, { data: { createApiKey: { id: "clp9xw3f0000008l7g1f2h3j6", key, roles: [{ id: "clp9xw3f0000008l7g1f2h3j7", preset: "ROOT" }] } } });
    } else if (query.includes("deleteApiKey") && JSON.stringify(variables) === JSON.stringify({ key })) {
      json(response, { data: { deleteApiKey: { id: "clp9xw3f0000008l7g1f2h3j6" } } });
    } else json(response, { errors: [{ message: "unexpected" }] }, 400);
  });
}

test("the documented calls work from end to end: log in, issue a key, use it, delete it", async () => {
  const server = await documented();
  const tower = clientAt(server.endpoint, { login: { username: "root", password: "password-of-root" } });
  const made = await tower.apiKeys.create({ name: "nightly" });
  expect(made).toMatchObject({ id: "clp9xw3f0000008l7g1f2h3j6", roles: [{ id: "clp9xw3f0000008l7g1f2h3j7", preset: "ROOT" }] });
  const vms = await clientAt(server.endpoint, { apiKey: made.key }).post("get-vms", { where: {} });
  expect(vms).toEqual([{ id: "clp9xw3f0000008l7g1f2h3j5", name: "vm-1" }]);
  expect(await tower.apiKeys.delete({ key: made.key })).toEqual({ id: "clp9xw3f0000008l7g1f2h3j6" });
  expect(server.seen.map(({ path }) => path)).toEqual(["/v2/api/login", "/api/", "/v2/api/get-vms", "/api/"]);
});

test("a token whose payload is no JSON is opaque text: nothing takes it apart", async () => {
  const server = await documented();
  expect((await clientAt(server.endpoint, { login: { username: "root", password: "password-of-root" } }).login()).reveal()).toBe(token);
});

describe("recorded answers", () => {
  async function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
    const server = await bareServer((_seen, response) => {
      json(response, body, status, headers);
    });
    return clientAt(server.endpoint, { token });
  }

  test("the documented sample of a locked resource", async () => {
    const body = {
      path: "/remove-vm-disk",
      status: 400,
      message: "Resource [VM-1e2d3c4b] locked",
      props: { locked_resources: [{ id: "1e2d3c4b", type: "VM" }] },
      code: "ResourceLocked",
    };
    const client = await answering(400, body, { "x-tower-request-id": "clp9xw3f0000008l7g1f2h3j8" });
    expect(await failure(client.post("remove-vm-disk", { where: {}, data: {} }), RestRequestError)).toMatchObject({
      message: "Resource [VM-1e2d3c4b] locked",
      serviceCode: "ResourceLocked",
      requestId: "clp9xw3f0000008l7g1f2h3j8",
      retryable: true,
    });
  });

  test("a code at the top of the error, as the vendor's own client reads it: text and number", async () => {
    const text = await answering(200, { errors: [{ message: "no", code: "PERMISSION_DENIED", locations: [], path: ["createApiKey"] }], data: null });
    await failure(text.apiKeys.create({ name: "a" }), PermissionError);
    const number = await answering(200, { errors: [{ message: "No Node for the model ApiKey", code: 3039, requestId: "api:1" }], data: { deleteApiKey: null } });
    await failure(number.apiKeys.delete({ id: "clp9xw3f0000008l7g1f2h3j6" }), NotFoundError);
    const unknown = await answering(200, { errors: [{ message: "A unique constraint would be violated", code: 3010 }], data: null });
    expect(await failure(unknown.request("mutation { a }"), GraphQLRequestError)).toMatchObject({ errors: [{ code: "3010" }] });
  });

  test("an old server's validation error", async () => {
    const client = await answering(400, { errors: [{ message: 'Cannot query field "createApiKey" on type "Mutation".', locations: [{ line: 2, column: 3 }] }] });
    expect((await failure(client.apiKeys.create({ name: "a" }), GraphQLRequestError)).message).toContain("does not support CreateApiKey");
  });

  test.each([{ error: "not found" }, { ec: "EINTERNAL", error: { msg: "m" }, data: {} }, { ec: 0, error: { msg: "" }, data: { createApiKey: null } }])(
    "another service below /api, %j, is no GraphQL",
    async (body) => {
      const client = await answering(200, body);
      await failure(client.request("{ a }"), ResponseFormatError);
    },
  );

  test("a version is a JSON string", async () => {
    expect(await (await answering(200, "4.6.2")).version()).toBe("4.6.2");
  });

  test("a bare list of no objects", async () => {
    expect(await (await answering(200, [])).post("get-vms", { where: {} })).toEqual([]);
  });

  test("statuses that no specification names", async () => {
    await failure((await answering(403, { message: "no", status: 403, path: "/x" })).post("get-vms"), PermissionError);
    await failure((await answering(400, { message: "jwt malformed", status: 400, path: "/x" })).post("get-vms"), ValidationError);
    await failure((await answering(418, { message: "no", status: 418, path: "/x" })).post("get-vms"), RestRequestError);
  });

  test("an asynchronous mutation's task id comes beside its data, and is no trouble", async () => {
    const client = await answering(200, { data: { startVm: [{ id: "c1" }] } }, { "x-task-id": "clp9xw3f0000008l7g1f2h3j9" });
    expect(await client.request<{ startVm: { id: string }[] }>("mutation { startVm { id } }")).toEqual({ startVm: [{ id: "c1" }] });
  });
});

test("an LDAP login as the vendor's SDKs make it: the strategy's id, anonymously, then AUTHN", async () => {
  const server = await bareServer(({ path, body }, response) => {
    if (path === "/api/") json(response, { data: { authnStrategies: [{ id: "clp9-oidc", type: "OIDC" }, { id: "clp9-ldap", type: "LDAP" }] } });
    else json(response, JSON.stringify(body).includes('"auth_config_id":"clp9-ldap"') ? { data: { token } } : []);
  });
  await clientAt(server.endpoint, { login: { username: "ann", password: "password-of-ann", source: "LDAP" } }).post("get-vms");
  expect(server.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ["/api/", undefined],
    ["/v2/api/login", undefined],
    ["/v2/api/get-vms", token],
  ]);
});
