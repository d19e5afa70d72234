import { describe, expect, test, vi } from "vitest";
import { AuthenticationError, Client, ConfigurationError, Secret, type ClientOptions } from "keylight";
import type { FakeLumar } from "keylight/testing";
import { adminOf, clientOf, countAt, credentialsOf, defined, failure, fakeLumar, furnishedWithKey, lastAt, operationsAt, rejection } from "./support.ts";

const login = "LoginWithUserKey";

/** Credentials of every kind that the fake accepts. */
interface Wallet {
  readonly fake: FakeLumar;
  readonly apiKey: string;
  readonly token: string;
  readonly id: string;
  readonly secret: string;
}

async function wallet(): Promise<Wallet> {
  const { fake, client, apiKey } = await furnishedWithKey();
  await client.me();
  return { fake, apiKey, token: defined(lastAt(fake).headers["x-auth-token"]), ...fake.userKey };
}

/** What a client with these options sends for one call. */
async function sentBy({ fake }: Wallet, options: ClientOptions): Promise<[operations: unknown[], header: string | undefined, value: string | undefined]> {
  const before = fake.requests.length;
  await clientOf(options).accounts.get(fake.account.id);
  const [header] = credentialsOf(lastAt(fake));
  return [operationsAt(fake, before), header, lastAt(fake).headers[header ?? ""]];
}

describe("each kind has its header", () => {
  const plain = ["GetAccount"];
  test.each<[string, (wallet: Wallet) => ClientOptions, unknown[], string, "apiKey" | "token" | undefined]>([
    ["apiKey", ({ apiKey }) => ({ apiKey }), plain, "x-api-key", "apiKey"],
    ["apiKey as a Secret", ({ apiKey }) => ({ apiKey: new Secret(apiKey) }), plain, "x-api-key", "apiKey"],
    ["apiKey as a function", ({ apiKey }) => ({ apiKey: () => apiKey }), plain, "x-api-key", "apiKey"],
    ["apiKey as an async function of a Secret", ({ apiKey }) => ({ apiKey: async () => new Secret(apiKey) }), plain, "x-api-key", "apiKey"],
    ["apiKey with white space around it", ({ apiKey }) => ({ apiKey: `\t ${apiKey}\r\n` }), plain, "x-api-key", "apiKey"],
    ["sessionToken", ({ token }) => ({ sessionToken: token }), plain, "x-auth-token", "token"],
    ["sessionToken as a function", ({ token }) => ({ sessionToken: async () => token }), plain, "x-auth-token", "token"],
    ["sessionToken with a user key", ({ token, id, secret }) => ({ sessionToken: token, userKey: { id, secret } }), plain, "x-auth-token", "token"],
    ["sessionToken as a function, with a user key", ({ token, id, secret }) => ({ sessionToken: () => token, userKey: { id, secret } }), plain, "x-auth-token", "token"],
    ["userKey", ({ id, secret }) => ({ userKey: { id, secret } }), [login, ...plain], "x-auth-token", undefined],
    ["userKey with a Secret", ({ id, secret }) => ({ userKey: { id, secret: new Secret(secret) } }), [login, ...plain], "x-auth-token", undefined],
    ["LC_API_KEY", ({ apiKey }) => ({ env: { LC_API_KEY: ` ${apiKey}\n` } }), plain, "x-api-key", "apiKey"],
    ["LC_SESSION_TOKEN", ({ token }) => ({ env: { LC_SESSION_TOKEN: token } }), plain, "x-auth-token", "token"],
    ["LC_USER_KEY_*", ({ id, secret }) => ({ env: { LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret } }), [login, ...plain], "x-auth-token", undefined],
    ["LUMAR_*", ({ id, secret }) => ({ env: { LUMAR_USER_KEY_ID: id, LUMAR_SECRET: secret } }), [login, ...plain], "x-auth-token", undefined],
  ])("%s", async (_, options, operations, header, expected) => {
    const all = await wallet();
    const sent = await sentBy(all, options(all));
    expect(sent.slice(0, 2)).toEqual([operations, header]);
    if (expected !== undefined) expect(sent[2]).toBe(all[expected]);
  });
});

