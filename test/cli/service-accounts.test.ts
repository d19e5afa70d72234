import { describe, expect, test } from "vitest";
import { at, dataOf, furnished, keylight, siteOf } from "./support.ts";

describe("service-accounts", () => {
  test("create, get, update, disable, enable and delete one, and say what there is after each", async () => {
    const site = await siteOf();
    const created = dataOf(await at(site, ["service-accounts", "create", "--name", "CI", "--role", "Viewer", "--description", "builds", "--json"]));
    expect(created).toMatchObject({ name: "CI", roleCode: "Viewer", description: "builds", enabled: true });
    const { id } = created;
    expect(dataOf(await at(site, ["sa", "update", id, "--name", "Builds", "--role", "Editor", "--json"]))).toMatchObject({ id, name: "Builds", roleCode: "Editor", description: "builds" });
    expect(dataOf(await at(site, ["sa", "update", id, "--description", "", "--json"]))).toMatchObject({ name: "Builds", description: null });
    expect(dataOf(await at(site, ["sa", "disable", id, "--yes", "--json"]))).toMatchObject({ id, enabled: false });
    expect(dataOf(await at(site, ["sa", "get", id, "--json"]))).toMatchObject({ id, enabled: false, account: { id: site.fake.account.id }, keys: [] });
    expect(dataOf(await at(site, ["sa", "enable", id, "--json"]))).toMatchObject({ id, enabled: true });
    expect(dataOf(await at(site, ["sa", "list", "--json"]))).toMatchObject([{ id, name: "Builds" }]);
    expect(dataOf(await at(site, ["sa", "delete", id, "--yes", "--json"]))).toEqual({ id, deleted: true });
    expect(dataOf(await at(site, ["sa", "list", "--json"]))).toEqual([]);
    expect(await at(site, ["sa", "get", id])).toMatchObject({ code: 3 });
  });

  test("show people a table, and what to do next", async () => {
    const site = await furnished();
    const list = await at(site, ["service-accounts", "list"]);
    expect(list.stdout).toMatch(/^ID +NAME +ROLE +ENABLED +KEYS +CREATED\n/);
    expect(list.stdout).toMatch(new RegExp(`^${site.serviceAccount.id} +CI +Viewer +yes +1 +\\d{4}-`, "m"));
    const get = await at(site, ["service-accounts", "get", site.serviceAccount.id]);
    expect(get.stdout).toContain(site.key.id);
    const created = await at(site, ["service-accounts", "create", "--name", "Other", "--role", "Viewer"]);
    expect(created.stderr).toMatch(/^Next: keylight keys create --service-account \S+ --out FILE\n$/);
  });

  test("hold no secret of a key", async () => {
    const site = await furnished();
    const secret = site.key.secret.reveal();
    for (const args of [["sa", "list"], ["sa", "get", site.serviceAccount.id], ["keys", "list"]]) {
      for (const more of [[], ["--json"]]) expect(JSON.stringify(await at(site, [...args, ...more]))).not.toContain(secret.slice(-12));
    }
  });
});

describe("which account", () => {
  test("is the only one, where there is only one", async () => {
    const site = await furnished();
    expect(dataOf(await at(site, ["service-accounts", "list", "--json"]))).toHaveLength(1);
  });

  test("must be said where there are several, and they are listed", async () => {
    const site = await siteOf();
    const { account } = site.fake.createAccount({ name: "Second" });
    const ran = await at(site, ["service-accounts", "list"]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    for (const text of [site.fake.account.id, account.id, "Second", "--account", "LC_ACCOUNT_ID"]) expect(ran.stderr).toContain(text);
  });

  test("is that of --account, else of LC_ACCOUNT_ID", async () => {
    const site = await furnished();
    const { account } = site.fake.createAccount({ name: "Second" });
    await site.client.serviceAccounts.create({ accountId: account.id, name: "In the second", roleCode: "Viewer" });
    const names = async (args: string[], env = {}): Promise<string[]> => dataOf(await at(site, ["service-accounts", "list", "--json", ...args], { env })).map(({ name }: { name: string }) => name);
    expect(await names(["--account", account.id])).toEqual(["In the second"]);
    expect(await names([], { LC_ACCOUNT_ID: account.id })).toEqual(["In the second"]);
    expect(await names(["--account", site.fake.account.id], { LC_ACCOUNT_ID: account.id })).toEqual(["CI"]);
    expect(await names(["--all-accounts"])).toEqual(["CI", "In the second"]);
  });

  test("is that of the service account, where its key is used", async () => {
    const site = await furnished();
    site.fake.createAccount({ name: "Second" });
    const env = { LC_API_URL: site.url, LC_API_KEY: site.key.apiKey.reveal() };
    expect(dataOf(await keylight(["service-accounts", "list", "--json"], { env }))).toMatchObject([{ name: "CI" }]);
    expect(dataOf(await keylight(["service-accounts", "list", "--all-accounts", "--json"], { env }))).toMatchObject([{ name: "CI", account: { id: site.fake.account.id } }]);
  });

  test("is told when there is none at all", async () => {
    const site = await siteOf();
    site.fake.failNext({ operationName: "ListAccounts", body: { data: { me: { accounts: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } } } } });
    expect(await at(site, ["service-accounts", "list"])).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("Admin") });
  });
});

describe("work over many accounts", () => {
  test("shows on a terminal how far it is, leaves nothing of that behind, and shows nothing in a pipe", async () => {
    const site = await furnished();
    site.fake.createAccount({ name: "Second" });
    const shown = await at(site, ["service-accounts", "list", "--all-accounts"], { columns: 100, types: "" });
    expect(shown.stderr).toContain("account 1 of 2, Example account");
    expect(shown.stderr).toContain("account 2 of 2, Second");
    expect(shown.stderr.endsWith("\r\u001B[K")).toBe(true);
    expect((await at(site, ["service-accounts", "list", "--all-accounts"])).stderr).toBe("");
  });
});
