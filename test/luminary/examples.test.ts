import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { overNode } from "../support/transport.ts";
import { browse, countAt, readCache, siteOf, temporaryDirectory, type Site } from "./support.ts";

const run = promisify(execFile);
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const tsx = ["--unhandled-rejections=strict", file("node_modules/tsx/dist/cli.mjs")];
const noTerminal = spawnSync("script", ["--version"]).error === undefined ? undefined : "`script` of util-linux is not here, which makes terminals";
if (noTerminal !== undefined) console.warn(`the example of a login is skipped: ${noTerminal}`);

const variablesOf = ({ domain, auth }: Site, home: string): Record<string, string | undefined> => ({
  PATH: process.env["PATH"],
  HOME: home,
  LC_DOMAIN: domain,
  LC_AUTH_DOMAIN: auth.domain,
  LC_AUTH_CLIENT_ID: auth.clientId,
  LC_AUTH_SERVICE_ID: auth.audience,
});

describe.runIf(overNode("a program of its own has a transport of its own"))("an example, run as it is against the fake", () => {
  test("examples/luminary.ts does what the documented samples do, prints no key, and exits by itself", async () => {
    const site = await siteOf();
    const home = temporaryDirectory();
    const keyFile = join(home, "key");
    writeFileSync(keyFile, `${site.fake.apiKey}\n`);
    const env = { ...variablesOf(site, home), LC_API_KEY: site.fake.apiKey, LC_API_KEY_FILE: keyFile };
    const { stdout, stderr } = await run(process.execPath, [...tsx, file("examples/luminary.ts")], { env, timeout: 20_000 });
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toEqual([`${site.fake.pipeline.id}: ${site.fake.pipeline.name}`, "made Wing; keys are made at https://app.luminarycloud.com/"]);
    expect(site.fake.requests.map(({ headers }) => headers["x-api-key"])).toEqual([site.fake.apiKey, site.fake.apiKey]);
    // A key leaves nothing on disk.
    expect(readdirSync(home)).toEqual(["key"]);
  });

  test.skipIf(noTerminal)("examples/luminary-login.ts asks a person once, goes on with the login the next time, and forgets it when told to", { timeout: 60_000 }, async () => {
    const site = await siteOf();
    const home = temporaryDirectory();
    const command = [process.execPath, ...tsx, file("examples/luminary-login.ts")].map((part) => `'${part}'`).join(" ");
    const child = spawn("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"], { env: variablesOf(site, home), stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    child.stdout.on("data", (chunk) => (said += String(chunk)));
    const ended = once(child, "close");
    const address = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+/.exec(said)?.[0];
    await expect.poll(address, { timeout: 20_000 }).toBeDefined();
    await browse(address() ?? "");
    expect((await ended)[0]).toBe(0);
    expect(said).toContain("1 pipelines");
    // Without a terminal now: nobody is asked.
    const again = await run(process.execPath, [...tsx, file("examples/luminary-login.ts"), "--logout"], { env: variablesOf(site, home), timeout: 20_000 });
    expect(again).toMatchObject({ stdout: "1 pipelines\n", stderr: "" });
    expect(readCache(join(home, ".luminarycloud")).sessions).toEqual({});
    expect([countAt(site, "Authorize"), countAt(site, "ListPipelines")]).toEqual([1, 2]);
  });
});
