import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFakeLumar, type FakeLumar } from "keylight/testing";

const program = fileURLToPath(new URL("../../examples/tenants.ts", import.meta.url));
const wrong = "not-the-secret-of-this-key";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Site {
  readonly fake: FakeLumar;
  get(path: string): Promise<Answer>;
  logins(): number;
  /** Tells it to end: it does so by itself, and has printed no secret. */
  end(): Promise<void>;
}

/** What a tenant's variables are called. */
const variablesOf = (tenant: string, key: { id: string; secret: string }, accountId: string): Record<string, string> => ({
  [`${tenant}_USER_KEY_ID`]: key.id,
  [`${tenant}_USER_KEY_SECRET`]: key.secret,
  [`${tenant}_ACCOUNT_ID`]: accountId,
});

/** The example with three tenants: acme, globex, and initech whose key is wrong. */
async function startSite(): Promise<Site> {
  const fake = createFakeLumar();
  const globex = fake.createAccount({ name: "Globex", foreign: true });
  const { url, close } = await fake.listen();
  const env = {
    PATH: process.env["PATH"],
    PORT: "0",
    TENANTS: "acme,globex,initech",
    LC_API_URL: url,
    ...variablesOf("LC", fake.userKey, fake.account.id),
    ...variablesOf("ACME", fake.userKey, fake.account.id),
    ...variablesOf("GLOBEX", globex.userKey, globex.account.id),
    ...variablesOf("INITECH", { id: globex.userKey.id, secret: wrong }, globex.account.id),
  };
  const child = spawn(process.execPath, ["--unhandled-rejections=strict", "--import", "tsx", program], { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await close();
  });
  const ended = once(child, "close");
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  await expect.poll(() => said, { timeout: 15_000 }).toContain("/initech/service-accounts\n");
  const base = /^http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? "";
  return {
    fake,
    get: async (path) => {
      const response = await fetch(base + path, { headers: { connection: "close" } });
      return { status: response.status, body: await response.json() };
    },
    logins: () => fake.requests.filter(({ operationName }) => operationName === "LoginWithUserKey").length,
    end: async () => {
      child.kill("SIGTERM");
      expect(await ended, said).toEqual([0, null]);
      const tokens = fake.requests.flatMap(({ headers }) => headers["x-auth-token"] ?? []);
      for (const secret of [fake.userKey.secret, globex.userKey.secret, wrong, ...tokens]) expect(said).not.toContain(secret);
    },
  };
}

/** Many requests of two tenants at once, and the different answers that each has got. */
async function crowd({ get }: Site): Promise<readonly [acme: unknown[], globex: unknown[]]> {
  const asked = (path: string): Promise<string>[] => Array.from({ length: 20 }, () => get(path).then((answer) => JSON.stringify(answer)));
  const [acme, globex] = [asked("/acme/service-accounts"), asked("/globex/service-accounts")];
  const different = async (answers: Promise<string>[]): Promise<unknown[]> => [...new Set(await Promise.all(answers))].map((text) => JSON.parse(text));
  return [await different(acme), await different(globex)];
}

describe("examples/tenants.ts, run as it is", () => {
  test("answers each of many requests at once for its own tenant, with one login a session", async () => {
    const site = await startSite();
    const answers = await crowd(site);
    const answer = { status: 200, body: { user: expect.any(String), serviceAccounts: [] } };
    expect(answers).toEqual([[answer], [answer]]);
    expect(answers[0]).not.toEqual(answers[1]);
    expect(site.logins()).toBe(2);

    site.fake.expireSessions();
    expect(await crowd(site)).toEqual(answers);
    expect(site.logins()).toBe(4);
    await site.end();
  });

  test("uses the default client, with a session of its own, where no tenant is named", async () => {
    const site = await startSite();
    await site.get("/acme/service-accounts");
    expect(await site.get("/whoami")).toEqual({ status: 200, body: { id: expect.any(String), username: expect.any(String) } });
    expect(site.logins()).toBe(2);
    await site.end();
  });

  test("tells nothing of an unknown tenant, and of one whose key is wrong no more than a code", async () => {
    const site = await startSite();
    expect(await site.get("/umbrella/service-accounts")).toEqual({ status: 404, body: { error: "no such page" } });
    expect(await site.get("/acme/other")).toEqual({ status: 404, body: { error: "no such page" } });
    expect(site.fake.requests).toEqual([]);
    expect(await site.get("/initech/service-accounts")).toEqual({ status: 502, body: { error: "INVALID_CREDENTIALS" } });
    expect((await site.get("/globex/service-accounts")).status).toBe(200);
    await site.end();
  });
});
