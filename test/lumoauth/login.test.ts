import { describe, expect, onTestFinished, test } from "vitest";
import { AuthenticationError, ConfigurationError, memorySessionStore, TimeoutError } from "keylight";
import type { DevicePrompt, LumoAuthClient, LumoAuthOptions } from "keylight/lumoauth";
import type { FakeLumoAuth, FakeLumoAuthOptions } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { adminOf, clientOf, failure, fakeLumoAuth, key, listeningFake, operationsAt, rejection } from "./support.ts";

/** A fake on a port, with a device flow that needs no patience, and a client for a person. */
async function site(fakeOptions: FakeLumoAuthOptions = {}, options: LumoAuthOptions = {}): Promise<{ fake: FakeLumoAuth; client: LumoAuthClient; another: (options?: LumoAuthOptions) => LumoAuthClient }> {
  const { fake, baseUrl } = await listeningFake({ deviceInterval: 50, ...fakeOptions });
  const another = (more: LumoAuthOptions = {}): LumoAuthClient => clientOf({ baseUrl, pathPrefix: fake.tenant.pathPrefix, login: { clientId: fake.clientId }, ...options, ...more });
  return { fake, client: another(), another };
}

/** A person who does at once what the prompt says. */
const person = (fake: FakeLumoAuth) => ({ show: ({ userCode }: DevicePrompt) => {
  fake.approveDevice(userCode);
} });

function tokensAt(fake: FakeLumoAuth): string[] {
  const sent = fake.requests.map(({ headers }) => headers["authorization"]?.replace("Bearer ", "")).filter((token) => token !== undefined);
  return [...new Set(sent.map((token) => canary(token)))];
}

describe("a person logs in with a code", () => {
  test("and calls go on with the session, as Bearer, on the endpoints below the prefix", async () => {
    const { fake, client } = await site({ prefix: "orgs" });
    const prompts: DevicePrompt[] = [];
    await client.login({
      show: (prompt) => {
        prompts.push(prompt);
        fake.approveDevice(prompt.userCode);
      },
    });
    expect(prompts).toEqual([
      {
        userCode: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
        verificationUri: expect.stringContaining(`${fake.tenant.pathPrefix}/oauth/device`),
        verificationUriComplete: expect.stringContaining("user_code="),
        expiresAt: expect.any(String),
      },
    ]);
    expect((await client.users.list().toArray()).map(({ email }) => email)).toEqual([fake.user.email]);
    expect(operationsAt(fake)).toEqual(["POST /oauth/device_authorization", "POST /oauth/token", "GET /admin/users"]);
    expect(tokensAt(fake)).toHaveLength(1);
  });

  test("and an access token that is over costs a refresh, not a person; forty calls at once make one", async () => {
    const { fake, client } = await site();
    await client.login(person(fake));
    await client.users.list().toArray();
    fake.expireAccessTokens();
    const from = fake.requests.length;
    const lists = await Promise.all(Array.from({ length: 40 }, () => client.users.list().toArray()));
    expect(lists.every((list) => list.length === 1)).toBe(true);
    expect(operationsAt(fake).slice(from).filter((name) => name === "POST /oauth/token")).toHaveLength(1);
    expect(tokensAt(fake)).toHaveLength(2);
  });

  test("and later clients go on with it, from the store; another OAuth client does not", async () => {
    const sessionStore = memorySessionStore();
    const { fake, client, another } = await site({}, { sessionStore });
    await client.login(person(fake));
    expect(await another().users.list().toArray()).toHaveLength(1);
    await failure(another({ login: { clientId: "app_other" } }).users.list().toArray(), AuthenticationError);
    await failure(another({ login: { clientId: fake.clientId, scopes: ["admin"] } }).users.list().toArray(), AuthenticationError);
    expect(operationsAt(fake).filter((name) => name === "POST /oauth/device_authorization")).toHaveLength(1);
    tokensAt(fake);
  });

  test("with the scopes that were asked for", async () => {
    const { fake, another } = await site();
    const client = another({ login: { clientId: fake.clientId, scopes: ["openid", "email"] } });
    await client.login(person(fake));
    expect(fake.requests[0]?.body).toMatchObject({ client_id: fake.clientId, scope: "openid email" });
    expect(await rejection(client.users.list().toArray())).toMatchObject({ code: "PERMISSION_DENIED", grantedScopes: ["openid", "email"] });
    tokensAt(fake);
  });

  test("once, however many logins begin at a time", async () => {
    const { fake, client } = await site();
    await Promise.all([client.login(person(fake)), client.login(person(fake)), client.login(person(fake))]);
    expect(operationsAt(fake)).toEqual(["POST /oauth/device_authorization", "POST /oauth/token"]);
  });
});

