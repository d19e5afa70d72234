import { describe, expect, test } from "vitest";
import { b401, createFurnishedFake, createKey, day, login, numberIn, refusal, send, start } from "./support.ts";

const inDays = (days: number): string => new Date(start + days * day).toISOString();

describe("creating a key", () => {
  test("answers the whole key as secret, not nested", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const input = { serviceAccountId: serviceAccount.id, name: "CI", expiresAt: inDays(1) };
    const { status, body } = await send(fake, "CreateServiceAccountKey", { input }, admin);
    expect(status).toBe(200);
    const number = String(numberIn(serviceAccount.id));
    expect(body.data.createServiceAccountKey).toEqual({
      id: expect.any(String),
      name: "CI",
      secret: expect.stringMatching(new RegExp(`^lmr_sa_${number}_[\\w-]{72}$`)),
      expiresAt: inDays(1),
      createdAt: inDays(0),
    });
    const { id } = body.data.createServiceAccountKey;
    expect(Buffer.from(String(id), "base64url").toString()).toMatch(/^N017ServiceAccountKey\d+$/);
  });

  test("answers the last part alone with keySecret bare, while the whole key authenticates", async () => {
    const { fake, serviceAccount, key } = await createFurnishedFake({ keySecret: "bare" });
    expect(key.secret).toMatch(/^[\w-]{72}$/);
    const whole = `lmr_sa_${String(numberIn(serviceAccount.id))}_${String(key.secret)}`;
    expect((await send(fake, "Version", {}, { apiKey: whole })).status).toBe(200);
    expect((await send(fake, "Version", {}, { apiKey: key.secret })).status).toBe(401);
  });

  test("needs neither a name nor an expiry", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const key = await createKey(fake, admin, serviceAccount.id, { name: null, expiresAt: null });
    expect(key).toMatchObject({ name: null, expiresAt: null });
  });

  test("is refused unless the secret is selected, and then creates nothing", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const query = `mutation ($id: ObjectID!) { createServiceAccountKey(input: { serviceAccountId: $id }) { id ...F createdByUser { id } } }
      fragment F on ServiceAccountKey { name ... { createdAt } }`;
    const { status, body } = await send(fake, query, { id: serviceAccount.id }, admin);
    expect(status).toBe(200);
    const message = expect.stringMatching(/^The 'secret' field must be requested/);
    expect(body).toEqual(refusal("createServiceAccountKey", "BAD_USER_INPUT", message));
    const read = await send(fake, "GetServiceAccount", { serviceAccountId: serviceAccount.id }, admin);
    expect(read.body.data.serviceAccount.keys).toHaveLength(1);
  });

  test.each([
    ["an alias", "{ hidden: secret }", ""],
    ["an inline fragment", "{ id ... on ServiceAccountKey { secret } }", ""],
    ["nested fragments", "{ ...A ...A }", "fragment A on ServiceAccountKey { ...B } fragment B on ServiceAccountKey { secret }"],
  ])("takes the secret as selected by %s", async (_, selection, fragments) => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const input = `{ serviceAccountId: ${String(numberIn(serviceAccount.id))} }`;
    const query = `mutation { key: createServiceAccountKey(input: ${input}) ${selection} } ${fragments}`;
    const { body } = await send(fake, query, {}, admin);
    expect(body.errors).toBeUndefined();
    expect(JSON.stringify(body.data.key)).toContain("lmr_sa_");
  });

  test.each([
    ["an expiry that is past", { expiresAt: inDays(-1) }],
    ["an expiry that is now", { expiresAt: inDays(0) }],
    ["an empty name", { name: "" }],
    ["a name of 256 characters", { name: "n".repeat(256) }],
  ])("is refused for %s", async (_, changes) => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const input = { serviceAccountId: serviceAccount.id, ...changes };
    const { status, body } = await send(fake, "CreateServiceAccountKey", { input }, admin);
    expect([status, body]).toEqual([200, refusal("createServiceAccountKey", "BAD_USER_INPUT", expect.any(String) as string)]);
  });
});

describe("reading keys", () => {
  const withSecret = `query ($id: ObjectID!) { serviceAccount(id: $id) { keys { id secret } } }`;

  test("gives metadata, and null for the secret", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake();
    const { body } = await send(fake, "ListServiceAccountKeys", { serviceAccountId: serviceAccount.id }, admin);
    const me = (await send(fake, "Me", {}, admin)).body.data.me;
    const nothing = { lastUsedAt: null, expiresAt: null, revokedAt: null };
    expect(body.data.serviceAccount.keys).toEqual([
      { id: key.id, name: "CI", ...nothing, createdAt: inDays(0), createdByUser: me },
    ]);
    const read = await send(fake, withSecret, { id: serviceAccount.id }, admin);
    expect(read.body).toEqual({ data: { serviceAccount: { keys: [{ id: key.id, secret: null }] } } });
  });

  test("can fail for the secret, with the other fields given", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake({ secretOnRead: "error" });
    const { status, body } = await send(fake, withSecret, { id: serviceAccount.id }, admin);
    expect(status).toBe(200);
    expect(body.data.serviceAccount.keys).toEqual([{ id: key.id, secret: null }]);
    expect(body.errors[0].path).toEqual(["serviceAccount", "keys", 0, "secret"]);
  });
});

