/** The command as a process of its own: exit codes, pipes, signals and terminals are the system's, not ours. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { binFolder, missing, shell, variables } from "./process.ts";
import { furnished, liveKeys, siteOf, works } from "./support.ts";

const noScript = missing("script");

describe("the process", { timeout: 30_000 }, () => {
  test.each([
    ["keylight --version", 0],
    ["keylight --help", 0],
    ["keylight keys rotate --help", 0],
    ["keylight", 2],
    ["keylight frobnicate", 2],
    ["keylight whoami --timeout never", 2],
    ["keylight keys revoke 1", 2],
    ["keylight service-accounts get 999", 3],
    ["LC_USER_KEY_SECRET=wrong-secret keylight whoami", 4],
    ["LC_API_URL=http://127.0.0.1:1/ keylight whoami", 1],
    ["keylight whoami --dotenv nowhere.env", 2],
  ])("`%s` exits with %i", async (line, code) => {
    const ended = await shell(line, variables(await binFolder(), await siteOf())).ended;
    expect(ended).toMatchObject({ code, signal: null });
    expect(code === 0 ? ended.stderr : ended.stdout).toBe("");
    expect(ended.stderr).not.toMatch(/^\s+at |Warning/m);
  });

  test("exits with 5 when there were too many requests", async () => {
    const site = await siteOf();
    site.fake.failNext({ status: 429, headers: { "retry-after": "120" } });
    expect(await shell("keylight whoami", variables(await binFolder(), site)).ended).toMatchObject({ code: 5 });
  });

  // Node 20 takes --env-file for its own wherever it stands, and what is in the file with it.
  test("reads the file of --dotenv by itself, so that Node takes nothing from it", async () => {
    const site = await siteOf();
    writeFileSync(join(site.directory, "own.env"), Object.entries({ ...site.env, NODE_OPTIONS: "--no-such-option" }).map(([name, value]) => `${name}=${value}\n`).join(""));
    const ended = await shell("keylight doctor --dotenv own.env", variables(await binFolder()), { cwd: site.directory }).ended;
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("LC_USER_KEY_ID (own.env)") });
  });

  test("does not hang when nobody answers its question", async () => {
    const site = await furnished();
    const ended = await shell(`keylight keys revoke ${site.key.id} < /dev/null`, variables(await binFolder(), site)).ended;
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  });

  test("writes a key with mode 0600 whatever the umask is, and not over a link", async () => {
    const site = await furnished();
    const env = variables(await binFolder(), site);
    const command = `keylight keys create --service-account ${site.serviceAccount.id} --out`;
    expect(await shell(`umask 000; ${command} new.key`, env, { cwd: site.directory }).ended).toMatchObject({ code: 0 });
    expect(statSync(join(site.directory, "new.key")).mode & 0o777).toBe(0o600);
    expect(await works(site, readFileSync(join(site.directory, "new.key"), "utf8").trim())).toBe(true);
    expect(await shell(`ln -s elsewhere link; ${command} link`, env, { cwd: site.directory }).ended).toMatchObject({ code: 2 });
    expect(readdirSync(site.directory)).not.toContain("elsewhere");
  });

  test("revokes the key again when the file system has no room for it", async () => {
    const site = await furnished();
    const line = `ulimit -f 0; trap '' XFSZ; exec keylight keys create --service-account ${site.serviceAccount.id} --out new.key`;
    const env = { ...variables(await binFolder(), site), LC_CREDENTIALS_DIR: "/dev/null/none" };
    const ended = await shell(line, env, { cwd: site.directory }).ended;
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/new\.key could not be written \(EFBIG\); the new key \S+ has been revoked again/);
    expect(readdirSync(site.directory)).not.toContain("new.key");
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });
});

describe("a pipe", { timeout: 30_000 }, () => {
  test.each(["keylight --help", "keylight keys list", "keylight keys list --json", "keylight completion bash"])("that is closed early ends `%s` quietly", async (command) => {
    const site = await furnished();
    const env = variables(await binFolder(), site);
    // What reads is gone before anything is written.
    expect(await shell(`set -o pipefail; (sleep 0; ${command}) | true`, env).ended).toMatchObject({ code: 0, stderr: "" });
    const first = await shell(`set -o pipefail; ${command} | head -1`, env).ended;
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout.split("\n")).toHaveLength(2);
  });

  test("holds data alone, and a key only where it was asked for", async () => {
    const site = await furnished();
    const env = variables(await binFolder(), site);
    const ended = await shell(`key=$(keylight keys create --service-account ${site.serviceAccount.id} --print) && printf '%s' "$key"`, env).ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain("lmr_sa_");
    expect(await works(site, ended.stdout)).toBe(true);
  });

  test("on a full disk is a failure", async () => {
    const site = await furnished();
    expect(await shell("keylight keys list > /dev/full", variables(await binFolder(), site)).ended).toMatchObject({ code: 1, stderr: expect.stringContaining("standard output cannot be written") });
    // The key that was to be printed is gone again.
    const ended = await shell(`keylight keys create --service-account ${site.serviceAccount.id} --print > /dev/full`, variables(await binFolder(), site)).ended;
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("revoked again") });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });
});

describe("a signal", { timeout: 30_000 }, () => {
  test.each([["SIGINT", 130], ["SIGTERM", 143]] as const)("%s ends calls that are under way, with %i", async (signal, code) => {
    const site = await siteOf();
    site.fake.failNext({ operationName: "Me", delay: 60_000 });
    const running = shell("exec keylight whoami", variables(await binFolder(), site));
    await expect.poll(() => site.fake.requests.some(({ operationName }) => operationName === "LoginWithUserKey"), { timeout: 15_000 }).toBe(true);
    // The login is answered; then the call is under way.
    await expect.poll(() => readdirSync(join(site.directory, "credentials")).includes("sessions.json"), { timeout: 15_000 }).toBe(true);
    running.child.kill(signal);
    const ended = await running.ended;
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(/^Error: interrupted\nNext: .+\n$/);
  });

  test.each([["SIGINT", 130], ["SIGTERM", 143]] as const)("%s is told to programs with the exit code that the process has", async (signal, code) => {
    const site = await furnished();
    const running = shell(`exec keylight keys create --service-account ${site.serviceAccount.id} --json --exec 'touch started; sleep 30'`, variables(await binFolder(), site), { cwd: site.directory });
    await expect.poll(() => readdirSync(site.directory), { timeout: 15_000 }).toContain("started");
    running.child.kill(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: "SINK_FAILED", exitCode: code, revoked: true } });
  });

  test("while a key is being made leaves none behind that nobody knows", async () => {
    const site = await furnished();
    site.fake.failNext({ operationName: "CreateServiceAccountKey", bodyDelay: 60_000 });
    const running = shell(`exec keylight keys create --service-account ${site.serviceAccount.id} --name lost --print`, variables(await binFolder(), site));
    await expect.poll(() => liveKeys(site, site.serviceAccount.id), { timeout: 15_000 }).toHaveLength(2);
    running.child.kill("SIGINT");
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 130, stdout: "" });
    expect(ended.stderr).toContain("was found");
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });
});

describe("a terminal", { timeout: 30_000 }, () => {
  test.skipIf(noScript)("is asked, answered and obeyed", async () => {
    const site = await furnished();
    const env = variables(await binFolder(), site);
    const no = shell(`keylight keys revoke ${site.key.id}`, env, { terminal: true });
    await expect.poll(no.said, { timeout: 15_000 }).toContain("Type y to go on: ");
    no.child.stdin?.write("n\n");
    expect(await no.ended).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing was changed") });
    const yes = shell(`keylight keys revoke ${site.key.id}`, env, { terminal: true });
    await expect.poll(yes.said, { timeout: 15_000 }).toContain("Type y to go on: ");
    yes.child.stdin?.write("y\n");
    expect(await yes.ended).toMatchObject({ code: 0, stdout: expect.stringContaining(`Revoked ${site.key.id}.`) });
  });

  test.skipIf(noScript).each([["Ctrl-C", "\u0003", 130], ["Ctrl-D", "\u0004", 1]] as const)("at its question takes %s for no", async (_what, key, code) => {
    const site = await furnished();
    const running = shell(`keylight keys revoke ${site.key.id}`, variables(await binFolder(), site), { terminal: true });
    await expect.poll(running.said, { timeout: 15_000 }).toContain("Type y to go on: ");
    running.child.stdin?.write(key);
    expect(await running.ended).toMatchObject({ code });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });

  test.skipIf(noScript)("gets colours, unless NO_COLOR is set", async () => {
    const site = await furnished();
    const env = variables(await binFolder(), site);
    expect((await shell("keylight keys list", env, { terminal: true }).ended).stdout).toContain("\u001B[32m");
    expect((await shell("keylight keys list", { ...env, NO_COLOR: "1" }, { terminal: true }).ended).stdout).not.toContain("\u001B");
    expect((await shell("keylight --help", env, { terminal: true }).ended).stdout).toContain("\u001B[1mUsage:");
    expect((await shell("keylight --help", { ...env, NO_COLOR: "1" }, { terminal: true }).ended).stdout).not.toContain("\u001B");
  });
});
