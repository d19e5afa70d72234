import { describe, expect, test } from "vitest";
import { NotFoundError, ResponseFormatError, type AuditOptions, type KeyFinding } from "keylight";
import { clientOf, countAt, day, failure, furnished, lastAt, type Furnished } from "./support.ts";

interface Clocked extends Furnished {
  /** Sets the server's clock to so many days ago. */
  daysAgo(days: number): void;
}

async function clocked(): Promise<Clocked> {
  const clock = { ago: 0 };
  const world = await furnished({ now: () => Date.now() - clock.ago, sessionLifetime: 10_000 * day });
  return {
    ...world,
    daysAgo(days) {
      clock.ago = days * day;
    },
  };
}

interface Past {
  /** In days: how long ago the key was made, and was used last; when it expires, from now. */
  made?: number;
  used?: number;
  expires?: number;
}

/** A key with this past, found by an audit of its account. */
async function audited(world: Clocked, past: Past, options?: AuditOptions): Promise<KeyFinding | undefined> {
  const { client, fake, serviceAccount, daysAgo } = world;
  daysAgo(past.made ?? 0);
  const expiresAt = past.expires === undefined ? undefined : new Date(Date.now() + Math.abs(past.expires) * day);
  const key = await client.serviceAccounts.keys.create(serviceAccount.id, expiresAt === undefined ? {} : { expiresAt });
  if (past.used !== undefined) {
    daysAgo(past.used);
    await clientOf({ apiKey: key.apiKey }).accounts.get(fake.account.id);
  }
  daysAgo(0);
  return (await client.serviceAccounts.keys.audit(fake.account.id, options)).find((finding) => finding.key.id === key.id);
}

describe("an audit says of a key", () => {
  test.each<[string, Past, string[] | undefined]>([
    ["nothing, when it is young, used and ends some day", { made: 10, used: 1, expires: 100 }, undefined],
    ["never-used", { made: 1, expires: 100 }, ["never-used"]],
    ["unused after more than 90 days", { made: 200, used: 91, expires: 100 }, ["unused"]],
    ["nothing after less than 90 days", { made: 200, used: 89, expires: 100 }, undefined],
    ["expiring within 14 days", { made: 10, used: 1, expires: 13 }, ["expiring"]],
    ["nothing with more than 14 days to go", { made: 10, used: 1, expires: 15 }, undefined],
    ["no-expiry", { made: 10, used: 1 }, ["no-expiry"]],
    ["old after more than 365 days", { made: 366, used: 1, expires: 100 }, ["old"]],
    ["nothing after less than 365 days", { made: 364, used: 1, expires: 100 }, undefined],
    ["all that is so", { made: 400 }, ["never-used", "no-expiry", "old"]],
    ["unused, no-expiry and old together", { made: 400, used: 100 }, ["unused", "no-expiry", "old"]],
  ])("%s", async (_, past, issues) => {
    const finding = await audited(await clocked(), past);
    expect(finding?.issues).toEqual(issues);
  });

  test("expired", async () => {
    const { client, fake, serviceAccount, daysAgo } = await clocked();
    const { keys } = client.serviceAccounts;
    const expiresAt = new Date(Date.now() + 200);
    daysAgo(1);
    const key = await keys.create(serviceAccount.id, { expiresAt });
    await clientOf({ apiKey: key.apiKey }).accounts.get(fake.account.id);
    daysAgo(0);
    await expect.poll(async () => (await keys.audit(fake.account.id))[0]?.issues, { interval: 50 }).toEqual(["expired"]);
  });

  test("disabled-account, since enabling it would bring the key back", async () => {
    const world = await clocked();
    const { client, fake, serviceAccount } = world;
    await audited(world, { used: 0, expires: 100 });
    await client.serviceAccounts.disable(serviceAccount.id);
    const findings = await client.serviceAccounts.keys.audit(fake.account.id);
    expect(findings.map(({ issues }) => issues)).toEqual([["disabled-account"]]);
    expect(findings[0]?.serviceAccount).toMatchObject({ id: serviceAccount.id, enabled: false });
  });
});

describe("its options", () => {
  test.each<[AuditOptions, Past, string[] | undefined]>([
    [{ unusedForDays: 7 }, { made: 20, used: 8, expires: 100 }, ["unused"]],
    [{ unusedForDays: 200 }, { made: 300, used: 150, expires: 100 }, undefined],
    [{ expiringWithinDays: 60 }, { made: 1, used: 1, expires: 50 }, ["expiring"]],
    [{ expiringWithinDays: 0 }, { made: 1, used: 1, expires: 1 }, undefined],
    [{ maxAgeDays: 30 }, { made: 31, used: 1, expires: 100 }, ["old"]],
    [{ maxAgeDays: 4000 }, { made: 3000, used: 1, expires: 100 }, undefined],
  ])("%j moves the limit", async (options, past, issues) => {
    expect((await audited(await clocked(), past, options))?.issues).toEqual(issues);
  });

  test("options of the call reach the request", async () => {
    const { client, fake } = await clocked();
    await client.serviceAccounts.keys.audit(fake.account.id, { maxAgeDays: 1, headers: { "x-trace": "t" } });
    expect(lastAt(fake)).toMatchObject({ operationName: "ListServiceAccounts", headers: { "x-trace": "t" } });
  });
});

describe("an audit", () => {
  test("leaves revoked keys out", async () => {
    const world = await clocked();
    const { client, fake } = world;
    const finding = await audited(world, { made: 400 });
    await client.serviceAccounts.keys.revoke(finding?.key.id ?? "");
    expect(await client.serviceAccounts.keys.audit(fake.account.id)).toEqual([]);
  });

  test("covers all service accounts of the account with one request", async () => {
    const { client, fake, serviceAccount } = await clocked();
    const { keys } = client.serviceAccounts;
    const second = await client.serviceAccounts.create({ accountId: fake.account.id, name: "second", roleCode: "Viewer" });
    await keys.create(serviceAccount.id, { name: "a" });
    await keys.create(second.id, { name: "b" });
    const findings = await keys.audit(fake.account.id);
    expect(findings.map((finding) => [finding.serviceAccount.name, finding.key.name])).toEqual([["CI", "a"], ["second", "b"]]);
    expect(countAt(fake, "ListServiceAccounts")).toBe(1);
  });

  test("works with an API key, and finds nothing in an account without keys", async () => {
    const { client, fake, serviceAccount } = await clocked();
    expect(await client.serviceAccounts.keys.audit(fake.account.id)).toEqual([]);
    const { apiKey } = await client.serviceAccounts.keys.create(serviceAccount.id);
    expect(await clientOf({ apiKey }).serviceAccounts.keys.audit(fake.account.id)).toHaveLength(1);
  });

  test("of an unknown account is NotFound", async () => {
    const { client } = await clocked();
    await failure(client.serviceAccounts.keys.audit(999_999), NotFoundError);
  });

  test("an answer without the lists is a format error", async () => {
    const { client, fake, serviceAccount } = await clocked();
    fake.failNext([
      { body: { data: { node: { id: "a", name: "n", serviceAccounts: null } } } },
      { body: { data: { node: { id: "a", name: "n", serviceAccounts: [{ ...serviceAccount, keys: null }] } } } },
    ]);
    await failure(client.serviceAccounts.keys.audit(fake.account.id), ResponseFormatError);
    await failure(client.serviceAccounts.keys.audit(fake.account.id), ResponseFormatError);
  });
});
