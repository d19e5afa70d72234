import { describe, expect, test } from "vitest";
import { createFakeLuminary, type FakeLuminary } from "keylight/testing";
import { createClockedFake, day, rest, start, statusOf, withKey, withToken } from "./fake-luminary-support.ts";

/** A key that is no good any more, and its text. */
async function spoil(how: string) {
  const { fake, clock } = createClockedFake();
  const { id, key } = fake.apiKeys.create({ name: "spoilt", duration: day });
  expect(await statusOf(fake, withKey(key))).toBe(200);
  if (how === "expired") clock.time += day;
  if (how === "revoked" || how === "deleted") fake.apiKeys.revoke(id);
  if (how === "deleted") fake.apiKeys.delete(id);
  return { fake, key: how === "unknown" ? "nobody-made-this-key" : key };
}

describe("a key in x-api-key", () => {
  test("that is active is answered 200 with data", async () => {
    const { fake } = createClockedFake();
    const { status, body } = await rest(fake, "GET /pipelines", withKey(fake.apiKey));
    expect([status, Object.keys(body)]).toEqual([200, ["data"]]);
    expect(body.data).toMatchObject([fake.pipeline]);
  });

  test("that is revoked, expired, deleted or unknown is answered the same 401", async () => {
    const answers = [];
    for (const how of ["revoked", "expired", "deleted", "unknown"]) {
      const { fake, key } = await spoil(how);
      const { status, body, headers } = await rest(fake, "GET /pipelines", withKey(key));
      answers.push({ status, body, type: headers.get("content-type") });
    }
    expect(answers[0]).toEqual({ status: 401, body: { message: expect.any(String) }, type: "application/json; charset=utf-8" });
    expect(answers).toEqual(Array(4).fill(answers[0]));
  });

  test("can be refused in another form", async () => {
    const fake = createFakeLuminary({ errors: { keyRejected: { status: 403, body: { error: { message: "no" } } } } });
    expect(await rest(fake, "GET /pipelines", withKey("bad"))).toMatchObject({ status: 403, body: { error: { message: "no" } } });
    expect(await statusOf(fake, {})).toBe(401);
  });

  test("is refused when it is empty", async () => {
    const { fake } = createClockedFake();
    expect(await statusOf(fake, { "x-api-key": "" })).toBe(401);
  });
});

describe("a credential", () => {
  test.each<[string, (fake: FakeLuminary) => HeadersInit, number]>([
    ["key in Authorization: Bearer", (fake) => withToken(fake.apiKey), 401],
    ["key alone in Authorization", (fake) => ({ authorization: fake.apiKey }), 401],
    ["key and token together", (fake) => ({ ...withKey(fake.apiKey), ...withToken(fake.logIn().accessToken) }), 400],
    ["key and a bad token together", (fake) => ({ ...withKey(fake.apiKey), ...withToken("bad") }), 400],
    ["token in x-api-key", (fake) => withKey(fake.logIn().accessToken), 401],
    ["missing", () => ({}), 401],
  ])("(%s) is refused", async (_, headers, status) => {
    const { fake } = createClockedFake();
    expect(await rest(fake, "GET /pipelines", headers(fake))).toMatchObject({ status, body: { message: expect.any(String) } });
  });

  test.each([
    ["noCredential", {}],
    ["tokenRejected", { authorization: "Bearer bad" }],
    ["bothCredentials", { "x-api-key": "a", authorization: "Bearer b" }],
  ] as const)("can be refused in another form: %s", async (kind, headers) => {
    const fake = createFakeLuminary({ errors: { [kind]: { status: 418, body: { detail: kind } } } });
    expect(await rest(fake, "GET /pipelines", headers)).toMatchObject({ status: 418, body: { detail: kind } });
  });

  test("is asked for before anything is looked up", async () => {
    const { fake } = createClockedFake();
    for (const what of ["GET /nothing", "DELETE /pipelines/none", "PATCH /pipelines"]) expect((await rest(fake, what)).status).toBe(401);
  });
});

