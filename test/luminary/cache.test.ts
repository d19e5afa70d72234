import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AuthenticationError, ConfigurationError, memorySessionStore } from "keylight";
import { LuminaryClient, type LuminaryOptions } from "keylight/luminary";
import { browser, changeCache, countAt, failure, personOf, readCache, siteOf, temporaryDirectory, type Site } from "./support.ts";

const mode = (path: string): number => statSync(path).mode & 0o777;
const config = (directory: string): string => join(directory, "config");

/** A client whose place for logins comes from these options and variables alone. */
function placed(site: Site, options: LuminaryOptions): LuminaryClient {
  const client = new LuminaryClient({ domain: site.domain, auth: site.auth, env: {}, ...options });
  onTestFinished(() => client.close());
  return client;
}

test("logins are in .luminarycloud of the home directory, which nobody else may read", async () => {
  const site = await siteOf();
  const home = temporaryDirectory();
  await placed(site, { env: { HOME: home } }).login({ open: browser().open });
  const directory = join(home, ".luminarycloud");
  expect([mode(directory), mode(config(directory))]).toEqual([0o700, 0o600]);
  expect(readdirSync(directory)).toEqual(["config"]);
  expect(readCache(directory).version).toBe(1);
});

test("LC_CREDENTIALS_DIR comes before the home directory, and the option before both; the file stays config", async () => {
  const site = await siteOf();
  const [home, named, option] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()];
  const env = { HOME: home, LC_CREDENTIALS_DIR: named };
  await placed(site, { env }).login({ open: browser().open });
  expect([existsSync(config(named)), existsSync(join(home, ".luminarycloud"))]).toEqual([true, false]);
  await placed(site, { env, cacheDirectory: option }).login({ open: browser().open });
  expect(existsSync(config(option))).toBe(true);
});

test("an own store takes the file's place", async () => {
  const site = await siteOf();
  const home = temporaryDirectory();
  const sessionStore = memorySessionStore();
  await placed(site, { env: { HOME: home }, sessionStore }).login({ open: browser().open });
  await placed(site, { env: { HOME: home }, sessionStore }).request("GET", "pipelines");
  expect(existsSync(join(home, ".luminarycloud"))).toBe(false);
  expect(() => placed(site, { sessionStore, cacheDirectory: home })).toThrow(ConfigurationError);
});

test("a file that others could read ends at 0600, and what others put into it stays", async () => {
  const site = await siteOf();
  const cacheDirectory = temporaryDirectory();
  writeFileSync(config(cacheDirectory), JSON.stringify({ vendor: { some: "thing" }, sessions: { other: { token: "t", obtainedAt: "2020-01-01T00:00:00Z", kept: 1 } } }), { mode: 0o644 });
  chmodSync(config(cacheDirectory), 0o644);
  await personOf(site, { cacheDirectory }).login({ open: browser().open });
  expect(mode(config(cacheDirectory))).toBe(0o600);
  expect(JSON.parse(readFileSync(config(cacheDirectory), "utf8"))).toMatchObject({ vendor: { some: "thing" }, sessions: { other: { token: "t", kept: 1 } } });
});

test.each([["text", "not JSON, but a secret"], ["a list", "[1]"], ["a number", "7"], ["nothing", ""]])("a file that holds %s is moved aside once, and counts as logged out", async (_name, content) => {
  const site = await siteOf();
  const cacheDirectory = temporaryDirectory();
  writeFileSync(config(cacheDirectory), content);
  const error = await failure(personOf(site, { cacheDirectory }).request("GET", "pipelines"), AuthenticationError);
  expect(error).toMatchObject({ code: "INTERACTION_REQUIRED" });
  const names = readdirSync(cacheDirectory);
  expect(names).toEqual([expect.stringMatching(/^config\.unreadable-/)]);
  expect(readFileSync(join(cacheDirectory, names[0] ?? ""), "utf8")).toBe(content);
});

test("installations, OAuth clients and hosts do not overwrite each other's logins, and do not use them", async () => {
  const [site, elsewhere] = [await siteOf(), await siteOf()];
  const cacheDirectory = temporaryDirectory();
  await personOf(site, { cacheDirectory }).login({ open: browser().open });
  await personOf(elsewhere, { cacheDirectory }).login({ open: browser().open });
  expect(Object.keys(readCache(cacheDirectory).sessions)).toHaveLength(2);
  for (const key of Object.keys(readCache(cacheDirectory).sessions)) expect(key).toMatch(/^[0-9a-f]{64}$/);
  await personOf(site, { cacheDirectory }).request("GET", "pipelines");
  await personOf(elsewhere, { cacheDirectory }).request("GET", "pipelines");
  // The same identity provider, but another host of the API.
  const moved = personOf({ ...site, domain: elsewhere.domain }, { cacheDirectory });
  expect(await failure(moved.request("GET", "pipelines"), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
  for (const change of [{ clientId: "another" }, { audience: "https://another.example" }]) {
    const other = personOf({ ...site, auth: { ...site.auth, ...change } }, { cacheDirectory });
    expect(await failure(other.request("GET", "pipelines"), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
  }
});

test("without a home a login lasts as long as the client, with one warning", async () => {
  const site = await siteOf();
  const lines: string[] = [];
  const say = (message: string): void => void lines.push(message);
  const client = placed(site, { logger: { error: say, warn: say, info: say, debug: say }, logLevel: "warn" });
  await client.login({ open: browser().open });
  await client.request("GET", "pipelines");
  site.fake.expireAccessTokens();
  await client.request("GET", "pipelines");
  expect(lines).toEqual([expect.stringContaining("kept in memory")]);
});

test("a place that cannot be written to is no reason to fail", async () => {
  const site = await siteOf();
  const directory = join(temporaryDirectory(), "file");
  writeFileSync(directory, "no folder");
  const client = placed(site, { cacheDirectory: directory });
  await client.login({ open: browser().open });
  await client.request("GET", "pipelines");
  site.fake.expireAccessTokens();
  await client.request("GET", "pipelines");
  expect(countAt(site, "Authorize")).toBe(1);
});

test("a home that is relative is none", async () => {
  const site = await siteOf();
  await placed(site, { env: { HOME: "relative" } }).login({ open: browser().open });
  expect(existsSync("relative")).toBe(false);
});

test("logout removes the login from the file, also when its token is over or another process renewed it, and is final", async () => {
  const site = await siteOf();
  const cacheDirectory = temporaryDirectory();
  const client = personOf(site, { cacheDirectory });
  for (const change of [(): object => ({}), (): object => ({ expiresAt: "2020-01-01T00:00:01Z", obtainedAt: "2020-01-01T00:00:00Z" }), (): object => ({ token: "a-token-of-another-process" })]) {
    await client.login({ open: browser().open });
    changeCache(cacheDirectory, change);
    await client.logout();
    expect(readCache(cacheDirectory).sessions).toEqual({});
    expect(await failure(client.request("GET", "pipelines"), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
  }
  // And when there is nothing to forget.
  await client.logout();
});
