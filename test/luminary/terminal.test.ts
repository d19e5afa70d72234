/** Programs in a terminal of their own, as a person starts them. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { transportName } from "../support/transport.ts";
import { startProcess } from "./process.ts";
import { browse, countAt, siteOf, temporaryDirectory, type Site } from "./support.ts";

const noTerminal = spawnSync("script", ["--version"]).error === undefined ? undefined : "`script` of util-linux is not here, which makes terminals";
if (noTerminal !== undefined) console.warn(`tests of a program in a terminal are skipped: ${noTerminal}`);

const addressIn = (text: string): string | undefined => /http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+/.exec(text)?.[0];

function taskOf({ domain, auth }: Site, more: object = {}): object {
  return { domain, auth: { domain: auth.domain, clientId: auth.clientId, audience: auth.audience, ports: [0], ...more }, cacheDirectory: temporaryDirectory() };
}

describe(`a program in a terminal, over ${transportName}`, () => {
  test.skipIf(noTerminal)("prints the address on standard error, opens a browser with it as one argument, and goes on after the login", { timeout: 30_000 }, async () => {
    const site = await siteOf();
    const directory = temporaryDirectory();
    const opened = join(directory, "opened");
    const fakeBrowser = join(directory, "browser");
    writeFileSync(fakeBrowser, `#!/bin/sh\nfor argument in "$@"; do printf '%s\\n' "$argument" >> '${opened}'; done\n`);
    chmodSync(fakeBrowser, 0o700);
    const program = startProcess("person", taskOf(site), { terminal: true, variables: { BROWSER: fakeBrowser } });
    await expect.poll(() => addressIn(program.said()), { timeout: 15_000 }).toBeDefined();
    const address = addressIn(program.said()) ?? "";
    expect(program.said()).toContain("Interactive login required.");
    await expect.poll(() => existsSync(opened) && readFileSync(opened, "utf8"), { timeout: 10_000 }).toBe(`${address}\n`);
    await browse(address);
    expect(await program.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('pipelines [{') as string });
    expect(countAt(site, "ListPipelines")).toBe(1);
  });

  test.skipIf(noTerminal)("ends as usual when the person presses Ctrl-C", { timeout: 30_000 }, async () => {
    const site = await siteOf();
    const program = startProcess("person", taskOf(site), { terminal: true });
    await expect.poll(() => addressIn(program.said()), { timeout: 15_000 }).toBeDefined();
    program.child.stdin?.write("\u0003");
    const { code, stdout } = await program.ended;
    // 128 and the number of SIGINT, as shells say it.
    expect(code).toBe(130);
    expect(stdout).not.toContain("failed");
  });
});

describe("a program without a terminal", () => {
  test("is told that a person is needed, and does not hang", { timeout: 30_000 }, async () => {
    const site = await siteOf();
    const program = startProcess("person", taskOf(site));
    expect(await program.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^failed INTERACTION_REQUIRED .*terminal/) as string, stderr: "" });
    expect(site.fake.requests).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("that waits for a login ends at once at %s", { timeout: 30_000 }, async (signal) => {
    const site = await siteOf();
    const program = startProcess("waits", taskOf(site));
    await program.ready;
    program.child.kill(signal);
    expect(await program.ended).toMatchObject({ signal, stdout: "ready\n", stderr: "" });
  });

  test("exits by itself when the login's time is over: nothing of it is left", { timeout: 30_000 }, async () => {
    const site = await siteOf();
    const program = startProcess("waits", taskOf(site, { timeout: 300 }));
    await program.ready;
    const started = performance.now();
    expect(await program.ended).toEqual({ code: 0, signal: null, stdout: "ready\nfailed TIMEOUT\n", stderr: "" });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