describe("a key in use", () => {
  async function lastUsedAt({ fake, admin, serviceAccount }: Awaited<ReturnType<typeof createFurnishedFake>>) {
    const { body } = await send(fake, "GetServiceAccount", { serviceAccountId: serviceAccount.id }, admin);
    return body.data.serviceAccount.keys[0].lastUsedAt;
  }

  test("moves lastUsedAt", async () => {
    const furnished = await createFurnishedFake();
    furnished.clock.time += day;
    expect((await send(furnished.fake, "Version", {}, furnished.apiKey)).status).toBe(200);
    expect(await lastUsedAt(furnished)).toBe(inDays(1));
  });

  test("is refused as soon as it expires, without moving lastUsedAt", async () => {
    const furnished = await createFurnishedFake();
    const { fake, clock, admin, serviceAccount } = furnished;
    const key = await createKey(fake, admin, serviceAccount.id, { expiresAt: inDays(1) });
    clock.time += day - 1;
    expect((await send(fake, "Version", {}, { apiKey: key.secret })).status).toBe(200);
    clock.time += 1;
    const { status, body } = await send(fake, "Version", {}, { apiKey: key.secret });
    expect([status, body]).toEqual([401, b401]);
    const read = await send(fake, "GetServiceAccount", { serviceAccountId: serviceAccount.id }, admin);
    expect(read.body.data.serviceAccount.keys[1].lastUsedAt).toBe(new Date(start + day - 1).toISOString());
  });

  test("is refused while its account is disabled, without moving lastUsedAt", async () => {
    const furnished = await createFurnishedFake();
    const { fake, admin, serviceAccount, apiKey } = furnished;
    const enable = (enabled: boolean) =>
      send(fake, "UpdateServiceAccount", { input: { serviceAccountId: serviceAccount.id, enabled } }, admin);
    await enable(false);
    const { status, body } = await send(fake, "Version", {}, apiKey);
    expect([status, body]).toEqual([401, b401]);
    expect(await lastUsedAt(furnished)).toBeNull();
    await enable(true);
    expect((await send(fake, "Version", {}, apiKey)).status).toBe(200);
  });

  test("is refused once its account is deleted", async () => {
    const { fake, admin, serviceAccount, apiKey } = await createFurnishedFake();
    await send(fake, "DeleteServiceAccount", { input: { serviceAccountId: serviceAccount.id } }, admin);
    const { status, body } = await send(fake, "Version", {}, apiKey);
    expect([status, body]).toEqual([401, b401]);
  });

  test("has no me, or an error for it with meUnderApiKey", async () => {
    const { fake, apiKey } = await createFurnishedFake();
    expect((await send(fake, "Me", {}, apiKey)).body).toEqual({ data: { me: null } });
    const strict = await createFurnishedFake({ meUnderApiKey: "error" });
    const { status, body } = await send(strict.fake, "Me", {}, strict.apiKey);
    expect([status, body]).toEqual([200, refusal("me", "UNAUTHORIZED", "Unauthorized", { me: null })]);
  });
});

describe("revoking a key", () => {
  const revoke = (id: string | number) => ({ input: { serviceAccountKeyId: id } });

  test("answers revokedAt, nested, and stops the key", async () => {
    const { fake, admin, key, apiKey } = await createFurnishedFake();
    const { status, body } = await send(fake, "RevokeServiceAccountKey", revoke(numberIn(key.id)), admin);
    const revoked = { id: key.id, revokedAt: inDays(0) };
    expect([status, body]).toEqual([200, { data: { revokeServiceAccountKey: { serviceAccountKey: revoked } } }]);
    const refused = await send(fake, "Version", {}, apiKey);
    expect([refused.status, refused.body]).toEqual([401, b401]);
  });

  test("answers the first revokedAt when it is done again", async () => {
    const { fake, clock, admin, key } = await createFurnishedFake();
    const first = await send(fake, "RevokeServiceAccountKey", revoke(key.id), admin);
    clock.time += day;
    const second = await send(fake, "RevokeServiceAccountKey", revoke(key.id), admin);
    expect([second.status, second.body]).toEqual([200, first.body]);
  });

  const notFound = refusal("revokeServiceAccountKey", "ENTITY_NOT_FOUND", "ServiceAccountKey not found");

  test("fails when it is done again, with revokingTwice not-found", async () => {
    const { fake, admin, key } = await createFurnishedFake({ revokingTwice: "not-found" });
    await send(fake, "RevokeServiceAccountKey", revoke(key.id), admin);
    expect((await send(fake, "RevokeServiceAccountKey", revoke(key.id), admin)).body).toEqual(notFound);
  });

  test("fails for an unknown or foreign key, and one of a deleted account", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake();
    const foreigner = await login(fake, fake.createAccount({ foreign: true }).userKey);
    for (const [session, id] of [[admin, 1], [admin, "unknown"], [admin, serviceAccount.id], [foreigner, key.id]] as const) {
      const { status, body } = await send(fake, "RevokeServiceAccountKey", revoke(id), session);
      expect([status, body]).toEqual([200, notFound]);
    }
    await send(fake, "DeleteServiceAccount", { input: { serviceAccountId: serviceAccount.id } }, admin);
    expect((await send(fake, "RevokeServiceAccountKey", revoke(key.id), admin)).body).toEqual(notFound);
  });
});
