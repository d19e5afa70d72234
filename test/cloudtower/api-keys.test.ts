import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, ClientClosedError, ConfigurationError, GraphQLRequestError, NotFoundError, PermissionError, ResponseFormatError, Secret, TimeoutError, ValidationError } from "keylight";
import { closedPort } from "../core/transport/server.ts";
import { canary } from "../oracle/oracle.ts";
import { bareServer, clientAt, defined, expectHidden, failure, fakeTower, json, lastAt, operationsAt, rejection, rootOf, wrong } from "./support.ts";

describe("create", () => {
  test("gives id, key and roles, and the key opens the door", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    const { id, key, roles } = await client.apiKeys.create({ name: "nightly" });
    expect({ id, key: key.reveal(), name: "nightly", userId: fake.user.id }).toEqual(fake.listApiKeys()[0]);
    expect(roles).toEqual([{ id: expect.any(String), preset: "ROOT" }]);
    expect(await clientAt(fake.endpoint, { apiKey: key }).post("get-vms")).toHaveLength(2);
  });

  test("sends the documented document, the name as a variable, and the operation's name", async () => {
    const fake = fakeTower();
    const name = '$NAME "quoted" \\ 名\n';
    await rootOf(fake).apiKeys.create({ name });
    expect(lastAt(fake)).toMatchObject({ method: "POST", path: "/api/", operationName: "CreateApiKey", variables: { name } });
    const { query } = lastAt(fake).body as { query: string };
    expect(query.replaceAll(/\s+/g, " ").trim()).toBe("mutation CreateApiKey($name: String!) { createApiKey(data: {name: $name}) { id key roles { id preset } } }");
    expect(fake.listApiKeys()[0]?.name).toBe(name);
  });

  test("each call makes another key, equal names or not", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    const keys = [await client.apiKeys.create({ name: "same" }), await client.apiKeys.create({ name: "same" })];
    expect(new Set(keys.map(({ key }) => key.reveal())).size).toBe(2);
  });

  test("preset is null for a role that people made", async () => {
    const fake = fakeTower();
    const user = fake.createUser({ username: "ops", role: null, permissions: ["MANAGE_API_KEY"] });
    expect((await clientAt(fake.endpoint, { login: user }).apiKeys.create({ name: "a" })).roles).toEqual([{ id: expect.any(String), preset: null }]);
  });

  test.each([{}, { name: "" }, { name: " \t" }, { name: 5 }, { name: null }, null, undefined, "name", []])("refuses %j before anything is sent", async (input) => {
    const fake = fakeTower();
    const error = await failure(rootOf(fake).apiKeys.create(wrong(input)), ValidationError);
    expect(error.issues.length).toBeGreaterThan(0);
    expect(fake.requests).toHaveLength(0);
  });

  test("bounds no name, since no bound is documented", async () => {
    const fake = fakeTower();
    await rootOf(fake).apiKeys.create({ name: "n".repeat(5000) });
    expect(fake.listApiKeys()[0]?.name).toHaveLength(5000);
  });

  test("of a user who may not: PermissionError, no second login, nothing made", async () => {
    const fake = fakeTower();
    const client = clientAt(fake.endpoint, { login: fake.createUser({ username: "reader" }) });
    expect(await failure(client.apiKeys.create({ name: "a" }), PermissionError)).toMatchObject({ hint: expect.stringContaining("MANAGE_API_KEY"), mayHaveExecuted: false });
    expect(operationsAt(fake)).toEqual(["login", "CreateApiKey"]);
  });
});

describe("a client that holds an API key", () => {
  test("manages no keys: it says so before anything is sent", async () => {
    const fake = fakeTower();
    const client = clientAt(fake.endpoint, { apiKey: () => fake.createApiKey().key });
    for (const call of [() => client.apiKeys.create({ name: "a" }), () => client.apiKeys.delete({ id: "c1" })]) {
      expect(await failure(call(), PermissionError)).toMatchObject({ code: "PERMISSION_DENIED", hint: expect.stringContaining("manageKeysWithKey") });
    }
    expect(fake.requests).toHaveLength(0);
  });

  test("lets the server decide with manageKeysWithKey", async () => {
    const strict = fakeTower();
    const client = clientAt(strict.endpoint, { apiKey: strict.createApiKey().key, manageKeysWithKey: true });
    await failure(client.apiKeys.create({ name: "a" }), PermissionError);
    expect(operationsAt(strict)).toEqual(["CreateApiKey"]);
  });

  test("and a lenient server makes one", async () => {
    const fake = fakeTower({ keysManageKeys: true });
    await clientAt(fake.endpoint, { apiKey: fake.createApiKey().key, manageKeysWithKey: true }).apiKeys.create({ name: "a" });
    expect(fake.listApiKeys()).toHaveLength(2);
  });
});

