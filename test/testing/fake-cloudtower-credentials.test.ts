import { describe, expect, test } from "vitest";
import type { FakeCloudTowerOptions } from "keylight/testing";
import { anId, createFurnishedTower, failed, graphql, refusal, requestOf, rest } from "./fake-cloudtower-support.ts";

const create = "CreateApiKey";

describe("a good credential", () => {
  test.each(["token", "key"] as const)("is the whole header for the REST API: a %s", async (kind) => {
    const tower = createFurnishedTower();
    const { status, body, response } = await rest(tower.fake, "get-vms", { where: {} }, tower[kind]);
    expect([status, body.length]).toEqual([200, 2]);
    expect(response.headers.get("x-tower-request-id")).toMatch(anId);
  });

  test.each(["/api/", "/api"])("is the whole header for GraphQL at %s", async (path) => {
    const { fake, token } = createFurnishedTower();
    const { status, body } = await graphql(fake, create, { name: "ci" }, token, path);
    expect([status, body.errors]).toEqual([200, undefined]);
    expect(body.data.createApiKey.id).toMatch(anId);
  });

  test.each(["token", "key"] as const)("does not expire: a %s", async (kind) => {
    const { clock, ...tower } = createFurnishedTower();
    clock.time += 100 * 365 * 24 * 3_600_000;
    expect((await rest(tower.fake, "get-my-info", undefined, tower[kind])).status).toBe(200);
  });
});

describe("a credential after Bearer", () => {
  test("is refused like a bad one by both APIs", async () => {
    const { fake, token, key } = createFurnishedTower();
    for (const credential of [token, key]) {
      expect((await rest(fake, "get-vms", {}, `Bearer ${credential}`)).status).toBe(401);
      expect((await graphql(fake, create, { name: "ci" }, `Bearer ${credential}`)).body.errors[0].code).toBe("LOAD_TOKEN_FAILED");
    }
    expect(fake.listApiKeys()).toHaveLength(1);
  });

  test("is taken by the REST API alone with bearer: rest", async () => {
    const { fake, token } = createFurnishedTower({ bearer: "rest" });
    expect((await rest(fake, "get-vms", {}, `Bearer ${token}`)).status).toBe(200);
    expect((await rest(fake, "get-vms", {}, `bearer ${token}x`)).status).toBe(401);
    expect((await rest(fake, "get-vms", {})).status).toBe(401);
    expect((await rest(fake, "get-vms", {}, token)).status).toBe(200);
    expect((await graphql(fake, create, { name: "ci" }, `Bearer ${token}`)).body.errors[0].code).toBe("LOAD_TOKEN_FAILED");
  });
});

/** Nothing, garbage, and each that was good once. */
async function badCredentials(options: FakeCloudTowerOptions = {}) {
  const { fake, token, key } = createFurnishedTower(options);
  fake.deleteApiKey(key);
  fake.revokeTokens();
  return { fake, bad: [undefined, "", "garbage", token, key, token.slice(0, -1)] };
}

