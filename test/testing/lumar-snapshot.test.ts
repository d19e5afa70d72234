import { describe, expect, test } from "vitest";
import { createFakeLumar } from "keylight/testing";
import { createClockedFake, createFurnishedFake, createKey, day, login, send, start } from "./support.ts";

describe("a snapshot", () => {
  test("shows what a new fake keeps", () => {
    const fake = createFakeLumar();
    const { users, ...rest } = fake.snapshot();
    expect(users).toEqual([{ id: expect.any(String), username: "user102@example.com", roles: [{ accountId: fake.account.id, roleCode: "Admin" }] }]);
    expect(rest).toEqual({ accounts: [fake.account], userKeys: [{ id: fake.userKey.id, userId: users[0]?.id }], serviceAccounts: [], keys: [], sessions: [] });
  });

  test("shows what was made through the API, without the secrets of keys", async () => {
    const { fake, admin, serviceAccount, key, apiKey } = await createFurnishedFake();
    await send(fake, "Version", {}, apiKey);
    const snapshot = fake.snapshot();
    expect(snapshot.serviceAccounts).toEqual([{ id: serviceAccount.id, accountId: fake.account.id, name: "Deploys", description: null, roleCode: "Viewer", enabled: true }]);
    expect(snapshot.keys).toEqual([
      { id: key.id, serviceAccountId: serviceAccount.id, name: "CI", createdAt: start, lastUsedAt: start, expiresAt: null, revokedAt: null },
    ]);
    expect(snapshot.sessions).toEqual([{ token: admin.token, userId: snapshot.users[0]?.id, userKeyId: fake.userKey.id, expiresAt: start + 30 * day }]);
    const text = JSON.stringify(snapshot);
    for (const secret of [apiKey.apiKey, apiKey.apiKey.replace(/^lmr_sa_\d+_/, ""), fake.userKey.secret]) expect(text).not.toContain(secret);
  });

  test("is of one moment: what comes later is in the next one", async () => {
    const { fake, clock, admin, serviceAccount, key } = await createFurnishedFake();
    const before = fake.snapshot();
    await send(fake, "UpdateServiceAccount", { input: { serviceAccountId: serviceAccount.id, name: "Renamed" } }, admin);
    await send(fake, "RevokeServiceAccountKey", { input: { serviceAccountKeyId: key.id } }, admin);
    await createKey(fake, admin, serviceAccount.id);
    expect(before.serviceAccounts[0]?.name).toBe("Deploys");
    expect(before.keys).toMatchObject([{ revokedAt: null }]);
    expect(fake.snapshot().serviceAccounts[0]?.name).toBe("Renamed");
    expect(fake.snapshot().keys.map(({ revokedAt }) => revokedAt)).toEqual([start, null]);
    clock.time += 30 * day;
    expect([before.sessions.length, fake.snapshot().sessions.length]).toEqual([1, 0]);
  });

  test("leaves out what was deleted, and the keys that went with it", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    await send(fake, "DeleteServiceAccount", { input: { serviceAccountId: serviceAccount.id } }, admin);
    fake.revokeUserKey(fake.userKey.id);
    fake.expireSessions();
    expect(fake.snapshot()).toMatchObject({ serviceAccounts: [], keys: [], userKeys: [], sessions: [] });
  });
});

describe("a session that is opened by hand", () => {
  test("is as good as one that a login gives, and costs no request", async () => {
    const { fake } = createClockedFake();
    const session = fake.openSession();
    expect(session).toMatchObject({ userKeyId: fake.userKey.id, expiresAt: start + 30 * day });
    expect(fake.requests).toHaveLength(0);
    expect((await send(fake, "Me", {}, session)).body.data.me.username).toBe("user102@example.com");
    fake.expireSessions();
    expect((await send(fake, "Me", {}, session)).status).toBe(401);
  });

  test("belongs to the user whose key is named", async () => {
    const fake = createFakeLumar({ loginEndsOlderSessions: true });
    const first = await login(fake);
    const { userKey } = fake.createUser({ role: "Viewer" });
    const other = fake.openSession(userKey.id);
    expect(fake.snapshot().sessions.map(({ token }) => token)).toEqual([first.token, other.token]);
    const again = fake.openSession(fake.userKey.id);
    expect(fake.snapshot().sessions.map(({ token }) => token)).toEqual([other.token, again.token]);
    expect(() => fake.openSession("1")).toThrow("There is no user key 1.");
  });
});

test("a service account that is made by hand belongs to the account that is named", async () => {
  const fake = createFakeLumar();
  const { account } = fake.createAccount();
  expect(fake.createServiceAccount()).toEqual({ id: expect.any(String), name: "Example service account" });
  const { id } = fake.createServiceAccount({ accountId: account.id, name: "CI", roleCode: "Editor" });
  expect(fake.snapshot().serviceAccounts).toMatchObject([{ accountId: fake.account.id, roleCode: "Viewer" }, { id, accountId: account.id, name: "CI", roleCode: "Editor", enabled: true }]);
  expect((await send(fake, "GetServiceAccount", { serviceAccountId: id }, await login(fake))).body.data.serviceAccount).toMatchObject({ id, name: "CI" });
  expect(() => fake.createServiceAccount({ accountId: "1" })).toThrow("There is no account 1.");
});

describe("a rate limit that is set later", () => {
  test("counts from then on, and can be lifted", async () => {
    const { fake } = createClockedFake({ rateLimit: { requests: 1, perMs: 1_000 } });
    const status = async () => (await send(fake, "Version")).status;
    expect([await status(), await status()]).toEqual([200, 429]);
    fake.setRateLimit({ requests: 2, perMs: 60_000, retryAfter: false });
    expect([await status(), await status()]).toEqual([200, 200]);
    const { response } = await send(fake, "Version");
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, null]);
    fake.setRateLimit({ requests: 0, perMs: 5_000 });
    expect((await send(fake, "Version")).response.headers.get("retry-after")).toBe("5");
    fake.setRateLimit();
    expect(await status()).toBe(200);
  });
});

describe("the requests of a fake", () => {
  test("say whether their connection was dropped", async () => {
    const fake = createFakeLumar();
    for (const drop of ["before", "after", "body"] as const) fake.failNext({ drop });
    for (let count = 0; count < 3; count += 1) await (await fake.handle(requestToVersion())).text().catch(() => undefined);
    fake.failNext({ delay: 60_000 });
    const leaving = new AbortController();
    const left = fake.handle(requestToVersion(leaving.signal));
    await expect.poll(() => fake.requests.length).toBe(4);
    leaving.abort();
    await left;
    await fake.handle(requestToVersion());
    expect(fake.requests.map(({ dropped, status }) => [dropped, status])).toEqual([[true, 0], [true, 0], [true, 0], [true, 0], [false, 200]]);
  });

  test("can be forgotten, while all else is kept", async () => {
    const fake = createFakeLumar();
    const { requests } = fake;
    const session = await login(fake);
    fake.forgetRequests();
    expect([requests, fake.requests]).toEqual([[], []]);
    expect((await send(fake, "Me", {}, session)).status).toBe(200);
    expect(fake.requests).toHaveLength(1);
  });

  function requestToVersion(signal: AbortSignal | null = null): Request {
    return new Request("https://api.lumar.io/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ version }"}', signal });
  }
});
