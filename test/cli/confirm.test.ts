/** What destroys something is asked for first. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";
import { at, furnished, liveKeys, type Furnished } from "./support.ts";

const destructive: readonly (readonly [what: string, args: (site: Furnished) => string[], operation: string])[] = [
  ["keys revoke", ({ key }) => ["keys", "revoke", key.id], "RevokeServiceAccountKey"],
  ["keys rotate", ({ key, serviceAccount }) => ["keys", "rotate", key.id, "--service-account", serviceAccount.id, "--exec", "cat > /dev/null"], "CreateServiceAccountKey"],
  ["keys rotate --older-than", () => ["keys", "rotate", "--older-than", "1ms", "--exec", "cat > /dev/null"], "CreateServiceAccountKey"],
  ["service-accounts disable", ({ serviceAccount }) => ["service-accounts", "disable", serviceAccount.id], "UpdateServiceAccount"],
  ["service-accounts delete", ({ serviceAccount }) => ["service-accounts", "delete", serviceAccount.id], "DeleteServiceAccount"],
];

const env = { PATH: process.env["PATH"] };

describe.each(destructive)("%s", (_what, args, operation) => {
  const count = ({ fake }: Furnished): number => fake.requests.filter(({ operationName }) => operationName === operation).length;

  test("without a terminal needs --yes", async () => {
    const site = await furnished();
    const before = count(site);
    const ran = await at(site, args(site), { env });
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--yes") });
    expect(count(site)).toBe(before);
    expect(await at(site, [...args(site), "--yes"], { env })).toMatchObject({ code: 0 });
    expect(count(site)).toBeGreaterThan(before);
  });

  test.each(["y\n", "Yes\n", " y \n"])("on a terminal goes on at %j", async (types) => {
    const site = await furnished();
    const before = count(site);
    const ran = await at(site, args(site), { types, env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain("Type y to go on:");
    expect(count(site)).toBeGreaterThan(before);
  });

  test.each(["n\n", "\n", "yup\n", ""])("on a terminal does nothing at %j", async (types) => {
    const site = await furnished();
    const before = count(site);
    const ran = await at(site, args(site), { types, env });
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("nothing was changed") });
    expect(count(site)).toBe(before);
  });
});

describe("the question", () => {
  test("that is interrupted says that nothing was changed", async () => {
    const site = await furnished();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const said = Object.assign(new PassThrough(), { isTTY: true });
    let text = "";
    const ending = new AbortController();
    said.on("data", (chunk) => {
      text += String(chunk);
      if (text.includes("Type y")) ending.abort();
    });
    const code = await run({ args: ["keys", "revoke", site.key.id], env: site.env, directory: site.directory, stdin, stdout: new PassThrough(), stderr: said, signal: ending.signal, node: "20.19.0" });
    expect(code).toBe(130);
    expect(text).toContain("interrupted: nothing was changed");
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });

  test("that is left by Ctrl-D is a line of its own", async () => {
    const site = await furnished();
    expect((await at(site, ["keys", "revoke", site.key.id], { types: "" })).stderr).toMatch(/go on: \n[^\n]*Error/);
    expect((await at(site, ["keys", "revoke", site.key.id], { types: "n\n" })).stderr).not.toMatch(/go on: \n/);
  });

  test("says what would be hit, without what a name might do to the terminal", async () => {
    const site = await furnished();
    await site.client.serviceAccounts.update(site.serviceAccount.id, { name: "CI\u001B[2J\u202Etxt" });
    const ran = await at(site, ["service-accounts", "delete", site.serviceAccount.id], { types: "n\n" });
    expect(ran.stderr).toContain(`Delete the service account "CItxt" (${site.serviceAccount.id})? Its active key stops working.`);
    expect(ran.stderr).not.toContain("\u001B[2J");
  });

  test("is not on standard output, so that --json stays whole", async () => {
    const site = await furnished();
    const ran = await at(site, ["keys", "revoke", site.key.id, "--json"], { types: "y\n" });
    expect(JSON.parse(ran.stdout)).toMatchObject({ id: site.key.id });
  });
});
