/** Where variables come from: the environment, then a file; and what a file may not do. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { at, dataOf, furnished, keylight, siteOf } from "./support.ts";

const lines = (variables: Readonly<Record<string, string>>): string => Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`).join("");

describe(".env of the current directory", () => {
  test("is read", async () => {
    const { directory, env } = await siteOf();
    writeFileSync(join(directory, ".env"), `# who I am\n${lines(env)}`);
    expect(dataOf(await keylight(["whoami", "--json"], { directory }))).toMatchObject({ kind: "user" });
  });

  test("never takes the place of what is set", async () => {
    const site = await siteOf();
    writeFileSync(join(site.directory, ".env"), lines({ LC_USER_KEY_SECRET: "another-secret-here", LC_ACCOUNT_ID: "999" }));
    expect(await at(site, ["whoami"])).toMatchObject({ code: 0 });
    expect(await at(site, ["service-accounts", "list"], { env: { LC_ACCOUNT_ID: site.fake.account.id } })).toMatchObject({ code: 0 });
    expect(await at(site, ["service-accounts", "list"])).toMatchObject({ code: 3 });
  });

  test("that is a folder is no reason to fail", async () => {
    const site = await siteOf();
    mkdirSync(join(site.directory, ".env"));
    expect(await at(site, ["whoami"])).toMatchObject({ code: 0 });
  });

  test("sends no credential of the user's own to a server that it names", async () => {
    const site = await siteOf();
    const own = { LC_USER_KEY_ID: site.env["LC_USER_KEY_ID"], LC_USER_KEY_SECRET: site.env["LC_USER_KEY_SECRET"] };
    writeFileSync(join(site.directory, ".env"), lines({ LC_API_URL: site.url }));
    for (const args of [["whoami"], ["login"], ["doctor"]]) {
      const ran = await keylight(args, { env: own, directory: site.directory });
      expect(ran, args[0]).toMatchObject({ code: 2, stderr: expect.stringContaining("--dotenv .env") });
    }
    expect(site.fake.requests).toEqual([]);
    // Named by hand, it may; and so may the option.
    expect(await keylight(["whoami", "--dotenv", ".env"], { env: own, directory: site.directory })).toMatchObject({ code: 0 });
    expect(await keylight(["whoami", "--endpoint", site.url], { env: own, directory: site.directory })).toMatchObject({ code: 0 });
  });

  test("nor a key from a file that the user names", async () => {
    const site = await furnished();
    writeFileSync(join(site.directory, ".env"), lines({ LC_API_URL: site.url }));
    writeFileSync(join(site.directory, "key"), site.key.apiKey.reveal());
    const before = site.fake.requests.length;
    expect(await keylight(["whoami", "--api-key-file", "key"], { directory: site.directory })).toMatchObject({ code: 2 });
    expect(site.fake.requests).toHaveLength(before);
  });
});

describe("--dotenv", () => {
  test("names another file", async () => {
    const { directory, env } = await siteOf();
    writeFileSync(join(directory, "production.env"), lines(env));
    writeFileSync(join(directory, ".env"), lines({ LC_API_KEY: "lmr_sa_1_not-this-one" }));
    expect(dataOf(await keylight(["whoami", "--json", "--dotenv", "production.env"], { directory }))).toMatchObject({ kind: "user" });
  });

  test("must be there", async () => {
    expect(await keylight(["whoami", "--dotenv", "nowhere.env"], {})).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("nowhere.env") });
  });
});

describe("--api-key-file", () => {
  test("holds the key, and wins over variables", async () => {
    const site = await furnished();
    writeFileSync(join(site.directory, "key"), `${site.key.apiKey.reveal()}\n`);
    expect(dataOf(await at(site, ["whoami", "--json", "--api-key-file", "key"]))).toMatchObject({ kind: "serviceAccount", credential: { source: "option apiKey" } });
    expect(await at(site, ["whoami", "--api-key-file", "nowhere"])).toMatchObject({ code: 2, stderr: expect.stringContaining("ENOENT") });
  });
});

describe("--endpoint and --timeout", () => {
  test("win over what variables say", async () => {
    const site = await siteOf();
    expect(await at(site, ["whoami", "--endpoint", site.url], { env: { LC_API_URL: "http://127.0.0.1:1/" } })).toMatchObject({ code: 0 });
    site.fake.failNext({ operationName: "Me", delay: 10_000 });
    const ran = await at(site, ["whoami", "--timeout", "300ms"]);
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("300") });
  });
});
