import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { NotFoundError, ResponseFormatError, Secret } from "keylight";
import { adminOf, clientOf, countAt, failure, fakeLumar, furnished, furnishedWithKey, lastAt, printed, thrown, wrong } from "./support.ts";

describe("create", () => {
  test("makes a key whose apiKey opens the door", async () => {
    const { fake, key, serviceAccount, client } = await furnishedWithKey();
    expect(key).toMatchObject({ name: "deploy", expiresAt: null, lastUsedAt: null, revokedAt: null });
    expect(Number.isNaN(Date.parse(key.createdAt))).toBe(false);
    const program = clientOf({ apiKey: key.apiKey });
    expect((await program.serviceAccounts.get(serviceAccount.id)).name).toBe("CI");
    expect(lastAt(fake).headers["x-api-key"]).toBe(key.apiKey.reveal());
    expect(await client.serviceAccounts.keys.list(serviceAccount.id)).toMatchObject([{ id: key.id, name: "deploy" }]);
  });

  test("sends no name and no expiry where none is given", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const key = await client.serviceAccounts.keys.create(serviceAccount.id);
    expect(lastAt(fake).variables).toEqual({ input: { serviceAccountId: serviceAccount.id } });
    expect(key).toMatchObject({ name: null, expiresAt: null });
  });

  test.each(["  spaced  ", "ключ 🔑", 'a "quoted" \\ name', "x".repeat(255)])("sends the name as it is: %s", async (name) => {
    const { fake, client, serviceAccount } = await furnished();
    const key = await client.serviceAccounts.keys.create(serviceAccount.id, { name });
    expect(lastAt(fake).variables).toMatchObject({ input: { name } });
    expect(key.name).toBe(name);
  });

  test.each([
    ["a Date", new Date("2999-01-31T12:00:00Z"), "2999-01-31T12:00:00.000Z"],
    ["an instant in UTC", "2999-01-31T12:00:00Z", "2999-01-31T12:00:00.000Z"],
    ["an instant with an offset", "2999-01-31T12:00:00+02:00", "2999-01-31T10:00:00.000Z"],
    ["a plain date", "2999-01-31", "2999-01-31T00:00:00.000Z"],
  ])("takes %s as the expiry, and sends it in UTC", async (_, expiresAt, sent) => {
    const { fake, client, serviceAccount } = await furnished();
    const key = await client.serviceAccounts.keys.create(serviceAccount.id, { expiresAt });
    expect(lastAt(fake).variables).toMatchObject({ input: { expiresAt: sent } });
    expect(key.expiresAt).toBe(sent);
  });

  test("for an unknown service account is NotFound", async () => {
    const fake = fakeLumar();
    const error = await failure(adminOf(fake).serviceAccounts.keys.create(1), NotFoundError);
    expect(error).toMatchObject({ operationName: "CreateServiceAccountKey", mayHaveExecuted: false });
  });

  test("a bare secret is completed with the number of the service account", async () => {
    const { fake, client, serviceAccount } = await furnished({ keySecret: "bare" });
    const number = Number(/\d+$/.exec(atob(serviceAccount.id))?.[0]);
    for (const id of [serviceAccount.id, number, String(number)]) {
      const { secret, apiKey } = await client.serviceAccounts.keys.create(id);
      expect(apiKey.reveal()).toBe(`lmr_sa_${number}_${secret.reveal()}`);
      expect((await clientOf({ apiKey }).accounts.get(fake.account.id)).id).toBe(fake.account.id);
    }
  });

  test.each(["not-a-documented-id", "TjAwN1VzZXJLZXkxMzI", "***"])("a bare secret is not lost where the id holds no number, as %s: only apiKey fails", async (id) => {
    const fake = fakeLumar();
    const created = { id: "k", name: null, secret: "bare-secret", expiresAt: null, createdAt: "2030-01-01T00:00:00.000Z" };
    fake.failNext({ operationName: "CreateServiceAccountKey", body: { data: { createServiceAccountKey: created } } });
    const key = await adminOf(fake).serviceAccounts.keys.create(id);
    expect(key.secret.reveal()).toBe("bare-secret");
    expect(thrown(ResponseFormatError, () => key.apiKey).hint).toContain("key.secret");
  });

  test("errors beside the secret do not lose it", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const created = { id: "k", name: null, secret: "lmr_sa_1_s", expiresAt: null, createdAt: "2030-01-01T00:00:00.000Z" };
    fake.failNext({ body: { data: { createServiceAccountKey: created }, errors: [{ message: "audit log unavailable" }] } });
    expect((await client.serviceAccounts.keys.create(serviceAccount.id)).apiKey.reveal()).toBe("lmr_sa_1_s");
    expect(countAt(fake, "CreateServiceAccountKey")).toBe(1);
  });

  test.each([null, ""])("an answer with the secret %j names the key to be revoked", async (secret) => {
    const { fake, client, serviceAccount } = await furnished();
    const created = { id: "TheKey", name: null, secret, expiresAt: null, createdAt: "2030-01-01T00:00:00.000Z" };
    fake.failNext({ body: { data: { createServiceAccountKey: created } } });
    const error = await failure(client.serviceAccounts.keys.create(serviceAccount.id), ResponseFormatError);
    expect(error).toMatchObject({ mayHaveExecuted: true });
    expect(error.hint).toContain("TheKey");
  });
});