describe("a bad credential", () => {
  test("is refused by the REST API with 401 and an error body", async () => {
    const { fake, bad } = await badCredentials();
    for (const credential of bad) {
      const { status, body, response } = await rest(fake, "get-vms", { where: {} }, credential);
      expect([status, body]).toEqual([401, refusal(401, "/get-vms", expect.any(String))]);
      expect(response.headers.get("x-tower-request-id")).toMatch(anId);
    }
  });

  test.each([403, 400, 500])("can be refused by the REST API with %i instead", async (status) => {
    const { fake, bad } = await badCredentials({ errors: { restCredential: { status, message: "no", code: "NO" } } });
    for (const credential of bad) {
      const result = await rest(fake, "get-my-info", undefined, credential);
      expect([result.status, result.body]).toEqual([status, refusal(status, "/get-my-info", "no", { code: "NO" })]);
    }
  });

  test("is refused by GraphQL with 200 and the code in the error itself", async () => {
    const { fake, bad } = await badCredentials();
    for (const credential of bad) {
      const { status, body } = await graphql(fake, create, { name: "ci" }, credential);
      expect([status, body]).toEqual([200, failed("LOAD_TOKEN_FAILED", expect.any(String))]);
    }
    expect(fake.listApiKeys()).toEqual([]);
  });

  test.each<[FakeCloudTowerOptions, number, object]>([
    [{ errors: { graphqlCredential: { status: 401 } } }, 401, { code: "LOAD_TOKEN_FAILED" }],
    [{ errors: { graphqlCredential: { code: 10_401 } } }, 200, { code: 10_401 }],
    [{ errors: { graphqlCredential: { code: "NOT_MATCH_USER" } } }, 200, { code: "NOT_MATCH_USER" }],
    [{ codeIn: "extensions" }, 200, { extensions: { code: "LOAD_TOKEN_FAILED" } }],
  ])("can be refused by GraphQL in another form: %j", async (options, status, form) => {
    const { fake, bad } = await badCredentials(options);
    for (const credential of bad) {
      const result = await graphql(fake, create, { name: "ci" }, credential);
      expect([result.status, result.body]).toEqual([status, { errors: [{ message: expect.any(String), ...form }], data: null }]);
    }
  });

  test("is not looked at by what is public", async () => {
    const { fake } = createFurnishedTower();
    expect((await fake.handle(requestOf("/v2/api/get-version", undefined, "garbage", { method: "GET" }))).status).toBe(200);
    expect((await rest(fake, "login", fake.user, "garbage")).body.message).toContain("'id'");
    expect((await graphql(fake, "AuthnStrategies", {}, "garbage")).body.data.authnStrategies).toHaveLength(1);
    expect((await graphql(fake, "{ __typename __schema { queryType { name } } }")).body.data.__typename).toBe("Query");
  });
});

describe("the end of a credential", () => {
  test("comes for the token and, inferred, for the keys when their user is deleted", async () => {
    const { fake } = createFurnishedTower();
    const user = fake.createUser({ role: "ADMIN" });
    const token = fake.issueToken(user.id);
    const { key } = fake.createApiKey({ userId: user.id });
    expect((await rest(fake, "get-my-info", undefined, key)).body.id).toBe(user.id);
    fake.deleteUser(user.id);
    for (const credential of [token, key]) expect((await rest(fake, "get-my-info", undefined, credential)).status).toBe(401);
    expect((await rest(fake, "login", { username: user.username, password: user.password })).body.message).toContain("USER_NOT_FOUND");
    expect(() => {
      fake.deleteUser(user.id);
    }).toThrow("There is no user");
  });

  test("does not come for other users, nor for the keys with keysOutliveUser", async () => {
    const { fake, token, key } = createFurnishedTower({ keysOutliveUser: true });
    const user = fake.createUser();
    const own = fake.createApiKey({ userId: user.id }).key;
    fake.deleteUser(user.id);
    for (const credential of [token, key, own]) expect((await rest(fake, "get-vms", {}, credential)).status).toBe(200);
  });

  test("can be brought about for one user's tokens, or for all, and keys live on", async () => {
    const { fake, token, key } = createFurnishedTower();
    const other = fake.issueToken(fake.createUser().id);
    fake.revokeTokens(fake.user.id);
    expect((await rest(fake, "get-vms", {}, token)).status).toBe(401);
    for (const credential of [other, key]) expect((await rest(fake, "get-vms", {}, credential)).status).toBe(200);
    const next = fake.issueToken();
    expect(next).not.toBe(token);
    fake.revokeTokens();
    for (const credential of [other, next]) expect((await rest(fake, "get-vms", {}, credential)).status).toBe(401);
    expect((await rest(fake, "get-vms", {}, key)).status).toBe(200);
  });

  test("does not come with a new password", async () => {
    const { fake, token } = createFurnishedTower();
    fake.setPassword(fake.user.id, "another");
    expect((await rest(fake, "get-vms", {}, token)).status).toBe(200);
    const { username } = fake.user;
    expect((await rest(fake, "login", { username, password: "another" })).body.data.token).toBe(token);
  });
});
