import { inspect } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  accounts,
  ConfigurationError,
  getDefaultClient,
  me,
  request,
  serviceAccounts,
  setDefaultClient,
  userKeys,
  withClient,
  type Client,
} from "keylight";
import { adminOf, clientOf, countAt, fakeLumar, furnishedWithKey, lastAt, thrown } from "./support.ts";

const variables = ["LC_API_KEY", "LC_SESSION_TOKEN", "LC_USER_KEY_ID", "LC_USER_KEY_SECRET", "LUMAR_USER_KEY_ID", "LUMAR_SECRET", "LC_API_URL", "LC_LOG"];

beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, "");
  setDefaultClient(undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  setDefaultClient(undefined);
});

describe("the same surface on the default client", () => {
  test("accounts, serviceAccounts, userKeys, me and request", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    setDefaultClient(client);
    expect(getDefaultClient()).toBe(client);
    expect(await me()).toEqual(await client.me());
    expect(await request<{ version: string }>("{ version }")).toEqual({ version: "1.0.0" });
    expect(await accounts.get(fake.account.id)).toEqual(fake.account);
    expect(await accounts.list().toArray({ limit: 5 })).toEqual([fake.account]);
    const made = await serviceAccounts.create({ accountId: fake.account.id, name: "CI", roleCode: "Viewer" });
    const key = await serviceAccounts.keys.create(made.id, { name: "k" });
    expect(await serviceAccounts.keys.list(made.id)).toMatchObject([{ id: key.id }]);
    expect(await userKeys.delete((await userKeys.create()).id)).toEqual({ id: expect.any(String) });
    expect(countAt(fake, "LoginWithUserKey")).toBe(1);
  });

  test("passes options on", async () => {
    const fake = fakeLumar();
    setDefaultClient(adminOf(fake));
    await me({ headers: { "x-trace": "a" } });
    expect(lastAt(fake).headers["x-trace"]).toBe("a");
    await request("query Q($id: ObjectID!) { node(id: $id) { id } }", { id: fake.account.id }, { headers: { "x-trace": "b" } });
    expect(lastAt(fake)).toMatchObject({ headers: { "x-trace": "b" }, variables: { id: fake.account.id } });
  });

  test("follows the default client, also where the function was taken before", async () => {
    const fake = fakeLumar();
    setDefaultClient(adminOf(fake));
    const { get } = accounts;
    await get(fake.account.id);
    const { get: later } = withClient(clientOf(fake.createUser({ role: "Viewer" })), () => accounts);
    await later(fake.account.id);
    expect(countAt(fake, "LoginWithUserKey")).toBe(1);
  });

  test("looking at it, or awaiting it, makes no client", async () => {
    vi.stubEnv("LC_API_KEY", "not-a-lumar-key");
    expect(inspect(accounts)).toBe("{}");
    await Promise.resolve(serviceAccounts);
    expect(JSON.stringify([Object.keys(userKeys)])).toBe("[[]]");
    thrown(ConfigurationError, getDefaultClient);
  });
});

describe("without a default client set, one is built from the environment", () => {
  test("at the first use, and kept", async () => {
    const { fake, apiKey } = await furnishedWithKey();
    vi.stubEnv("LC_API_KEY", apiKey);
    await accounts.get(fake.account.id);
    const client = getDefaultClient();
    vi.stubEnv("LC_API_KEY", "");
    expect(getDefaultClient()).toBe(client);
    await accounts.get(fake.account.id);
    expect(lastAt(fake).headers["x-api-key"]).toBe(apiKey);
    await client.close();
  });

  test("with a user key: one login for all calls", async () => {
    const fake = fakeLumar();
    vi.stubEnv("LC_USER_KEY_ID", fake.userKey.id);
    vi.stubEnv("LC_USER_KEY_SECRET", fake.userKey.secret);
    await Promise.all([me(), accounts.get(fake.account.id), serviceAccounts.list(fake.account.id)]);
    expect(countAt(fake, "LoginWithUserKey")).toBe(1);
    await getDefaultClient().close();
  });

  test("undefined resets it: the environment is read anew", async () => {
    const first = getDefaultClient();
    setDefaultClient(undefined);
    vi.stubEnv("LC_API_URL", "https://other.example/graphql");
    expect(getDefaultClient()).not.toBe(first);
    expect(getDefaultClient().endpoint).toBe("https://other.example/graphql");
  });

  test("an environment that is wrong rejects the call, and the next one reads it again", async () => {
    const { fake, apiKey } = await furnishedWithKey();
    vi.stubEnv("LC_API_KEY", "sk-another-service");
    const before = fake.requests.length;
    await expect(me()).rejects.toThrow(ConfigurationError);
    await expect(request("{ version }")).rejects.toThrow(ConfigurationError);
    expect(fake.requests).toHaveLength(before);
    vi.stubEnv("LC_API_KEY", apiKey);
    expect((await accounts.get(fake.account.id)).id).toBe(fake.account.id);
  });

  test("without a credential the first call says what would do", async () => {
    const fake = fakeLumar();
    await expect(me()).rejects.toMatchObject({ code: "INVALID_CONFIGURATION", hint: expect.stringContaining("LC_API_KEY") });
    expect(fake.requests).toHaveLength(0);
  });
});

describe("withClient", () => {
  test("is scoped to its function, across awaits, timers and what it starts", async () => {
    const fake = fakeLumar();
    const outer = adminOf(fake);
    const inner = clientOf(fake.createUser({ role: "Viewer" }));
    setDefaultClient(outer);
    await withClient(inner, async () => {
      await sleep(1);
      expect(getDefaultClient()).toBe(inner);
      expect(await me()).toEqual(await inner.me());
      await Promise.all([1, 2].map(async (ms) => sleep(ms).then(() => expect(getDefaultClient()).toBe(inner))));
    });
    expect(getDefaultClient()).toBe(outer);
    expect(await me()).toEqual(await outer.me());
  });

  test("gives what its function gives, and throws what it throws", () => {
    const client = clientOf();
    expect(withClient(client, () => 5)).toBe(5);
    const reason = new Error("x");
    expect(() => withClient(client, () => { throw reason; })).toThrow(reason);
  });

  test("nests", () => {
    const [outer, inner] = [clientOf(), clientOf()];
    withClient(outer, () => {
      withClient(inner, () => {
        expect(getDefaultClient()).toBe(inner);
      });
      expect(getDefaultClient()).toBe(outer);
    });
  });

  test("setDefaultClient inside it does not change the scope", () => {
    const [scoped, other] = [clientOf(), clientOf()];
    withClient(scoped, () => {
      setDefaultClient(other);
      expect(getDefaultClient()).toBe(scoped);
    });
    expect(getDefaultClient()).toBe(other);
  });

  test("keeps tenants apart that run in parallel", async () => {
    const fake = fakeLumar();
    const tenants = ["Admin", "Editor", "Viewer"].map((role) => clientOf(fake.createUser({ role: role as "Admin" })));
    const visit = (client: Client): Promise<string[]> =>
      withClient(client, async () => {
        const ids: string[] = [];
        for (let turn = 0; turn < 5; turn += 1) {
          await sleep(turn % 2);
          ids.push((await me()).id);
        }
        return ids;
      });
    const seen = await Promise.all(tenants.map(visit));
    const own = await Promise.all(tenants.map(async (client) => (await client.me()).id));
    expect(seen).toEqual(own.map((id) => Array.from({ length: 5 }, () => id)));
    expect(new Set(own).size).toBe(3);
    expect(countAt(fake, "LoginWithUserKey")).toBe(3);
  });
});