describe("the secret of a created key", () => {
  test("shows nowhere unless it is revealed", async () => {
    const { key, apiKey } = await furnishedWithKey();
    const shown = [printed(key), JSON.stringify(key), inspect(key), `${wrong<string>(key.secret)} ${wrong<string>(key.apiKey)}`, JSON.stringify(structuredClone({ name: key.name }))];
    for (const text of shown) expect(text).not.toContain(apiKey.slice(-20));
    expect(JSON.parse(JSON.stringify(key))).toMatchObject({ secret: "[redacted]", apiKey: "[redacted]", name: "deploy" });
    expect(key.secret).toBeInstanceOf(Secret);
    expect(key.apiKey).toBeInstanceOf(Secret);
  });

  test("has the documented form", async () => {
    const { key, serviceAccount } = await furnishedWithKey();
    const number = /\d+$/.exec(atob(serviceAccount.id))?.[0];
    expect(key.apiKey.reveal()).toMatch(new RegExp(`^lmr_sa_${number}_.+`));
  });
});

describe("list", () => {
  test("gives all keys, with who made them, revoked ones too, and no secret", async () => {
    const { client, serviceAccount, key, apiKey } = await furnishedWithKey();
    await client.serviceAccounts.keys.create(serviceAccount.id, { name: "second", expiresAt: "2999-01-01" });
    await client.serviceAccounts.keys.revoke(key.id);
    const keys = await client.serviceAccounts.keys.list(serviceAccount.id);
    expect(keys).toMatchObject([
      { name: "deploy", revokedAt: expect.any(String), expiresAt: null },
      { name: "second", revokedAt: null, expiresAt: "2999-01-01T00:00:00.000Z" },
    ]);
    expect(keys.every(({ createdByUser }) => createdByUser?.username?.includes("@"))).toBe(true);
    expect(printed(keys)).not.toContain(apiKey.slice(-20));
    expect(keys.some((one) => "secret" in one || "apiKey" in one)).toBe(false);
  });

  test("shows when a key was last used", async () => {
    const { fake, client, serviceAccount, apiKey } = await furnishedWithKey();
    expect((await client.serviceAccounts.keys.list(serviceAccount.id))[0]?.lastUsedAt).toBeNull();
    await clientOf({ apiKey }).accounts.get(fake.account.id);
    expect((await client.serviceAccounts.keys.list(serviceAccount.id))[0]?.lastUsedAt).toEqual(expect.any(String));
  });

  test("a creator who is gone is null", async () => {
    const { fake, client, serviceAccount, key } = await furnishedWithKey();
    const { secret: _secret, apiKey: _apiKey, ...fields } = key;
    fake.failNext({ body: { data: { serviceAccount: { id: "s", name: "n", keys: [{ ...fields, createdByUser: null }] } } } });
    expect(await client.serviceAccounts.keys.list(serviceAccount.id)).toEqual([{ ...fields, createdByUser: null }]);
  });

  test("of an unknown service account is NotFound, also where the answer is null", async () => {
    const { fake, client, serviceAccount } = await furnished();
    await failure(client.serviceAccounts.keys.list(1), NotFoundError);
    fake.failNext({ body: { data: { serviceAccount: null } } });
    const error = await failure(client.serviceAccounts.keys.list(serviceAccount.id), NotFoundError);
    expect(error.operationName).toBe("ListServiceAccountKeys");
  });

  test("an answer without the list is a format error", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ body: { data: { serviceAccount: { id: "s", name: "n", keys: null } } } });
    await failure(client.serviceAccounts.keys.list(serviceAccount.id), ResponseFormatError);
  });
});

describe("revoke", () => {
  test("ends a key for good; revoking it again succeeds with the same instant", async () => {
    const { fake, client, key, apiKey } = await furnishedWithKey();
    const first = await client.serviceAccounts.keys.revoke(key.id);
    expect(first).toEqual({ id: key.id, revokedAt: expect.any(String) });
    expect(await client.serviceAccounts.keys.revoke(key.id)).toEqual(first);
    await expect(clientOf({ apiKey }).accounts.get(fake.account.id)).rejects.toMatchObject({ code: "KEY_REJECTED" });
  });

  test("an unknown key is NotFound", async () => {
    const fake = fakeLumar();
    const error = await failure(adminOf(fake).serviceAccounts.keys.revoke(1), NotFoundError);
    expect(error.operationName).toBe("RevokeServiceAccountKey");
  });

  test.each([{}, { revokeServiceAccountKey: null }, { revokeServiceAccountKey: { serviceAccountKey: { id: "k", revokedAt: null } } }])(
    "the answer %j leaves open whether it ran",
    async (data) => {
      const { fake, client, key } = await furnishedWithKey();
      fake.failNext({ body: { data } });
      expect(await failure(client.serviceAccounts.keys.revoke(key.id), ResponseFormatError)).toMatchObject({ mayHaveExecuted: true });
    },
  );
});

test("a key that has expired is refused", async () => {
  let time = Date.now();
  const { fake, client, serviceAccount } = await furnished({ now: () => time });
  const { apiKey } = await client.serviceAccounts.keys.create(serviceAccount.id, { expiresAt: new Date(time + 60_000) });
  const program = clientOf({ apiKey });
  await program.accounts.get(fake.account.id);
  time += 60_001;
  await expect(program.accounts.get(fake.account.id)).rejects.toMatchObject({ code: "KEY_REJECTED", status: 401, retryable: false });
});
