import { describe, expect, test } from "vitest";
import { AuthenticationError, GraphQLRequestError, KeylightError, PermissionError, RestRequestError, ValidationError } from "keylight";
import type { FakeCloudTowerOptions } from "keylight/testing";
import { bareServer, clientAt, failure, fakeTower, json, listeningTower, openStore, operationsAt, rootOf } from "./support.ts";

const rest = "get-my-info";
const mutation = 'mutation { deleteApiKey(where: { id: "c000000000000000000000000" }) { id } }';

describe("a token that the server refuses is renewed once", () => {
  test.each<[string, FakeCloudTowerOptions]>([
    ["401 over REST and LOAD_TOKEN_FAILED at the top of the error", {}],
    ["NOT_MATCH_USER", { errors: { graphqlCredential: { code: "NOT_MATCH_USER" } } }],
    ["a code in extensions", { codeIn: "extensions" }],
    ["a code beside status 401", { errors: { graphqlCredential: { status: 401 } } }],
    ["status 401 with a code that means nothing", { errors: { graphqlCredential: { status: 401, code: 10401 } } }],
    ["400 over REST with the code", { errors: { restCredential: { status: 400, code: "LOAD_TOKEN_FAILED" } } }],
    ["500 over REST with the code", { errors: { restCredential: { status: 500, code: "NOT_MATCH_USER" } } }],
  ])("told by %s", async (_what, options) => {
    const fake = fakeTower(options);
    const client = rootOf(fake);
    await client.login();
    fake.revokeTokens();
    expect(await client.post(rest)).toMatchObject({ id: fake.user.id });
    fake.revokeTokens();
    expect(await client.apiKeys.create({ name: "a" })).toMatchObject({ id: expect.any(String) });
    expect(operationsAt(fake)).toEqual(["login", "get-my-info", "login", "get-my-info", "CreateApiKey", "login", "CreateApiKey"]);
    expect(fake.listApiKeys()).toHaveLength(1);
  });

  test("two hundred calls that meet a revoked token make one login", async () => {
    const { fake, endpoint } = await listeningTower();
    const client = clientAt(endpoint, { login: fake.user });
    await client.login();
    fake.revokeTokens();
    const calls = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? client.post(rest) : client.request("{ authnStrategies { id } }")));
    await Promise.all(calls);
    expect(fake.logins).toHaveLength(2);
  });

  test("a server that gives the same token again, and refuses it: one renewal, then an error", async () => {
    const server = await bareServer(({ path }, response) => {
      if (path === "/v2/api/login") json(response, { task_id: null, data: { token: "the-one-token-of-this-user" } });
      else json(response, { message: "refused", status: 401, path }, 401);
    });
    const client = clientAt(server.endpoint, { login: { username: "root", password: "password-of-root" } });
    expect(await failure(client.post(rest), AuthenticationError)).toMatchObject({ code: "SESSION_REJECTED_AFTER_LOGIN" });
    expect(server.seen.map(({ path }) => path)).toEqual(["/v2/api/login", "/v2/api/get-my-info", "/v2/api/login", "/v2/api/get-my-info"]);
  });

  test("a password that was changed meanwhile is refused once, and never tried again", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.setPassword(fake.user.id, "another-password");
    fake.revokeTokens();
    for (let call = 0; call < 3; call += 1) expect(await failure(client.post(rest), AuthenticationError)).toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(fake.logins.map(({ outcome }) => outcome)).toEqual(["token", "USER_PASSWORD_INCORRECT"]);
  });

  test("a user who was deleted: one refusal", async () => {
    const fake = fakeTower();
    const user = fake.createUser({ username: "leaver" });
    const client = clientAt(fake.endpoint, { login: user });
    await client.post(rest);
    fake.deleteUser(user.id);
    for (let call = 0; call < 2; call += 1) await failure(client.post(rest), AuthenticationError);
    expect(fake.logins.map(({ outcome }) => outcome)).toEqual(["token", "USER_NOT_FOUND"]);
  });
});

