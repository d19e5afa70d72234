import { describe, expect, test } from "vitest";
import { AuthenticationError, memorySessionStore, TransportError } from "keylight";
import { adminOf, clientOf, countAt, defined, failure, fakeLumar, furnishedWithKey, lastAt, openStore, operationsAt } from "./support.ts";

const login = "LoginWithUserKey";
const logout = "DeleteSession";

describe("logout", () => {
  test("ends the session at the server, with the session's own token", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.me();
    const token = defined(lastAt(fake).headers["x-auth-token"]);
    await expect(client.logout()).resolves.toBeUndefined();
    expect(lastAt(fake)).toMatchObject({ operationName: logout, status: 200, variables: {} });
    expect(lastAt(fake).headers["x-auth-token"]).toBe(token);
    expect(await failure(clientOf({ sessionToken: token }).me(), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED" });
  });

  test("empties the store", async () => {
    const fake = fakeLumar();
    const { store, sessions } = openStore();
    const client = adminOf(fake, { sessionStore: store });
    await client.login();
    expect(sessions.size).toBe(1);
    await client.logout();
    expect(sessions.size).toBe(0);
  });

  test("the next call logs in again", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.me();
    await client.logout();
    await client.me();
    expect(operationsAt(fake)).toEqual([login, "Me", logout, login, "Me"]);
  });

  test("when signed out sends nothing", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.logout();
    expect(fake.requests).toHaveLength(0);
    await client.login();
    await client.logout();
    await client.logout();
    expect(operationsAt(fake)).toEqual([login, logout]);
  });

  test("ends a session that is only in the store", async () => {
    const fake = fakeLumar();
    const { store, sessions } = openStore();
    await adminOf(fake, { sessionStore: store }).login();
    await adminOf(fake, { sessionStore: store }).logout();
    expect(operationsAt(fake)).toEqual([login, logout]);
    expect(sessions.size).toBe(0);
  });

  test("of a client with an API key, or with nothing, sends nothing", async () => {
    const fake = fakeLumar();
    await clientOf({ apiKey: "lmr_sa_1_x" }).logout();
    await clientOf().logout();
    expect(fake.requests).toHaveLength(0);
  });

  test("with a session token ends that session", async () => {
    const fake = fakeLumar();
    await adminOf(fake).me();
    const sessionToken = defined(lastAt(fake).headers["x-auth-token"]);
    const client = clientOf({ sessionToken });
    await client.logout();
    expect(lastAt(fake)).toMatchObject({ operationName: logout, status: 200 });
    expect(await failure(client.me(), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED" });
  });

  test("of a session that the server has forgotten succeeds, without a login", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    fake.expireSessions();
    await client.logout();
    expect(operationsAt(fake)).toEqual([login, logout]);
  });

  test("that does not reach the server says so, and the session is gone here", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { retry: { attempts: 0 } });
    await client.login();
    fake.failNext({ operationName: logout, status: 502 });
    await failure(client.logout(), TransportError);
    await client.me();
    expect(countAt(fake, login)).toBe(2);
  });

  test("lets calls of a derived client log in again too", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const derived = client.with({ timeout: 5_000 });
    await client.me();
    await client.logout();
    await derived.me();
    await derived.close();
    expect(countAt(fake, login)).toBe(2);
  });
});

describe("a session", () => {
  test("that has ended is renewed in the middle of a call", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.me();
    fake.expireSessions();
    expect((await client.me()).id).toEqual(expect.any(String));
    expect(operationsAt(fake)).toEqual([login, "Me", "Me", login, "Me"]);
  });

  test("of a store is taken by another client with the same key", async () => {
    const fake = fakeLumar();
    const sessionStore = memorySessionStore();
    await adminOf(fake, { sessionStore }).me();
    await adminOf(fake, { sessionStore }).me();
    expect(countAt(fake, login)).toBe(1);
  });

  test("that is refused right after its login ends the call", async () => {
    const fake = fakeLumar();
    fake.failNext([{ operationName: "Me", status: 401 }, { operationName: "Me", status: 401 }]);
    const error = await failure(adminOf(fake).me(), AuthenticationError);
    expect(error).toMatchObject({ code: "SESSION_REJECTED_AFTER_LOGIN", status: 401 });
    expect(operationsAt(fake)).toEqual([login, "Me", login, "Me"]);
  });

  test("is in the store under a key, and with a content, that hold no secret of the user key", async () => {
    const fake = fakeLumar();
    const { store, sessions } = openStore();
    await adminOf(fake, { sessionStore: store }).me();
    expect([...sessions.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const text = JSON.stringify([...sessions]);
    expect(text).not.toContain(fake.userKey.secret);
    expect(text).not.toContain(fake.userKey.id);
  });
});

test("after a key of the service account is rejected, no login is tried", async () => {
  const { fake, client, key, apiKey } = await furnishedWithKey();
  await client.serviceAccounts.keys.revoke(key.id);
  const before = fake.requests.length;
  await failure(clientOf({ apiKey }).accounts.get(fake.account.id), AuthenticationError);
  expect(operationsAt(fake, before)).toEqual(["GetAccount"]);
});
