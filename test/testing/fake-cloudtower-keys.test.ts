import { describe, expect, test } from "vitest";
import type { FakeCloudTower } from "keylight/testing";
import { anId, createClockedTower, createFurnishedTower, failed, graphql, rest } from "./fake-cloudtower-support.ts";

const create = (fake: FakeCloudTower, credential: string, name = "ci") => graphql(fake, "CreateApiKey", { name }, credential);
const remove = (fake: FakeCloudTower, credential: string, key: string) => graphql(fake, "DeleteApiKey", { key }, credential);
const works = async (fake: FakeCloudTower, credential: string) => (await rest(fake, "get-my-info", undefined, credential)).status === 200;

describe("createApiKey", () => {
  test("answers id, key and the user's roles, and the key works", async () => {
    const { fake } = createClockedTower();
    const { status, body } = await create(fake, fake.issueToken());
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        createApiKey: {
          id: expect.stringMatching(anId),
          key: expect.stringMatching(/^[\x21-\x7e]+$/),
          roles: [{ id: expect.stringMatching(anId), preset: "ROOT" }],
        },
      },
    });
    const { id, key } = body.data.createApiKey;
    expect(fake.listApiKeys()).toEqual([{ id, key, name: "ci", userId: fake.user.id }]);
    const info = await rest(fake, "get-my-info", undefined, key);
    expect([info.body.id, info.body.roles[0].id]).toEqual([fake.user.id, body.data.createApiKey.roles[0].id]);
  });

  test("takes the documented text as it is", async () => {
    const { fake } = createClockedTower();
    const text = "mutation createApiKey($name: String!) { createApiKey(data: { name: $name }) { id key roles { id preset }}}";
    const { body } = await graphql(fake, text, { name: "ci" }, fake.issueToken());
    expect(await works(fake, body.data.createApiKey.key)).toBe(true);
  });

  test("makes a new key each time, also under the same name", async () => {
    const { fake } = createClockedTower();
    const token = fake.issueToken();
    const [first, second] = [(await create(fake, token)).body.data.createApiKey, (await create(fake, token)).body.data.createApiKey];
    expect(new Set([first.id, second.id, first.key, second.key]).size).toBe(4);
    expect(fake.listApiKeys().map(({ name }) => name)).toEqual(["ci", "ci"]);
    for (const { key } of [first, second]) expect(await works(fake, key)).toBe(true);
  });

  test("answers null for the preset of a custom role", async () => {
    const { fake } = createClockedTower();
    const user = fake.createUser({ role: null, permissions: ["MANAGE_API_KEY"] });
    const { body } = await create(fake, fake.issueToken(user.id));
    expect(body.data.createApiKey.roles).toEqual([{ id: expect.stringMatching(anId), preset: null }]);
  });

  test("is refused to an API key", async () => {
    const { fake, key } = createFurnishedTower();
    const { status, body } = await create(fake, key);
    expect([status, body]).toEqual([200, failed("PERMISSION_DENIED", expect.any(String))]);
    expect(fake.listApiKeys()).toHaveLength(1);
  });

  test("is granted to an API key with keysManageKeys", async () => {
    const { fake, key } = createFurnishedTower({ keysManageKeys: true });
    const own = (await create(fake, key)).body.data.createApiKey.key;
    expect(await works(fake, own)).toBe(true);
    expect((await remove(fake, own, key)).body.errors).toBeUndefined();
    expect(await works(fake, key)).toBe(false);
  });

  test.each([
    [{}, true],
    [{ role: "ADMIN" }, false],
    [{ role: "ADMIN", permissions: [] }, true],
    [{ role: "AUDITOR" }, true],
    [{ role: "AUDITOR", permissions: ["MANAGE_API_KEY"] }, false],
    [{ role: null }, true],
  ] as const)("needs the permission MANAGE_API_KEY: %j", async (input, isRefused) => {
    const { fake, key } = createFurnishedTower();
    const token = fake.issueToken(fake.createUser(input).id);
    for (const { body } of [await create(fake, token), await remove(fake, token, key)]) {
      expect(body.errors?.[0].code).toBe(isRefused ? "PERMISSION_DENIED" : undefined);
    }
    expect(await works(fake, key)).toBe(isRefused);
  });

  test("can be refused in another form", async () => {
    const { fake, key } = createFurnishedTower({ errors: { permission: { status: 403, code: 7, message: "no" } }, codeIn: "extensions" });
    const { status, body } = await create(fake, key);
    expect([status, body]).toEqual([403, { errors: [{ message: "no", extensions: { code: 7 } }], data: null }]);
  });
});