describe("precedence", () => {
  test("in the environment: the API key, then the session token, then the user key", async () => {
    const all = await wallet();
    const { apiKey, token, id, secret } = all;
    const userKey = { LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret };
    expect((await sentBy(all, { env: { LC_API_KEY: apiKey, LC_SESSION_TOKEN: token, ...userKey } }))[2]).toBe(apiKey);
    expect((await sentBy(all, { env: { LC_SESSION_TOKEN: token, ...userKey } }))[2]).toBe(token);
    expect((await sentBy(all, { env: userKey }))[0]).toEqual([login, "GetAccount"]);
  });

  test("keylight's own variables come before the vendor's", async () => {
    const all = await wallet();
    const own = { LC_USER_KEY_ID: all.id, LC_USER_KEY_SECRET: all.secret };
    await sentBy(all, { env: { ...own, LUMAR_USER_KEY_ID: "1", LUMAR_SECRET: "wrong" } });
    expect(countAt(all.fake, login)).toBe(2);
  });

  test("an option of any kind means that no credential is read from the environment", async () => {
    const all = await wallet();
    const { apiKey, token, id, secret, fake } = all;
    const full = { LC_API_KEY: "lmr_sa_1_env", LC_SESSION_TOKEN: "env-token", LC_USER_KEY_ID: "1", LC_USER_KEY_SECRET: "env-secret" };
    expect((await sentBy(all, { apiKey, env: full }))[2]).toBe(apiKey);
    expect((await sentBy(all, { sessionToken: token, env: full }))[2]).toBe(token);
    expect((await sentBy(all, { userKey: { id, secret }, env: full }))[0]).toEqual([login, "GetAccount"]);
    fake.expireSessions();
    const env = { LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret };
    expect(await failure(clientOf({ sessionToken: token, env }).me(), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED" });
  });

  test("an option that is undefined counts as not given", async () => {
    const all = await wallet();
    const options: Record<string, unknown> = { apiKey: undefined, userKey: undefined, env: { LC_SESSION_TOKEN: all.token } };
    expect((await sentBy(all, options))[2]).toBe(all.token);
  });

  test("empty variables, also of white space, count as unset", async () => {
    const all = await wallet();
    const env = { LC_API_KEY: "", LC_SESSION_TOKEN: "  \n", LC_USER_KEY_ID: all.id, LC_USER_KEY_SECRET: all.secret, LC_API_URL: "" };
    expect((await sentBy(all, { env }))[0]).toEqual([login, "GetAccount"]);
  });

  test("process.env is the default, and is read at the construction only", async () => {
    const all = await wallet();
    for (const name of ["LC_SESSION_TOKEN", "LC_USER_KEY_ID", "LC_USER_KEY_SECRET", "LUMAR_USER_KEY_ID", "LUMAR_SECRET", "LC_API_URL"]) vi.stubEnv(name, "");
    vi.stubEnv("LC_API_KEY", all.apiKey);
    const client = new Client();
    vi.stubEnv("LC_API_KEY", "lmr_sa_1_later");
    await client.accounts.get(all.fake.account.id);
    expect(lastAt(all.fake).headers["x-api-key"]).toBe(all.apiKey);
    vi.unstubAllEnvs();
    await client.close();
  });
});

describe("a session token with a user key", () => {
  test("starts with the token, and renews with the key", async () => {
    const { fake, token, id, secret } = await wallet();
    const client = clientOf({ sessionToken: token, userKey: { id, secret } });
    await client.me();
    fake.expireSessions();
    await client.me();
    expect(operationsAt(fake, 4)).toEqual(["Me", "Me", login, "Me"]);
  });

  test("from the environment does the same", async () => {
    const { fake, id, secret } = await wallet();
    await clientOf({ env: { LC_SESSION_TOKEN: "expired", LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret } }).me();
    expect(operationsAt(fake, 4)).toEqual(["Me", login, "Me"]);
  });
});

describe("a credential that comes from a function", () => {
  test("is asked for at each call, and not at the construction", async () => {
    const { fake, apiKey } = await wallet();
    let asked = 0;
    const client = clientOf({ apiKey: () => ((asked += 1), apiKey) });
    expect(asked).toBe(0);
    await client.accounts.get(fake.account.id);
    await client.accounts.get(fake.account.id);
    expect(asked).toBe(2);
  });

  test.each(["apiKey", "sessionToken"] as const)("is asked for once more when %s was rejected; another value is sent once", async (option) => {
    const { fake, apiKey, token } = await wallet();
    const good = option === "apiKey" ? apiKey : token;
    const values = ["lmr_sa_9_old", good];
    const before = fake.requests.length;
    await clientOf({ [option]: () => values.shift() ?? "" }).accounts.get(fake.account.id);
    expect(fake.requests.slice(before).map(({ status }) => status)).toEqual([401, 200]);
    expect(values).toEqual([]);
  });

  test("that gives the same value again, or another bad one, ends the call", async () => {
    const fake = fakeLumar();
    let asked = 0;
    const same = clientOf({ apiKey: () => ((asked += 1), "lmr_sa_9_same") });
    expect(await failure(same.accounts.get(1), AuthenticationError)).toMatchObject({ code: "KEY_REJECTED", status: 401 });
    expect([asked, fake.requests.length]).toEqual([2, 1]);
    const other = clientOf({ sessionToken: () => `bad-${(asked += 1)}` });
    expect(await failure(other.accounts.get(1), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED" });
    expect([asked, fake.requests.length]).toEqual([4, 3]);
  });

  test("that throws fails the call with its own error, and nothing is sent", async () => {
    const fake = fakeLumar();
    const trouble = new Error("vault is sealed");
    expect(await rejection(clientOf({ apiKey: () => Promise.reject(trouble) }).accounts.get(1))).toBe(trouble);
    expect(fake.requests).toHaveLength(0);
  });

  test.each([["", "empty"], ["session-token", "lmr_sa_"], ["lmr_sa_1_ü", "character"]])("that gives %j is a ConfigurationError at the call", async (value, text) => {
    const fake = fakeLumar();
    const error = await failure(clientOf({ apiKey: () => value }).accounts.get(1), ConfigurationError);
    expect(error.message).toContain("apiKey");
    expect(error.message).toContain(text);
    expect(fake.requests).toHaveLength(0);
  });
});

describe("no credential", () => {
  test("is no error at the construction, and one at the first call that needs it, naming what would do", async () => {
    const fake = fakeLumar();
    const client = clientOf();
    for (const call of [client.me(), client.accounts.get(1), client.serviceAccounts.create({ accountId: 1, name: "n", roleCode: "Viewer" }), client.request("{ version }")]) {
      const error = await failure(call, ConfigurationError);
      expect(error).toMatchObject({ code: "INVALID_CONFIGURATION", retryable: false, mayHaveExecuted: false });
      for (const name of ["LC_API_KEY", "apiKey", "LC_USER_KEY_ID", "LC_USER_KEY_SECRET", "userKey", "LC_SESSION_TOKEN", "sessionToken"]) {
        expect(error.hint).toContain(name);
      }
    }
    expect(fake.requests).toHaveLength(0);
  });
});

test("many calls of all kinds: one credential header each, and none on the logins", async () => {
  const { fake, apiKey, token } = await wallet();
  const clients = [adminOf(fake), clientOf({ apiKey }), clientOf({ sessionToken: token })];
  await Promise.all(clients.flatMap((client) => [client.accounts.get(fake.account.id), client.serviceAccounts.list(fake.account.id), client.version()]));
  // Each request is looked at when the test ends; here that there were all kinds of them.
  const kinds = new Set(fake.requests.flatMap(credentialsOf));
  expect([...kinds].sort()).toEqual(["x-api-key", "x-auth-token"]);
});
