import { describe, expect, test } from "vitest";
import { at, dataOf, day, furnished, liveKeys, siteOf } from "./support.ts";

describe("keys list", () => {
  test("shows the keys of an account with their service accounts, or those of one service account", async () => {
    const site = await furnished();
    const other = await site.client.serviceAccounts.create({ accountId: site.fake.account.id, name: "Other", roleCode: "Viewer" });
    const second = await site.client.serviceAccounts.keys.create(other.id, { name: "second" });
    expect(dataOf(await at(site, ["keys", "list", "--json"]))).toMatchObject([
      { id: site.key.id, status: "active", serviceAccount: { name: "CI" } },
      { id: second.id, status: "active", serviceAccount: { name: "Other" } },
    ]);
    expect(dataOf(await at(site, ["keys", "list", "--service-account", other.id, "--json"]))).toMatchObject([{ id: second.id, serviceAccount: { id: other.id } }]);
    expect((await at(site, ["keys", "list"])).stdout).toMatch(/^KEY +NAME +SERVICE ACCOUNT +STATUS/);
    expect((await at(site, ["keys", "list", "--service-account", other.id])).stdout).toMatch(/^KEY +NAME +STATUS/);
    expect(await at(site, ["keys", "list", "--service-account", other.id, "--all-accounts"])).toMatchObject({ code: 2 });
  });

  test("tells revoked keys from active ones, and leaves them out when that is asked for", async () => {
    const site = await furnished();
    await site.client.serviceAccounts.keys.revoke(site.key.id);
    expect(dataOf(await at(site, ["keys", "list", "--json"]))).toMatchObject([{ id: site.key.id, status: "revoked" }]);
    expect(dataOf(await at(site, ["keys", "list", "--active", "--json"]))).toEqual([]);
  });

  test("tells expired keys; a terminal shows days", async () => {
    const site = await furnished();
    const key = { id: "k1", name: null, createdAt: "2020-01-01T00:00:00.000Z", expiresAt: "2021-01-01T00:00:00.000Z", lastUsedAt: null, revokedAt: null, createdByUser: null };
    site.fake.failNext(Array.from({ length: 2 }, () => ({ operationName: "ListServiceAccountKeys", body: { data: { serviceAccount: { keys: [key] } } } })));
    const args = ["keys", "list", "--service-account", site.serviceAccount.id];
    expect(dataOf(await at(site, [...args, "--json"]))).toMatchObject([{ id: "k1", status: "expired" }]);
    expect((await at(site, [...args, "--no-color"], { columns: 120 })).stdout).toMatch(/k1 .*expired .*2020-01-01 .*never .*2021-01-01/);
  });

  test("without keys gives programs an empty list, a pipe nothing, and people a sentence", async () => {
    const site = await siteOf();
    expect(await at(site, ["keys", "list", "--json"])).toEqual({ code: 0, stdout: "[]\n", stderr: "" });
    expect(await at(site, ["keys", "list"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await at(site, ["keys", "list"], { columns: 80 })).stdout).toContain("No keys.");
  });
});

describe("keys revoke", () => {
  test("ends a key, and again without harm", async () => {
    const site = await furnished();
    const { id } = site.key;
    expect(dataOf(await at(site, ["keys", "revoke", id, "--yes", "--json"]))).toMatchObject({ id, revokedAt: expect.stringContaining("T") });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([]);
    expect((await at(site, ["keys", "revoke", id, "--yes"])).stdout).toBe(`Revoked ${id}.\n`);
  });
});

describe("keys audit", () => {
  test("lists what wants attention, with 0; for CI with 1", async () => {
    const site = await furnished();
    const ran = await at(site, ["keys", "audit", "--json"]);
    expect(dataOf(ran)).toMatchObject([{ serviceAccount: { name: "CI" }, key: { id: site.key.id }, issues: ["never-used", "no-expiry"] }]);
    expect((await at(site, ["keys", "audit"])).stdout).toContain("never-used, no-expiry");
    const ci = await at(site, ["keys", "audit", "--fail-on-findings", "--json"]);
    expect(ci.code).toBe(1);
    expect(JSON.parse(ci.stdout)).toHaveLength(1);
    expect(JSON.parse(ci.stderr)).toMatchObject({ error: { code: "FINDINGS", count: 1 } });
    expect((await at(site, ["keys", "audit", "--fail-on-findings"])).stderr).toContain("1 key wants attention");
  });

  test("takes thresholds, as days or as durations", async () => {
    let now = Date.now() - 30 * day;
    const site = await furnished({ now: () => now });
    const expiresAt = new Date(Date.now() + 20 * day);
    await site.client.serviceAccounts.keys.create(site.serviceAccount.id, { name: "expires", expiresAt });
    now = Date.now();
    const issues = async (...args: string[]): Promise<string[][]> => dataOf(await at(site, ["keys", "audit", "--json", ...args])).map((finding: { issues: string[] }) => finding.issues);
    expect(await issues()).toEqual([["never-used", "no-expiry"], ["never-used"]]);
    expect(await issues("--max-age", "29")).toEqual([["never-used", "no-expiry", "old"], ["never-used", "old"]]);
    expect(await issues("--max-age", "4w", "--expiring-within", "21d")).toEqual([["never-used", "no-expiry", "old"], ["never-used", "expiring", "old"]]);
  });

  test("goes over all accounts, and passes with --fail-on-findings where there is nothing", async () => {
    const site = await furnished();
    const { account } = site.fake.createAccount({ name: "Second" });
    expect(dataOf(await at(site, ["keys", "audit", "--all-accounts", "--json"]))).toHaveLength(1);
    expect(await at(site, ["keys", "audit", "--account", account.id, "--fail-on-findings"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