describe("the key store", () => {
  test("makes a key for three months unless told otherwise, and shows it once", () => {
    const { fake } = createClockedFake();
    const created = fake.apiKeys.create({ name: "CI" });
    expect(created).toEqual({
      id: expect.any(String),
      name: "CI",
      key: expect.stringMatching(/^[\w-]{48}$/),
      active: true,
      createdAt: "2024-05-06T07:08:09.000Z",
      expiresAt: "2024-08-06T07:08:09.000Z",
    });
    expect(fake.apiKeys.create({ name: "short", duration: day }).expiresAt).toBe("2024-05-07T07:08:09.000Z");
    expect(JSON.stringify(fake.apiKeys.list())).not.toContain(created.key);
    expect(fake.apiKeys.list().map(({ name }) => name)).toEqual(["Example key", "CI", "short"]);
  });

  test("makes another key each time", () => {
    const { fake } = createClockedFake();
    const made = Array.from({ length: 20 }, () => fake.apiKeys.create({ name: "same" }));
    expect(new Set(made.map(({ key }) => key)).size).toBe(20);
    expect(new Set(made.map(({ id }) => id)).size).toBe(20);
  });

  test.each([
    { name: "" },
    { name: " " },
    { name: "n", duration: 0 },
    { name: "n", duration: -1 },
    { name: "n", duration: Number.NaN },
    { name: "n", duration: Number.POSITIVE_INFINITY },
  ])("makes no key of %j", (input) => {
    const { fake } = createClockedFake();
    expect(() => fake.apiKeys.create(input)).toThrow(RangeError);
    expect(fake.apiKeys.list()).toHaveLength(1);
  });

  test("lists an expired key as inactive, from the very instant", () => {
    const { fake, clock } = createClockedFake();
    const { id } = fake.apiKeys.create({ name: "short", duration: day });
    const active = () => fake.apiKeys.list().find((key) => key.id === id)?.active;
    clock.time = start + day - 1;
    expect(active()).toBe(true);
    clock.time = start + day;
    expect(active()).toBe(false);
  });

  test("revokes only an active key, which stays listed as inactive", () => {
    const { fake, clock } = createClockedFake();
    const { id } = fake.apiKeys.create({ name: "short", duration: day });
    const other = fake.apiKeys.create({ name: "other", duration: day });
    expect(fake.apiKeys.revoke(id)).toMatchObject({ id, active: false });
    expect(fake.apiKeys.list()).toMatchObject([{ active: true }, { id, active: false }, { active: true }]);
    expect(() => fake.apiKeys.revoke(id)).toThrow(/only an active/i);
    clock.time += day;
    expect(() => fake.apiKeys.revoke(other.id)).toThrow(/only an active/i);
    expect(() => fake.apiKeys.revoke("none")).toThrow(/no API key/);
  });

  test("deletes only an inactive key, which is listed no more", () => {
    const { fake, clock } = createClockedFake();
    const revoked = fake.apiKeys.create({ name: "revoked" });
    const expired = fake.apiKeys.create({ name: "expired", duration: day });
    expect(() => fake.apiKeys.delete(revoked.id)).toThrow(/only an inactive/i);
    fake.apiKeys.revoke(revoked.id);
    fake.apiKeys.delete(revoked.id);
    expect(() => fake.apiKeys.delete(expired.id)).toThrow(/only an inactive/i);
    clock.time += day;
    fake.apiKeys.delete(expired.id);
    expect(fake.apiKeys.list().map(({ name }) => name)).toEqual(["Example key"]);
    expect(() => fake.apiKeys.delete(revoked.id)).toThrow(/no API key/);
  });

  test("has functions that can be handed on one by one", () => {
    const { create, list, revoke, delete: remove } = createClockedFake().fake.apiKeys;
    const { id } = create({ name: "n" });
    revoke(id);
    remove(id);
    expect(list()).toHaveLength(1);
  });
});