describe("delete", () => {
  test("by the key, as text or a Secret: it is refused from then on, tokens and other keys live on", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    const [first, second, third] = [fake.createApiKey(), fake.createApiKey(), fake.createApiKey()];
    expect(await client.apiKeys.delete({ key: ` ${first.key}\n` })).toEqual({ id: first.id });
    expect(await client.apiKeys.delete({ key: new Secret(second.key) })).toEqual({ id: second.id });
    expect(fake.listApiKeys()).toEqual([third]);
    expect(await rejection(clientAt(fake.endpoint, { apiKey: first.key }).post("get-vms"))).toMatchObject({ code: "KEY_REJECTED" });
    expect(await clientAt(fake.endpoint, { apiKey: third.key }).post("get-vms")).toHaveLength(2);
  });

  test("by the id", async () => {
    const fake = fakeTower();
    const { id } = fake.createApiKey();
    expect(await rootOf(fake).apiKeys.delete({ id })).toEqual({ id });
    expect(lastAt(fake).variables).toEqual({ id });
  });

  test.each(["error", "null"] as const)("of a key that does not exist, told by %s: NotFoundError, which does not show the key it quotes", async (unknownKey) => {
    const fake = fakeTower({ unknownKey });
    const key = canary("an-api-key-that-is-gone");
    const error = await failure(rootOf(fake).apiKeys.delete({ key }), NotFoundError);
    expect(error).toMatchObject({ code: "NOT_FOUND", operationName: "DeleteApiKey", mayHaveExecuted: false, status: 200, attempts: [{ status: 200 }] });
    expectHidden(error, [key]);
    expect(fake.listApiKeys()).toHaveLength(0);
  });

  test("a server that does not know deletion by id says so, and nothing ran", async () => {
    const server = await bareServer((_seen, response) => {
      json(response, { errors: [{ message: 'Field "id" is not defined by type "ApiKeyWhereUniqueInput".' }] }, 400);
    });
    const error = await failure(clientAt(server.endpoint, { token: "token-of-a-bare-server" }).apiKeys.delete({ id: "c1" }), GraphQLRequestError);
    expect(error).toMatchObject({ mayHaveExecuted: false, hint: expect.stringContaining("give the key") });
  });

  test.each([
    {},
    { key: "a", id: "b" },
    { key: "" },
    { key: "two words-canary-9" },
    { key: 5 },
    { key: null },
    { id: "" },
    { id: {} },
    { id: "undefined" },
    null,
    undefined,
    "key-canary-9",
  ])("refuses %j before anything is sent", async (where) => {
    const fake = fakeTower();
    const error = await failure(rootOf(fake).apiKeys.delete(wrong(where)), ValidationError);
    expect(error.message).not.toContain("canary-9");
    expect(fake.requests).toHaveLength(0);
  });
});

describe("a server that knows no API keys", () => {
  test.each([400, 200])("(status %i) is said to be too old, and nothing ran", async (status) => {
    const fake = fakeTower({ version: "4.3.0", errors: { document: { status } } });
    const client = rootOf(fake);
    for (const call of [() => client.apiKeys.create({ name: "a" }), () => client.apiKeys.delete({ key: "a-key-of-nobody" })]) {
      const error = await failure(call(), GraphQLRequestError);
      expect(error).toMatchObject({ mayHaveExecuted: false, retryable: false, status, hint: expect.stringContaining("version()") });
      expect(error.message).toMatch(/does not support (Create|Delete)ApiKey/);
    }
    expect(await client.version()).toBe("4.3.0");
  });
});