describe("nothing else starts a login", () => {
  test.each<[string, object | string, number, new (...given: never[]) => KeylightError]>([
    ["PERMISSION_DENIED", { errors: [{ message: "m", code: "PERMISSION_DENIED" }], data: null }, 200, PermissionError],
    ["PERMISSION_DENIED with 401", { errors: [{ message: "m", code: "PERMISSION_DENIED" }], data: null }, 401, PermissionError],
    ["LOGIN_FAILED", { errors: [{ message: "m", code: "LOGIN_FAILED" }], data: null }, 200, AuthenticationError],
    ["USER_NOT_FOUND", { errors: [{ message: "m", code: "USER_NOT_FOUND" }], data: null }, 200, AuthenticationError],
    ["USER_PASSWORD_INCORRECT", { errors: [{ message: "m", code: "USER_PASSWORD_INCORRECT" }], data: null }, 200, AuthenticationError],
    ["a number", { errors: [{ message: "m", code: 401 }], data: null }, 200, GraphQLRequestError],
    ["the code as the message", { errors: [{ message: "LOAD_TOKEN_FAILED" }], data: null }, 200, GraphQLRequestError],
    ["another code", { errors: [{ message: "m", code: "load_token_failed" }], data: null }, 200, GraphQLRequestError],
    ["403 with LOAD_TOKEN_FAILED", { errors: [{ message: "m", code: "LOAD_TOKEN_FAILED" }], data: null }, 403, PermissionError],
  ])("GraphQL: %s", async (_what, body, status, kind) => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.failNext({ path: "/api/", status, body });
    await failure(client.request(mutation), kind);
    expect(fake.logins).toHaveLength(1);
  });

  test.each<[number, object, new (...given: never[]) => KeylightError]>([
    [403, { message: "no", status: 403, path: "/x" }, PermissionError],
    [403, { message: "no", status: 403, path: "/x", code: "LOAD_TOKEN_FAILED" }, PermissionError],
    [400, { message: "LOAD_TOKEN_FAILED", status: 400, path: "/x" }, ValidationError],
    [500, { message: "token expired", status: 500, path: "/x" }, RestRequestError],
    [400, { message: "no", status: 400, path: "/x", code: "PERMISSION_DENIED" }, PermissionError],
  ])("REST: %i with %j", async (status, body, kind) => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.failNext({ path: "/v2/api/get-my-info", status, body });
    await failure(client.post(rest), kind);
    expect(operationsAt(fake)).toEqual(["login", "get-my-info"]);
  });

  test.each([400, 403, 500])("a server that refuses credentials with %i: an error, one request, no login", async (status) => {
    const fake = fakeTower({ errors: { restCredential: { status } } });
    const client = rootOf(fake);
    await client.login();
    fake.revokeTokens();
    expect(await failure(client.post(rest), KeylightError)).toMatchObject({ status, message: "The credential is missing or not valid." });
    expect(operationsAt(fake)).toEqual(["login", "get-my-info"]);
  });
});

describe("a write that met a refused token", () => {
  test("is sent again only where it was refused as a whole", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    const partly = { errors: [{ message: "m", code: "LOAD_TOKEN_FAILED" }], data: { createApiKey: { id: "c1" }, deleteApiKey: null } };
    fake.failNext({ path: "/api/", status: 200, body: partly });
    expect(await failure(client.request(mutation), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED", mayHaveExecuted: true });
    expect(fake.logins).toHaveLength(1);
  });

  test("over REST is sent once more after the login, and runs once", async () => {
    const fake = fakeTower();
    let ran = 0;
    fake.serve("start-vm", () => {
      ran += 1;
      return [{ task_id: "c1", data: null }];
    });
    const client = rootOf(fake);
    await client.login();
    fake.revokeTokens();
    expect(await client.post("start-vm", { where: { id: "c1" } })).toEqual([{ task_id: "c1", data: null }]);
    expect(ran).toBe(1);
    expect(operationsAt(fake)).toEqual(["login", "start-vm", "login", "start-vm"]);
  });
});

describe("sessions in a store", () => {
  test("serve the next client without a login, and never another account", async () => {
    const fake = fakeTower();
    const { store, sessions } = openStore();
    const other = fake.createUser({ username: "ann" });
    await rootOf(fake, { sessionStore: store }).post(rest);
    expect(await rootOf(fake, { sessionStore: store }).post(rest)).toMatchObject({ id: fake.user.id });
    expect(fake.logins).toHaveLength(1);
    expect(await clientAt(fake.endpoint, { login: other, sessionStore: store }).post(rest)).toMatchObject({ id: other.id });
    expect(sessions.size).toBe(2);
  });

  test("differ by server, prefix, user, password, source and strategy", async () => {
    const { store, sessions } = openStore();
    const login = { username: "ann", password: "password-of-ann", source: "AUTHN", authConfigId: "c1" } as const;
    const server = await bareServer((_seen, response) => {
      json(response, { data: { token: "token-of-a-bare-server" } });
    });
    const others = [{}, { username: "bob" }, { password: "password-of-bob" }, { authConfigId: "c2" }, { source: "SSO" as const }];
    for (const changed of others) await clientAt(server.endpoint, { login: { ...login, ...changed }, sessionStore: store }).login();
    await clientAt(server.endpoint, { login: { username: "ann", password: login.password }, sessionStore: store }).login();
    await clientAt(`${server.endpoint}/prefix`, { login, sessionStore: store }).login();
    await clientAt(server.endpoint.replace("127.0.0.1", "localhost"), { login, sessionStore: store }).login();
    expect(sessions.size).toBe(8);
    expect(JSON.stringify([...sessions])).not.toMatch(/ann|bob|password/);
  });

  test("that were revoked meanwhile cost one login", async () => {
    const fake = fakeTower();
    const { store } = openStore();
    await rootOf(fake, { sessionStore: store }).login();
    fake.revokeTokens();
    expect(await rootOf(fake, { sessionStore: store }).post(rest)).toMatchObject({ id: fake.user.id });
    expect(fake.logins).toHaveLength(2);
  });

  test("hold no key and no token that was given", async () => {
    const fake = fakeTower();
    const { store, sessions } = openStore();
    await clientAt(fake.endpoint, { apiKey: fake.createApiKey().key, sessionStore: store }).post(rest);
    await clientAt(fake.endpoint, { token: fake.issueToken(), sessionStore: store }).post(rest);
    expect(sessions.size).toBe(0);
  });
});
