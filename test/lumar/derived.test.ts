import { describe, expect, test } from "vitest";
import { ClientClosedError, ConfigurationError, type ClientOptions } from "keylight";
import { createFakeLumar } from "keylight/testing";
import { adminOf, clientOf, countAt, defined, fakeLumar, furnishedWithKey, lastAt, operationsAt, thrown, wrong } from "./support.ts";

const login = "LoginWithUserKey";

describe("with shares the session", () => {
  test("one login for both, whichever asks first", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const derived = client.with({ timeout: 5_000, headers: { "x-a": "1" } });
    await Promise.all([derived.me(), client.me(), derived.with({ clientName: "third" }).me()]);
    expect(countAt(fake, login)).toBe(1);
    fake.expireSessions();
    await Promise.all([derived.me(), client.me()]);
    expect(countAt(fake, login)).toBe(2);
  });

  test.each<ClientOptions>([{ timeout: 1000 }, { retry: { attempts: 0 } }, { maxResponseBytes: 1e6 }, { logLevel: "off" }, { fetch: (input, init) => fetch(input, init) }])(
    "when %j is overridden",
    async (overrides) => {
      const fake = fakeLumar();
      const client = adminOf(fake);
      await client.me();
      await client.with(overrides).me();
      expect(countAt(fake, login)).toBe(1);
    },
  );

  test("and changes what is overridden, and nothing else, in itself only", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { headers: { "x-a": "1" }, clientName: "first" });
    const derived = client.with({ clientName: "second" });
    expect(derived.endpoint).toBe(client.endpoint);
    await derived.me();
    expect(lastAt(fake).headers).toMatchObject({ "x-a": "1", "apollographql-client-name": "second" });
    await client.me();
    expect(lastAt(fake).headers["apollographql-client-name"]).toBe("first");
  });
});

describe("with a credential overridden does not", () => {
  test("another user key logs in for itself", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const admin = await client.me();
    const viewer = await client.with(fake.createUser({ role: "Viewer" })).me();
    expect(viewer.id).not.toBe(admin.id);
    expect(await client.me()).toEqual(admin);
    expect(countAt(fake, login)).toBe(2);
  });

  test("an API key takes the place of a user key, and the other way round", async () => {
    const { fake, client, apiKey } = await furnishedWithKey();
    const program = client.with({ apiKey });
    await program.accounts.get(fake.account.id);
    expect(lastAt(fake).headers).toMatchObject({ "x-api-key": apiKey });
    await program.with({ userKey: fake.userKey }).me();
    expect(lastAt(fake).headers).not.toHaveProperty("x-api-key");
  });

  test("a session token takes the place of the user key", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.me();
    const sessionToken = defined(lastAt(fake).headers["x-auth-token"]);
    fake.expireSessions();
    await expect(client.with({ sessionToken }).me()).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
    expect(countAt(fake, login)).toBe(1);
  });
});

describe("with another endpoint", () => {
  test("logs in there, and sends nothing of the first session", async () => {
    const fake = fakeLumar();
    const other = createFakeLumar();
    const toOther: typeof fetch = (input, init) => other.handle(new Request(input, init));
    const client = adminOf(fake);
    await client.me();
    const token = defined(lastAt(fake).headers["x-auth-token"]);
    const there = client.with({ endpoint: "https://other.example/graphql", fetch: toOther });
    await expect(there.me()).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(operationsAt(other)).toEqual([login]);
    await there.with({ userKey: other.userKey }).me();
    expect(operationsAt(other)).toEqual([login, login, "Me"]);
    expect(JSON.stringify(other.requests)).not.toContain(token);
    expect(operationsAt(fake)).toEqual([login, "Me"]);
  });

  test("an override that is undefined counts as left out, and takes no session elsewhere", async () => {
    const fake = fakeLumar();
    const local = createFakeLumar();
    const { url, close } = await local.listen();
    const handled: typeof fetch = (input, init) => local.handle(new Request(input, init));
    const client = clientOf({ endpoint: url, userKey: local.userKey, timeout: 4_321, fetch: handled });
    await client.me();
    const derived = client.with(wrong({ endpoint: undefined, timeout: undefined, userKey: undefined, fetch: undefined }));
    expect(derived.endpoint).toBe(url);
    await derived.me();
    expect(operationsAt(local)).toEqual([login, "Me", "Me"]);
    expect(fake.requests).toHaveLength(0);
    await close();
  });
});

describe("the environment", () => {
  test("is not read again", async () => {
    const fake = fakeLumar();
    const env: Record<string, string | undefined> = { LC_USER_KEY_ID: fake.userKey.id, LC_USER_KEY_SECRET: fake.userKey.secret };
    const client = clientOf({ env });
    env["LC_API_KEY"] = "lmr_sa_1_other";
    env["LC_API_URL"] = "https://elsewhere.example/graphql";
    env["LC_USER_KEY_SECRET"] = "changed";
    const derived = client.with({ timeout: 1_000 });
    expect(derived.endpoint).toBe("https://api.lumar.io/graphql");
    await derived.me();
    expect(lastAt(fake).headers).not.toHaveProperty("x-api-key");
  });

  test("is read anew where it is overridden", () => {
    const client = clientOf({ env: { LC_API_URL: "https://one.example/graphql" } });
    expect(client.endpoint).toBe("https://one.example/graphql");
    expect(client.with({ env: { LC_API_URL: "https://two.example/graphql" } }).endpoint).toBe("https://two.example/graphql");
  });
});

test("options that were changed after the construction change nothing", async () => {
  const fake = fakeLumar();
  const options: ClientOptions = { userKey: { ...fake.userKey }, env: {} };
  const client = clientOf(options);
  options.apiKey = "lmr_sa_1_x";
  options.endpoint = "https://elsewhere.example/";
  await client.with({}).me();
  expect(operationsAt(fake)).toEqual([login, "Me"]);
});

test("wrong overrides are refused by name", () => {
  const client = clientOf({ apiKey: "lmr_sa_1_x" });
  expect(thrown(ConfigurationError, () => client.with({ timeout: 0 })).message).toContain("timeout");
  expect(thrown(ConfigurationError, () => client.with({ endpoint: "http://example.com" })).message).toContain("endpoint");
  thrown(ConfigurationError, () => client.with(wrong(undefined)));
  thrown(ConfigurationError, () => client.with(wrong(null)));
});

test("a closed client gives no other", async () => {
  const client = clientOf({ apiKey: "lmr_sa_1_x" });
  await client.close();
  thrown(ClientClosedError, () => client.with({}));
});