describe("a new key is not lost", () => {
  const key = "a-new-key-beside-errors";
  const answers: [string, number, object][] = [
    ["errors beside it", 200, { data: { createApiKey: { id: "c1", key, roles: null } }, errors: [{ message: "roles failed", path: ["createApiKey", "roles"] }] }],
    ["errors and status 500", 500, { data: { createApiKey: { id: "c1", key, roles: [] } }, errors: [{ message: "late" }] }],
    ["a credential's error beside it", 200, { data: { createApiKey: { id: "c1", key } }, errors: [{ message: "m", code: "LOAD_TOKEN_FAILED" }] }],
    ["no id", 200, { data: { createApiKey: { id: null, key } }, errors: [{ message: "no id" }] }],
    ["roles of another shape", 200, { data: { createApiKey: { id: "c1", key, roles: [null, "x", { id: 5, preset: 6 }] } } }],
  ];

  test.each(answers)("when it comes with %s", async (_what, status, body) => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.failNext({ path: "/api/", status, body });
    const made = await client.apiKeys.create({ name: "a" });
    expect(made.key.reveal()).toBe(key);
    expect(typeof made.id).toBe("string");
    expect(operationsAt(fake)).toEqual(["login", "CreateApiKey"]);
  });

  test.each([
    ["the connection broke after it was made", { drop: "after" }],
    ["the answer was cut", { drop: "body" }],
    ["the answer was a page", { executed: true, status: 200, body: "<html></html>" }],
    ["the answer was empty", { executed: true, status: 200, body: "" }],
    ["a proxy gave up", { executed: true, status: 504 }],
    ["the answer holds no key", { status: 200, body: { data: { createApiKey: null } } }],
  ] as const)("in silence: %s, and it is said that a key may exist; nothing is sent twice", async (_what, fault) => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.failNext({ ...fault, operationName: "CreateApiKey" });
    const error = await failure(client.apiKeys.create({ name: "a" }), AmbiguousMutationError);
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", mayHaveExecuted: true, operationName: "CreateApiKey", hint: expect.stringContaining("delete it") });
    expect(await error.recover()).toEqual({ outcome: "undecided", candidates: [] });
    expect(operationsAt(fake)).toEqual(["login", "CreateApiKey"]);
  });

  test("in silence: nor by being made twice, whatever the caller says of it", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    fake.failNext({ operationName: "CreateApiKey", drop: "after" });
    await failure(client.apiKeys.create({ name: "a" }, { idempotent: true }), AmbiguousMutationError);
    expect(fake.listApiKeys()).toHaveLength(1);
    await failure(client.apiKeys.create({ name: "a" }, wrong(5)), ConfigurationError);
  });

  test("in silence: nor when the caller aborts or its time is over while it is in flight", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.failNext([{ operationName: "CreateApiKey", bodyDelay: 60_000 }, { operationName: "CreateApiKey", bodyDelay: 60_000 }]);
    await failure(client.apiKeys.create({ name: "a" }, { timeout: 1500 }), AmbiguousMutationError);
    const controller = new AbortController();
    const aborted = failure(client.apiKeys.create({ name: "b" }, { signal: controller.signal }), AmbiguousMutationError);
    await expect.poll(() => fake.listApiKeys().length, { interval: 2, timeout: 5_000 }).toBe(2);
    controller.abort();
    await aborted;
  });

  test("nor is there one where the request never left: that is said plainly", async () => {
    const { origin } = await closedPort();
    const error = await rejection(clientAt(origin, { token: "token-for-nobody" }).apiKeys.create({ name: "a" }));
    expect(error).toMatchObject({ code: "NETWORK_ERROR", mayHaveExecuted: false, attempts: [{ code: "ECONNREFUSED" }, {}, {}] });
  });

  test("an answer whose key is empty is a format error that says what to do", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    fake.failNext({ operationName: "CreateApiKey", status: 200, body: { data: { createApiKey: { id: "c1", key: "" } } } });
    expect(await failure(client.apiKeys.create({ name: "a" }), ResponseFormatError)).toMatchObject({ mayHaveExecuted: true, hint: expect.stringContaining("delete it") });
  });

  test("a deletion whose answer was lost says that it may have run, and close() ends calls in flight", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    const { key } = fake.createApiKey();
    fake.failNext([{ operationName: "DeleteApiKey", bodyDelay: 60_000 }, { operationName: "DeleteApiKey", delay: 60_000 }]);
    expect(await failure(client.apiKeys.delete({ key }, { timeout: 1500 }), TimeoutError)).toMatchObject({ mayHaveExecuted: true });
    const closing = failure(client.apiKeys.delete({ key: defined(key) }), ClientClosedError);
    await expect.poll(() => fake.requests.length, { interval: 2, timeout: 5_000 }).toBe(3);
    await client.close();
    expect((await closing).mayHaveExecuted).toBe(true);
  });
});
