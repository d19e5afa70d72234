import { Client } from "keylight";
import { createFakeLumar, type FakeLumar, type FakeUserKey } from "keylight/testing";
import type { Credentials } from "../credentials.ts";
import { instant, type Control, type House, type Open } from "../house.ts";
import type { RateLimitView, Table } from "../protocol.ts";

/** What can change while the sandbox runs. */
interface Mutable {
  userKey: FakeUserKey;
  rateLimit: RateLimitView | null;
  client: Client;
}

/** Lumar's fake, which is also reached in this process, for GraphiQL. */
export async function openLumar(open: Open): Promise<House & { readonly fake: FakeLumar }> {
  const fake = createFakeLumar();
  const { url, close } = await open(fake);
  const env = ({ id, secret }: FakeUserKey): Record<string, string> => ({ LC_API_URL: url, LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret, LC_ACCOUNT_ID: fake.account.id });
  const newClient = (key: FakeUserKey): Client => new Client({ env: env(key) });
  const now: Mutable = { userKey: fake.userKey, rateLimit: null, client: newClient(fake.userKey) };
  return {
    name: "lumar",
    title: "Lumar",
    fake,
    url,
    story: "Press Call: keylight logs in. Expire all sessions, call again, and watch one login, however many calls ask.",
    env: () => env(now.userKey),
    calls: callsOf(fake, () => now.client),
    controls: controlsOf(fake, now, newClient),
    rateLimit: {
      current: () => now.rateLimit,
      set: (limit) => {
        now.rateLimit = limit;
        fake.setRateLimit(limit === null ? undefined : { requests: limit.requests, perMs: limit.seconds * 1_000 });
      },
    },
    isLogin: ({ operationName }) => operationName === "LoginWithUserKey",
    tables: (credentials) => tablesOf(fake, credentials),
    close: async () => {
      await now.client.close();
      await close();
    },
  };
}

function callsOf(fake: FakeLumar, client: () => Client): House["calls"] {
  const nightly = fake.createServiceAccount({ name: "Nightly report" });
  let robots = 0;
  return {
    "client.me()": async () => String((await client().me()).username),
    "client.serviceAccounts.create(…)": async () => {
      robots += 1;
      const { name } = await client().serviceAccounts.create({ accountId: fake.account.id, name: `Robot ${String(robots)}`, roleCode: "Viewer" });
      return `made ${name}`;
    },
    "client.serviceAccounts.keys.create(…)": async () => {
      const key = await client().serviceAccounts.keys.create(nightly.id, { name: "sandbox" });
      return `made a key; its secret prints as ${String(key.secret)}`;
    },
  };
}

function controlsOf(fake: FakeLumar, now: Mutable, newClient: (key: FakeUserKey) => Client): Control[] {
  const isRevoked = (): boolean => !fake.snapshot().userKeys.some(({ id }) => id === now.userKey.id);
  return [
    { name: "expire", label: () => "Expire all sessions", run: () => fake.expireSessions() },
    {
      name: "user-key",
      label: () => (isRevoked() ? "Make a new user key" : "Revoke the user key"),
      run: () => {
        if (isRevoked()) {
          void now.client.close();
          now.userKey = fake.createUser({ role: "Admin" }).userKey;
          now.client = newClient(now.userKey);
        } else fake.revokeUserKey(now.userKey.id);
      },
    },
  ];
}

function tablesOf(fake: FakeLumar, credentials: Credentials): Table[] {
  const { accounts, users, userKeys, serviceAccounts, keys, sessions } = fake.snapshot();
  const names = new Map([...users.map(({ id, username }) => [id, username] as const), ...serviceAccounts.map(({ id, name }) => [id, name] as const)]);
  const nameOf = (id: string): string => String(names.get(id));
  return [
    {
      title: "Sessions",
      columns: ["Token", "User", "Expires (UTC)"],
      rows: sessions.map(({ token, userId, expiresAt }) => [credentials.nameOf(token), nameOf(userId), instant(expiresAt)]),
      whenEmpty: "No session is open. The next call logs in.",
    },
    { title: "User keys", columns: ["Id", "User"], rows: userKeys.map(({ id, userId }) => [id, nameOf(userId)]), whenEmpty: "None: no login can succeed." },
    {
      title: "Service accounts",
      columns: ["Id", "Name", "Role", "Enabled"],
      rows: serviceAccounts.map(({ id, name, roleCode, enabled }) => [id, name, roleCode, enabled ? "yes" : "no"]),
      whenEmpty: "None yet.",
    },
    {
      title: "Service-account keys",
      columns: ["Service account", "Name", "Last used (UTC)", "Revoked (UTC)"],
      rows: keys.map((key) => [nameOf(key.serviceAccountId), key.name ?? "–", instant(key.lastUsedAt), instant(key.revokedAt)]),
      whenEmpty: "None yet.",
    },
    { title: "Accounts", columns: ["Id", "Name"], rows: accounts.map(({ id, name }) => [id, name]), whenEmpty: "None." },
  ];
}