describe("nobody has logged in", () => {
  test("and a call says that somebody has to, without asking the server", async () => {
    const { fake, client } = await site();
    const error = await failure(client.users.list().toArray(), AuthenticationError);
    expect([error.code, error.hint]).toEqual(["INTERACTION_REQUIRED", expect.stringContaining("Call login()")]);
    expect(fake.requests).toEqual([]);
  });

  test("any more: the login was forgotten, and the next call says so", async () => {
    const sessionStore = memorySessionStore();
    const { fake, client, another } = await site({}, { sessionStore });
    await client.login(person(fake));
    await client.users.list().toArray();
    await client.logout();
    for (const one of [client, another()]) expect(await rejection(one.users.list().toArray())).toMatchObject({ code: "INTERACTION_REQUIRED" });
    tokensAt(fake);
  });

  test("any more: the server takes the refresh token no longer", async () => {
    const { fake, client } = await site();
    await client.login(person(fake));
    await client.users.list().toArray();
    fake.expireAccessTokens();
    fake.failNext({ status: 400, body: { error: "invalid_grant", error_description: "The refresh token is invalid or expired" }, operationName: "POST /oauth/token" });
    expect(await rejection(client.users.list().toArray())).toMatchObject({ code: "INTERACTION_REQUIRED", message: expect.stringContaining("log in again") });
    await client.login(person(fake));
    expect(await client.users.list().toArray()).toHaveLength(1);
    tokensAt(fake);
  });
});

describe("a login ends", () => {
  test("at once where nobody would see what to do", async () => {
    const { isTTY } = process.stderr;
    process.stderr.isTTY = false;
    onTestFinished(() => {
      process.stderr.isTTY = isTTY;
    });
    const { fake, client } = await site();
    expect(await failure(client.login(), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED", hint: expect.stringContaining("give show") });
    expect(fake.requests).toEqual([]);
  });

  test("when the person says no", async () => {
    const { fake, client } = await site();
    const show = ({ userCode }: DevicePrompt): void => {
      fake.denyDevice(userCode);
    };
    expect(await failure(client.login({ show }), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", serviceCode: "access_denied" });
  });

  test("when the OAuth client is none, or not of this tenant", async () => {
    const { fake, another } = await site();
    expect(await failure(another({ login: { clientId: "app_unknown" } }).login(person(fake)), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", serviceCode: "invalid_client" });
  });

  test("when the time is over, the signal aborts, or the client closes", async () => {
    const { client, another } = await site();
    const show = (): void => undefined;
    await failure(client.login({ show, timeout: 60 }), TimeoutError);
    const reason = new Error("stop");
    const controller = new AbortController();
    expect(await rejection(client.login({ show: () => controller.abort(reason), signal: controller.signal }))).toBe(reason);
    const other = another();
    expect(await rejection(other.login({ show: () => void other.close() }))).toMatchObject({ code: "CLIENT_CLOSED" });
  });
});

test("a client with a key or a token does not log in, and one with a login says what options it takes", async () => {
  const fake = fakeLumoAuth();
  for (const client of [adminOf(fake), clientOf({ tenant: "acme", accessToken: key }), clientOf({ tenant: "acme" })]) {
    expect((await failure(client.login(), ConfigurationError)).hint).toContain("login: { clientId }");
    await failure(client.logout(), ConfigurationError);
  }
  expect(fake.requests).toEqual([]);
});
