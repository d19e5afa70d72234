/** Where the secret of a new key goes: to the one place that was asked for, whole, or the key is gone again. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { plantsLeaks } from "../oracle/oracle.ts";
import { at, dataOf, expectNoSecret, furnished, liveKeys, works, type Furnished, type Ran } from "./support.ts";

const created = ({ fake }: Furnished): number => fake.requests.filter(({ operationName }) => operationName === "CreateServiceAccountKey").length;

const create = (site: Furnished, args: readonly string[], extra: Parameters<typeof at>[2] = {}): Promise<Ran> =>
  at(site, ["keys", "create", "--service-account", site.serviceAccount.id, ...args], extra);

describe("keys create", () => {
  test.each([
    ["no place", []],
    ["two places", ["--print", "--out", "key"]],
    ["three places", ["--print", "--out", "key", "--exec", "cat"]],
    ["a format without a file", ["--print", "--format", "env"]],
    ["a file without a name", ["--out", ""]],
    ["a folder in place of a file", ["--out", "key/"]],
  ])("with %s creates nothing", async (_what, args) => {
    const site = await furnished();
    const ran = await create(site, args);
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--out") });
    expect(created(site)).toBe(1);
    expect(existsSync(join(site.directory, "key"))).toBe(false);
  });

  test.each(["", "  "])("with the command %j creates nothing", async (command) => {
    const site = await furnished();
    expect(await create(site, ["--exec", command])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--exec is empty") });
    expect(created(site)).toBe(1);
  });

  test.each(["2030-02-31", "2029-02-29", "2030-13-01", "2030-00-10", "2030-04-31T10:00:00Z", "9999999w"])("with the end %s, which is none, creates nothing", async (expires) => {
    const site = await furnished();
    expect(await create(site, ["--print", "--expires", expires])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("2030-01-31") });
    expect(created(site)).toBe(1);
  });

  test("takes the last day of a February", async () => {
    const ran = await create(await furnished(), ["--exec", "cat > /dev/null", "--json", "--expires", "2032-02-29"], { env: { PATH: process.env["PATH"] } });
    expect(dataOf(ran).key.expiresAt).toBe("2032-02-29T00:00:00.000Z");
  });
});

describe("--out", () => {
  test("writes the key into a new file that only its owner can read, and shows it nowhere else", async () => {
    plantsLeaks();
    const site = await furnished();
    const ran = await create(site, ["--name", "nightly", "--out", "new.key"]);
    const file = join(site.directory, "new.key");
    const content = readFileSync(file, "utf8");
    expect(content).toMatch(/^lmr_sa_\d+_\S+\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await works(site, content.trim())).toBe(true);
    expect(ran).toMatchObject({ code: 0, stderr: "The key is in new.key.\n" });
    expect(ran.stdout).toContain("nightly");
    expectNoSecret(ran, content.trim().slice(-12));
  });

  test("writes a line for .env when that is asked for, and gives programs all but the secret", async () => {
    plantsLeaks();
    const site = await furnished();
    const ran = await create(site, ["--out", "new.env", "--format", "env", "--json", "--expires", "90d"]);
    expect(readFileSync(join(site.directory, "new.env"), "utf8")).toMatch(/^LC_API_KEY=lmr_sa_\d+_\S+\n$/);
    const data = dataOf(ran);
    expect(data).toMatchObject({ key: { name: null, revokedAt: null }, serviceAccountId: site.serviceAccount.id, stored: { out: join(site.directory, "new.env") } });
    const days = (Date.parse(data.key.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThan(90.1);
    expectNoSecret(ran);
    // The file is what --dotenv takes.
    expect(dataOf(await at(site, ["whoami", "--json", "--dotenv", "new.env"], { env: { LC_USER_KEY_ID: undefined, LC_USER_KEY_SECRET: undefined } }))).toMatchObject({ kind: "serviceAccount" });
  });

  test.each([
    ["a file that is there", (directory: string) => writeFileSync(join(directory, "taken"), "old"), "taken"],
    ["a folder", (directory: string) => mkdirSync(join(directory, "taken")), "taken"],
    ["a folder that is not there", () => undefined, "nowhere/taken"],
  ])("refuses %s before there is a key", async (_what, prepare, name) => {
    const site = await furnished();
    prepare(site.directory);
    const ran = await create(site, ["--out", name]);
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(name) });
    expect(created(site)).toBe(1);
    const taken = join(site.directory, "taken");
    if (existsSync(taken) && statSync(taken).isFile()) expect(readFileSync(taken, "utf8")).toBe("old");
  });

  test("leaves no file when there is no key", async () => {
    const site = await furnished();
    const ran = await at(site, ["keys", "create", "--service-account", "999", "--out", "new.key"]);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(existsSync(join(site.directory, "new.key"))).toBe(false);
  });
});

describe("--print", () => {
  test("prints the key and nothing else on standard output", async () => {
    const site = await furnished();
    const ran = await create(site, ["--print"]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^lmr_sa_\d+_\S+\n$/) });
    expect(await works(site, ran.stdout.trim())).toBe(true);
    expectNoSecret({ stdout: "", stderr: ran.stderr }, ran.stdout.trim().slice(-12));
  });

  test("with --json makes it a field of the one value", async () => {
    const site = await furnished();
    const ran = await create(site, ["--print", "--json", "--name", "nightly"]);
    const data = dataOf({ ...ran, stderr: "" });
    expect(data).toMatchObject({ apiKey: expect.stringMatching(/^lmr_sa_/), key: { name: "nightly" }, serviceAccountId: site.serviceAccount.id });
    expect(await works(site, data.apiKey)).toBe(true);
  });

  test("revokes the key again when standard output does not take it", async () => {
    const site = await furnished();
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error("EPIPE"), { code: "EPIPE" })) });
    broken.on("error", () => undefined);
    const ran = await create(site, ["--print"], { stdout: broken });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/standard output could not take the key; the new key \S+ has been revoked again/);
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });
});

describe("--exec", () => {
  test("gives the key to a command on its standard input, with what it may want to know", async () => {
    const site = await furnished();
    const command = 'cat > taken; printf "%s\\n" "$KEYLIGHT_KEY_ID $KEYLIGHT_KEY_NAME $KEYLIGHT_SERVICE_ACCOUNT_ID" > facts; echo done';
    const ran = await create(site, ["--name", "nightly", "--exec", command, "--json"], { env: { PATH: process.env["PATH"] } });
    const data = JSON.parse(ran.stdout);
    expect(ran).toMatchObject({ code: 0, stderr: "done\nThe command has taken the key.\n" });
    expect(data).toMatchObject({ stored: { exec: command } });
    const taken = readFileSync(join(site.directory, "taken"), "utf8");
    expect(taken).toMatch(/^lmr_sa_\d+_\S+$/);
    expect(await works(site, taken)).toBe(true);
    expect(readFileSync(join(site.directory, "facts"), "utf8")).toBe(`${data.key.id} nightly ${site.serviceAccount.id}\n`);
    expectNoSecret(ran);
  });

  test.each([
    ["fails", "echo sorry >&2; exit 3", "exit code 3"],
    ["is not there", "no-such-command-here", "exit code 127"],
    ["is killed", "kill -9 $$", "SIGKILL"],
  ])("revokes the key again when the command %s", async (_what, command, why) => {
    const site = await furnished();
    const ran = await create(site, ["--exec", command], { env: { PATH: process.env["PATH"] } });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain(why);
    expect(ran.stderr).toMatch(/the new key \S+ has been revoked again/);
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });

  test("keeps the key out of what the command prints", async () => {
    const site = await furnished();
    const ran = await create(site, ["--exec", "cat; cat /dev/null; exit 1"], { env: { PATH: process.env["PATH"] } });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("[redacted]");
    expectNoSecret(ran);
  });

  test("is content with a command that does not read, and gives it none of the variables of .env", async () => {
    const site = await furnished();
    writeFileSync(join(site.directory, ".env"), "LC_SESSION_TOKEN=from-the-file\n");
    const ran = await create(site, ["--exec", "env > seen"], { env: { PATH: process.env["PATH"] } });
    expect(ran.code).toBe(0);
    const seen = readFileSync(join(site.directory, "seen"), "utf8");
    expect(seen).not.toContain("from-the-file");
    expect(seen).not.toMatch(/lmr_sa_/);
  });
});

describe("a key that does not get to its place", () => {
  test("and cannot be revoked either, is named for a person to revoke", async () => {
    const site = await furnished();
    site.fake.failNext({ operationName: "RevokeServiceAccountKey", status: 500 });
    const ran = await create(site, ["--exec", "exit 1", "--json"], { env: { PATH: process.env["PATH"] } });
    const [, keyId] = await liveKeys(site, site.serviceAccount.id);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code: "SINK_FAILED", keyId, revoked: false, hint: `Revoke it by hand: keylight keys revoke ${String(keyId)}` } });
  });
});

describe("a key whose creation is not answered", () => {
  test.each([
    ["was made: it is found and revoked", "after", "and revoked, since nobody knows its secret"],
    ["was not made: that is said", "before", "no key was made"],
  ] as const)("%s", async (_what, drop, message) => {
    const site = await furnished();
    site.fake.failNext({ operationName: "CreateServiceAccountKey", drop });
    const ran = await create(site, ["--name", "lost", "--out", "new.key"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
    expect(readdirSync(site.directory)).not.toContain("new.key");
  });
});
