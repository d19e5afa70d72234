/** doctor finds what is there, and what is not, and throws for nothing. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { oldestNode } from "../../src/cli/doctor/here.ts";
import { at, expectNoSecret, furnished, keylight, siteOf, temporaryDirectory, type Ran } from "./support.ts";

interface Check {
  readonly check: string;
  readonly status: string;
  readonly detail: string;
  readonly next?: string;
  readonly [fact: string]: unknown;
}

function checks({ stdout }: Ran): Record<string, Check> {
  const { checks: all } = JSON.parse(stdout) as { checks: Check[] };
  for (const one of all) if (one.status === "fail") expect(one.next, one.check).toMatch(/./);
  return Object.fromEntries(all.map((one) => [one.check, one]));
}

describe("doctor, where all is well", () => {
  test("says so of each thing, with 0, and shows no secret", async () => {
    const site = await siteOf();
    const ran = await at(site, ["doctor", "--json"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true });
    expect(checks(ran)).toMatchObject({
      keylight: { status: "ok", version: expect.stringMatching(/^\d/) },
      Node: { status: "ok", version: "20.19.0" },
      Variables: { status: "ok", file: null },
      Credential: { status: "ok", kind: "userKey", header: "x-auth-token", source: "LC_USER_KEY_ID (environment) + LC_USER_KEY_SECRET (environment)" },
      Endpoint: { status: "ok", endpoint: site.url, apiVersion: expect.any(String) },
      Session: { status: "ok", obtainedAt: null },
      Access: { status: "ok", username: expect.stringContaining("@") },
      Clock: { status: "ok", skewMs: expect.any(Number) },
    });
    expectNoSecret(ran, site.fake.userKey.secret);
    const shown = await at(site, ["doctor"]);
    expect(shown.stdout).toMatch(/^ok {4}keylight: \d.*\nok {4}Node: /);
    expectNoSecret(shown, site.fake.userKey.secret);
  });

  test.each(["null", "error"] as const)("also with a service account key (me: %s), from a file too", async (meUnderApiKey) => {
    const site = await furnished({ meUnderApiKey });
    const key = site.key.apiKey.reveal();
    const env = { LC_API_URL: site.url };
    const byVariable = await keylight(["doctor", "--json"], { env: { ...env, LC_API_KEY: key } });
    expect(byVariable.code).toBe(0);
    expect(checks(byVariable)).toMatchObject({ Credential: { kind: "apiKey", header: "x-api-key", source: "LC_API_KEY (environment)" }, Access: { status: "ok" } });
    expect(checks(byVariable)).not.toHaveProperty("Session");
    writeFileSync(join(site.directory, "key"), `${key}\n`);
    const byFile = await keylight(["doctor", "--json", "--api-key-file", "key"], { env, directory: site.directory });
    expect(byFile.code).toBe(0);
    expect(checks(byFile)).toMatchObject({ Credential: { source: "--api-key-file key" } });
    for (const ran of [byVariable, byFile]) expectNoSecret(ran);
  });

  test("tells what comes from .env", async () => {
    const { directory, env } = await siteOf();
    writeFileSync(join(directory, ".env"), Object.entries(env).map(([name, value]) => `${name}=${value}\n`).join(""));
    const ran = await keylight(["doctor", "--json"], { directory });
    expect(ran.code).toBe(0);
    expect(checks(ran)).toMatchObject({ Variables: { file: ".env", count: 4 }, Credential: { source: "LC_USER_KEY_ID (.env) + LC_USER_KEY_SECRET (.env)" } });
  });

  test.each([
    [0, "less than an hour old"],
    [1, ": 1 hour old"],
    [5, ": 5 hours old"],
    [72, ": 3 days old"],
  ])("tells how old a session of %i hours is", async (hours, text) => {
    const site = await siteOf();
    await at(site, ["login"]);
    const file = join(site.env["LC_CREDENTIALS_DIR"] ?? "", "sessions.json");
    const obtainedAt = new Date(Date.now() - hours * 3_600_000).toISOString();
    writeFileSync(file, readFileSync(file, "utf8").replace(/"obtainedAt": ?"[^"]*"/, `"obtainedAt":"${obtainedAt}"`));
    const ran = await at(site, ["doctor", "--json"]);
    expect(checks(ran)["Session"]).toMatchObject({ status: "ok", obtainedAt, detail: expect.stringContaining(text) });
  });
});

describe("doctor, where something is missing", () => {
  test("a credential: says which there are, and still looks for the endpoint", async () => {
    const site = await siteOf();
    const ran = await keylight(["doctor", "--json"], { env: { LC_API_URL: site.url } });
    expect(ran.code).toBe(2);
    expect(checks(ran)).toMatchObject({ Credential: { status: "fail", next: expect.stringContaining("LC_USER_KEY_ID") }, Endpoint: { status: "ok" }, Access: { status: "skipped" }, Clock: { status: "skipped" } });
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { exitCode: 2, hint: expect.stringContaining("LC_USER_KEY_ID") } });
  });

  test.each([
    ["half a user key", { LC_USER_KEY_ID: "7" }],
    ["another service's key", { LC_API_KEY: "something-else" }],
    ["an endpoint that is no URL", { LC_API_KEY: "lmr_sa_1_abcdefgh", LC_API_URL: "lumar" }],
  ])("for %s says what is wrong", async (_what, env) => {
    const ran = await keylight(["doctor", "--json"], { env });
    expect(ran.code).toBe(2);
    expect(checks(ran)).toMatchObject({ Credential: { status: "fail" }, Endpoint: { status: "skipped" } });
    expectNoSecret(ran, "something-else");
  });

  test("the server: says that it cannot be reached", async () => {
    const { env } = await siteOf();
    const ran = await keylight(["doctor", "--json", "--timeout", "5s"], { env: { ...env, LC_API_URL: "http://127.0.0.1:1/graphql" } });
    expect(ran.code).toBe(1);
    expect(checks(ran)).toMatchObject({ Credential: { status: "ok" }, Endpoint: { status: "fail", code: "NETWORK_ERROR" } });
  });

  test("the API: says that something else answers", async () => {
    const server = createServer((_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>hello</html>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { env } = await siteOf();
    const ran = await keylight(["doctor", "--json"], { env: { ...env, LC_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } });
    expect(ran.code).toBe(1);
    expect(checks(ran)["Endpoint"]).toMatchObject({ status: "fail", code: "BAD_RESPONSE" });
  });

  test("access: says that the credential is refused, with 4", async () => {
    const site = await furnished();
    await site.client.serviceAccounts.keys.revoke(site.key.id);
    const bad = [{ ...site.env, LC_USER_KEY_SECRET: "wrong-secret-wrong" }, { LC_API_URL: site.url, LC_API_KEY: site.key.apiKey.reveal() }];
    for (const env of bad) {
      const ran = await keylight(["doctor", "--json"], { env });
      expect(ran.code).toBe(4);
      expect(checks(ran)).toMatchObject({ Endpoint: { status: "ok" }, Access: { status: "fail" } });
      expectNoSecret(ran, "wrong-secret-wrong");
    }
  });

  test.each([
    ["a server that is not there", { LC_API_KEY: "lmr_sa_1_abcdefgh", LC_API_URL: "http://127.0.0.1:1/graphql" }],
    ["an address that keys are not sent to", { LC_API_KEY: "lmr_sa_1_abcdefgh", LC_API_URL: "http://lumar.example/graphql" }],
    ["a login that cannot be made", { LC_USER_KEY_ID: "7", LC_USER_KEY_SECRET: "abcdefgh", LC_API_URL: "http://127.0.0.1:1/graphql" }],
  ])("with %s does not send people to where they are", async (_what, env) => {
    const ran = await keylight(["doctor"], { env: { ...env, LC_CREDENTIALS_DIR: temporaryDirectory() } });
    expect(ran.code).not.toBe(0);
    expect(ran.stdout).toMatch(/-> ./);
    expect(ran.stdout + ran.stderr).not.toContain("`keylight doctor`");
  });

  test("nor where a login is refused", async () => {
    const ran = await at(await siteOf(), ["doctor"], { env: { LC_USER_KEY_SECRET: "wrong-secret-wrong" } });
    expect(ran).toMatchObject({ code: 4, stdout: expect.stringContaining("Check LC_USER_KEY_ID") });
    expect(ran.stdout + ran.stderr).not.toContain("`keylight doctor`");
  });

  test("a new enough Node: says which is wanted, and that is what the package says", async () => {
    const site = await siteOf();
    for (const node of ["18.20.4", "20.18.1"]) {
      const ran = await at(site, ["doctor", "--json"], { node });
      expect(ran.code).toBe(2);
      expect(checks(ran)["Node"]).toMatchObject({ status: "fail", next: expect.stringContaining(oldestNode) });
    }
    for (const node of ["20.19.0", "22.1.0"]) expect((await at(site, ["doctor"], { node })).code).toBe(0);
    const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
    expect(`${engines.node}.0`).toBe(`>=${oldestNode}`);
  });
});

describe("doctor, where the clocks differ", () => {
  test.each([
    ["ahead", -3_600_000, /360[01] s ahead of/],
    ["behind", 7_200_000, /7(199|200) s behind/],
  ])("says that this machine is %s", async (_what, offset, detail) => {
    const site = await siteOf();
    site.fake.failNext({ operationName: "DoctorMe", headers: { date: new Date(Date.now() + offset).toUTCString() } });
    const ran = await at(site, ["doctor", "--json"]);
    expect(ran.code).toBe(0);
    expect(checks(ran)["Clock"]).toMatchObject({ status: "note", detail: expect.stringMatching(detail), next: expect.stringContaining("clock") });
  });
});
