/** Exit codes, and what is said with them: one message, and the next step. */
import { describe, expect, test } from "vitest";
import { at, furnished, keylight, siteOf, type Ran } from "./support.ts";

const told = ({ stderr }: Ran): { message: string; next: string } => {
  const [, message = "", next = ""] = /^Error: (.+)\nNext: (.+)\n$/.exec(stderr) ?? [];
  return { message, next };
};

const withoutCredential = ["keys", "revoke", "1", "--yes"];

describe("the exit code", () => {
  test("is 0 when all went well", async () => {
    expect(await at(await siteOf(), ["whoami"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("is 1 for trouble on the way", async () => {
    const { env } = await siteOf();
    const ran = await keylight(["whoami"], { env: { ...env, LC_API_URL: "http://127.0.0.1:1/graphql" } });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(told(ran).next).not.toBe("");
  });

  test.each([500, 503])("is 1 when the server fails with %i, also at the login", async (status) => {
    const site = await siteOf();
    site.fake.failNext(Array.from({ length: 4 }, () => ({ status, operationName: "LoginWithUserKey" })));
    const ran = await at(site, ["whoami"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(told(ran).next).not.toBe("");
  });

  test.each([
    ["an unknown command", ["frobnicate"], "unknown command"],
    ["an unknown option", ["whoami", "--frobnicate"], "unknown option"],
    ["a missing argument", ["keys", "revoke"], "missing required argument"],
    ["too many arguments", ["whoami", "twice"], "too many arguments"],
    ["a missing option", ["service-accounts", "create", "--role", "Viewer"], "--name"],
    ["an option without its value", ["service-accounts", "list", "--account"], "argument missing"],
    ["a role that is none", ["service-accounts", "create", "--name", "x", "--role", "Owner"], "Allowed choices"],
    ["a duration that is none", ["keys", "rotate", "--older-than", "soon"], "duration"],
    ["a time that is none", ["keys", "create", "--service-account", "1", "--print", "--expires", "soon"], "2030-01-31"],
    ["days that are none", ["keys", "audit", "--max-age", "12h"], "whole days"],
    ["a timeout that is none", ["whoami", "--timeout", "0"], "seconds"],
    ["no change", ["service-accounts", "update", "1"], "no change"],
    ["accounts named twice over", ["keys", "audit", "--account", "1", "--all-accounts"], "exclude each other"],
    ["no credential", withoutCredential, "credential"],
  ])("is 2 for %s, and the next step is told", async (_what, args, message) => {
    const ran = await keylight(args, {});
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(told(ran).message).toContain(message);
    expect(told(ran).next).not.toBe("");
  });

  test.each([
    ["half a user key", { LC_USER_KEY_ID: "7" }],
    ["another service's key", { LC_API_KEY: "another-service" }],
    ["an endpoint that is none", { LC_API_KEY: "lmr_sa_1_abcdefgh", LC_API_URL: "lumar" }],
  ])("is 2 for %s in the environment", async (_what, env) => {
    const ran = await keylight(["whoami"], { env });
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(told(ran).next).not.toBe("");
    expect(ran.stderr).not.toMatch(/another-service|abcdefgh/);
  });

  test("is 2 for input that the server would refuse", async () => {
    const site = await furnished();
    const ran = await at(site, ["keys", "create", "--service-account", site.serviceAccount.id, "--expires", "2020-01-01", "--print"]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(told(ran)).toMatchObject({ message: expect.stringContaining("future"), next: expect.stringMatching(/./) });
  });

  test("is 3 for what is not there", async () => {
    const site = await siteOf();
    for (const args of [["service-accounts", "get", "999"], ["keys", "list", "--service-account", "999"], ["keys", "audit", "--account", "999"], ["keys", "revoke", "999", "--yes"]]) {
      const ran = await at(site, args);
      expect(ran, args.join(" ")).toMatchObject({ code: 3, stdout: "" });
      expect(told(ran).next).not.toBe("");
    }
  });

  test("is 4 for a user who is no Admin, and for a service account that would change something", async () => {
    const site = await furnished();
    const { userKey } = site.fake.createUser({ role: "Viewer" });
    const viewer = { LC_USER_KEY_ID: userKey.id, LC_USER_KEY_SECRET: userKey.secret };
    const asServiceAccount = { LC_API_URL: site.url, LC_API_KEY: site.key.apiKey.reveal() };
    const args = ["service-accounts", "disable", site.serviceAccount.id, "--yes"];
    for (const ran of [await at(site, args, { env: viewer }), await keylight(args, { env: asServiceAccount })]) {
      expect(ran).toMatchObject({ code: 4, stdout: "" });
      expect(told(ran).next).not.toBe("");
    }
  });

  test("is 4 for credentials that are refused", async () => {
    const site = await furnished();
    await site.client.serviceAccounts.keys.revoke(site.key.id);
    const bad = [
      { ...site.env, LC_USER_KEY_SECRET: "not the secret".replaceAll(" ", "-") },
      { LC_API_URL: site.url, LC_API_KEY: site.key.apiKey.reveal() },
      { LC_API_URL: site.url, LC_SESSION_TOKEN: "no-session-of-this-server" },
    ];
    for (const env of bad) {
      const ran = await keylight(["whoami"], { env });
      expect(ran).toMatchObject({ code: 4, stdout: "" });
      expect(told(ran).next).not.toBe("");
      for (const value of Object.values(env).slice(1)) expect(ran.stderr).not.toContain(value);
    }
  });

  test("is 1 for a server that fails, which is not said to be the network", async () => {
    const site = await siteOf();
    await at(site, ["login"]);
    site.fake.failNext(Array.from({ length: 4 }, () => ({ status: 500, operationName: "Me" })));
    const ran = await at(site, ["whoami"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(told(ran).next).toContain("The server is in trouble");
  });

  test("is 5 when there were too many requests", async () => {
    const site = await siteOf();
    site.fake.failNext({ status: 429, headers: { "retry-after": "120" } });
    const ran = await at(site, ["whoami"]);
    expect(ran).toMatchObject({ code: 5, stdout: "" });
    expect(told(ran).next).toBe("Wait 120 s, then run the command again.");
  });
});

describe("errors for programs", () => {
  test.each([
    [["service-accounts", "get", "999"], { code: "NOT_FOUND", exitCode: 3, operationName: "GetServiceAccount" }],
    [["frobnicate"], { code: "USAGE", exitCode: 2 }],
    [[], { code: "USAGE", exitCode: 2 }],
    [["keys", "revoke", "1"], { code: "USAGE", exitCode: 2 }],
  ])("are one JSON object on standard error: %j", async (args, error) => {
    const ran = await at(await siteOf(), [...args, "--json"]);
    expect(ran).toMatchObject({ code: error.exitCode, stdout: "" });
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { ...error, message: expect.stringMatching(/./), hint: expect.stringMatching(/./) } });
  });
});

describe("a stack", () => {
  test("is shown with --debug, and else never", async () => {
    const site = await siteOf();
    expect((await at(site, ["service-accounts", "get", "999"])).stderr).not.toMatch(/^\s+at /m);
    const debugged = await at(site, ["service-accounts", "get", "999", "--debug"]);
    expect(debugged).toMatchObject({ code: 3, stdout: "" });
    expect(debugged.stderr).toMatch(/^\s+at /m);
    expect(debugged.stderr).not.toContain(site.fake.userKey.secret);
  });
});

describe("secrets as arguments", () => {
  test("are refused, and not repeated", async () => {
    for (const args of [["whoami", "--api-key", "lmr_sa_1_abcdefgh"], ["whoami", "--api-key=lmr_sa_1_abcdefgh"], ["login", "lmr_sa_1_abcdefgh"], ["whoami", "--token=abcdefghijkl"], ["login", "--secret=abcdefghijkl"]]) {
      const ran = await keylight(args, {});
      expect(ran, args.join(" ")).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr).toContain("--api-key-file");
      expect(ran.stderr).not.toContain("abcdefgh");
    }
  });
});