describe("deleteApiKey", () => {
  test("ends this key at once, and neither tokens nor other keys", async () => {
    const { fake, token, key } = createFurnishedTower();
    const other = fake.createApiKey().key;
    const [{ id } = { id: "" }] = fake.listApiKeys();
    const { status, body } = await remove(fake, token, key);
    expect([status, body]).toEqual([200, { data: { deleteApiKey: { id } } }]);
    expect(await works(fake, key)).toBe(false);
    expect((await create(fake, key)).body.errors[0].code).toBe("LOAD_TOKEN_FAILED");
    for (const credential of [token, other]) expect(await works(fake, credential)).toBe(true);
  });

  test("takes the documented text as it is", async () => {
    const { fake, token, key } = createFurnishedTower();
    const text = "mutation deleteApiKey($key: String!) { deleteApiKey(where: { key: $key }) { id } }";
    expect((await graphql(fake, text, { key }, token)).body.data.deleteApiKey.id).toMatch(anId);
    expect(await works(fake, key)).toBe(false);
  });

  test("takes an id too, inferred, but never one for the other", async () => {
    const { fake, token, key } = createFurnishedTower();
    const [{ id } = { id: "" }] = fake.listApiKeys();
    expect((await remove(fake, token, id)).body.errors[0].code).toBe(3039);
    expect((await graphql(fake, "DeleteApiKeyById", { id: key }, token)).body.errors[0].code).toBe(3039);
    expect(await works(fake, key)).toBe(true);
    expect((await graphql(fake, "DeleteApiKeyById", { id }, token)).body).toEqual({ data: { deleteApiKey: { id } } });
    expect(await works(fake, key)).toBe(false);
  });

  test("of an unknown key fails with a number, and repeats the key in its message", async () => {
    const { fake, token, key } = createFurnishedTower();
    await remove(fake, token, key);
    const { status, body } = await remove(fake, token, key);
    expect([status, body]).toEqual([200, failed(3039, `No Node for the model ApiKey with value ${key} for key found.`)]);
  });

  test("of an unknown key can answer null, or fail in another form", async () => {
    const lenient = createFurnishedTower({ unknownKey: "null" });
    expect((await remove(lenient.fake, lenient.token, "unknown")).body).toEqual({ data: { deleteApiKey: null } });
    const other = createFurnishedTower({ errors: { unknownKey: { status: 404, code: "NOT_FOUND", message: "no" } } });
    const { status, body } = await remove(other.fake, other.token, "unknown");
    expect([status, body]).toEqual([404, failed("NOT_FOUND", "no")]);
  });

  test("wants a key or an id", async () => {
    const { fake, token, key } = createFurnishedTower();
    const { body } = await graphql(fake, "mutation { deleteApiKey(where: {}) { id } }", {}, token);
    expect(body).toEqual(failed(3040, expect.stringContaining("where selector")));
    expect(await works(fake, key)).toBe(true);
  });
});

test("what went well in a document stands beside what did not", async () => {
  const { fake, token, key } = createFurnishedTower();
  const text = "mutation ($key: String!) { a: deleteApiKey(where: { key: $key }) { id } b: deleteApiKey(where: { key: $key }) { id } }";
  const { status, body } = await graphql(fake, text, { key }, token);
  expect([status, body]).toEqual([200, failed(3039, expect.any(String), { a: { id: expect.stringMatching(anId) }, b: null })]);
});

test("a test can make and delete keys by itself", async () => {
  const { fake } = createClockedTower();
  const user = fake.createUser();
  const made = fake.createApiKey({ userId: user.id, name: "mine" });
  expect(fake.listApiKeys()).toEqual([{ ...made, name: "mine", userId: user.id }]);
  expect(await works(fake, made.key)).toBe(true);
  fake.deleteApiKey(made.id);
  expect(await works(fake, made.key)).toBe(false);
  expect(() => {
    fake.deleteApiKey(made.key);
  }).toThrow(/^There is no such API key\.$/);
  expect(() => fake.createApiKey({ userId: "nobody" })).toThrow("There is no user nobody");
});
