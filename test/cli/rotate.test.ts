/** One key after the other, with the guarantees of the package's own rotation. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { plantsLeaks } from "../oracle/oracle.ts";
import { at, dataOf, day, expectNoSecret, furnished, liveKeys, works, type Furnished, type Ran } from "./support.ts";

const PATH = process.env["PATH"];

const rotate = (site: Furnished, args: readonly string[], extra: Parameters<typeof at>[2] = {}): Promise<Ran> =>
  at(site, ["keys", "rotate", ...args], { ...extra, env: { PATH, ...extra.env } });

const one = ({ key, serviceAccount }: Furnished): string[] => [key.id, "--service-account", serviceAccount.id];

describe("keys rotate ID", () => {
  test("replaces the key, and revokes the old one", async () => {
    plantsLeaks();
    const site = await furnished();
    const ran = await rotate(site, [...one(site), "--out", "new.key", "--yes", "--json"]);
    const data = dataOf(ran);
    expect(data).toMatchObject({ oldKeyId: site.key.id, oldKeyRevoked: true, key: { name: "nightly" }, stored: { out: join(site.directory, "new.key") } });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([data.key.id]);
    expect(await works(site, readFileSync(join(site.directory, "new.key"), "utf8").trim())).toBe(true);
    expect(await works(site, site.key.apiKey.reveal())).toBe(false);
    expectNoSecret(ran);
  });

  test("prints the new key before the old one is revoked", async () => {
    const site = await furnished();
    site.fake.failNext({ operationName: "RevokeServiceAccountKey", status: 500 });
    const ran = await rotate(site, [...one(site), "--print", "--yes", "--json"]);
    expect(ran.code).toBe(1);
    const { apiKey, oldKeyId } = JSON.parse(ran.stdout);
    expect(oldKeyId).toBe(site.key.id);
    expect(await works(site, apiKey)).toBe(true);
    expect(await works(site, site.key.apiKey.reveal())).toBe(true);
    expect(ran.stderr).toContain(`keylight keys revoke ${site.key.id}`);
    expect(ran.stderr).toContain("OLD_KEY_NOT_REVOKED");
  });

  test("keeps the old key, and revokes the new one, when the new one does not get to its place", async () => {
    const site = await furnished();
    const ran = await rotate(site, [...one(site), "--exec", "exit 1", "--yes"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("the new key has been revoked again, and the old one stays");
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });

  test("names the new key for a person to revoke, when that fails too", async () => {
    const site = await furnished();
    site.fake.failNext({ operationName: "RevokeServiceAccountKey", status: 500 });
    const ran = await rotate(site, [...one(site), "--exec", "exit 1", "--yes"]);
    const [, newKey = "none"] = await liveKeys(site, site.serviceAccount.id);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain(`The new key ${newKey} could not be revoked again`);
    expect(ran.stderr).toContain("Next: Find it with `keylight keys list`");
    expect(await liveKeys(site, site.serviceAccount.id)).toContain(site.key.id);
  });

  test("keeps the old key when the new one does not work, unless that is not to be tried", async () => {
    const site = await furnished();
    await site.client.serviceAccounts.disable(site.serviceAccount.id);
    expect(await rotate(site, [...one(site), "--out", "new.key", "--yes"])).toMatchObject({ code: 4, stdout: "" });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
    expect(readdirSync(site.directory)).not.toContain("new.key");
    expect(await rotate(site, [...one(site), "--exec", "cat > /dev/null", "--yes", "--no-verify"])).toMatchObject({ code: 0 });
    expect(await liveKeys(site, site.serviceAccount.id)).not.toContain(site.key.id);
  });

  test("gives the new key a name and an end", async () => {
    const site = await furnished();
    const data = dataOf(await rotate(site, [...one(site), "--exec", "cat > /dev/null", "--name", "renamed", "--expires", "2040-01-31", "--yes", "--json"]));
    expect(data.key).toMatchObject({ name: "renamed", expiresAt: "2040-01-31T00:00:00.000Z" });
  });

  test("lets the new key live as long as the old one was to live, unless told otherwise", async () => {
    const site = await furnished();
    const old = await site.client.serviceAccounts.keys.create(site.serviceAccount.id, { expiresAt: new Date(Date.now() + 40 * day) });
    const args = ["--service-account", site.serviceAccount.id, "--exec", "cat > /dev/null", "--yes", "--json"];
    const number = /\d+$/.exec(atob(old.id))?.[0] ?? "";
    const { key } = dataOf(await rotate(site, [number, ...args]));
    const lifetime = ({ createdAt, expiresAt }: { createdAt: string; expiresAt: string }): number => (Date.parse(expiresAt) - Date.parse(createdAt)) / day;
    expect(lifetime(key)).toBeGreaterThan(39.9);
    expect(lifetime(key)).toBeLessThan(40.1);
    const many = dataOf(await rotate(site, ["--older-than", "1ms", ...args]));
    const { newKeyId } = many.keys.find(({ oldKeyId }: { oldKeyId: string }) => oldKeyId === key.id);
    const third = (await site.client.serviceAccounts.keys.list(site.serviceAccount.id)).find(({ id }) => id === newKeyId);
    expect(lifetime({ createdAt: third?.createdAt ?? "", expiresAt: third?.expiresAt ?? "" })).toBeGreaterThan(39.9);
    expect(dataOf(await rotate(site, [newKeyId, ...args, "--expires", "never"])).key.expiresAt).toBeNull();
  });

  test.each([
    ["which key", ["--out", "x", "--yes"], "--older-than"],
    ["whose key", ["2001", "--out", "x", "--yes"], "--service-account"],
    ["where the key goes", ["2001", "--service-account", "1", "--yes"], "--out"],
    ["one of the two", ["2001", "--older-than", "90d", "--out", "{id}", "--yes"], "exclude each other"],
    ["what goes with it", ["2001", "--service-account", "1", "--fail-fast", "--out", "x", "--yes"], "--older-than"],
  ])("must be told %s", async (_what, args, text) => {
    const site = await furnished();
    expect(await rotate(site, args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(text) });
  });

  test("that is interrupted while the new key is tried says that the old one stays, and leaves no other", async () => {
    const site = await furnished();
    site.fake.failNext({ operationName: "GetAccount", delay: 60_000 });
    const ending = new AbortController();
    const running = rotate(site, [...one(site), "--out", "new.key", "--yes"], { signal: ending.signal });
    await expect.poll(() => site.fake.requests.some(({ operationName }) => operationName === "GetAccount"), { timeout: 5_000 }).toBe(true);
    ending.abort();
    expect(await running).toMatchObject({ code: 130, stdout: "", stderr: expect.stringContaining("the old key stays") });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
    expect(readdirSync(site.directory)).not.toContain("new.key");
  });

  test("with --dry-run does nothing", async () => {
    const site = await furnished();
    const ran = await rotate(site, [...one(site), "--dry-run", "--json"]);
    expect(dataOf(ran)).toMatchObject({ dryRun: true, oldKeyId: site.key.id });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual([site.key.id]);
  });
});

interface Fleet extends Furnished {
  /** Ids of the keys that are older than 90 days and can be rotated, in their order. */
  readonly due: readonly string[];
}

/** Two service accounts: three old keys, one new one, one old one that is expired, and one old one of a disabled account. */
async function fleet(): Promise<Fleet> {
  let now = Date.now() - 100 * day;
  const site = await furnished({ now: () => now });
  const { keys } = site.client.serviceAccounts;
  const accountId = site.fake.account.id;
  const other = await site.client.serviceAccounts.create({ accountId, name: "Other", roleCode: "Viewer" });
  const disabled = await site.client.serviceAccounts.create({ accountId, name: "Disabled", roleCode: "Viewer" });
  const second = await keys.create(site.serviceAccount.id, { name: "second" });
  const third = await keys.create(other.id, { name: "third" });
  await keys.create(disabled.id, { name: "asleep" });
  await site.client.serviceAccounts.disable(disabled.id);
  now = Date.now();
  site.fake.expireSessions();
  await keys.create(other.id, { name: "young" });
  return { ...site, due: [site.key.id, second.id, third.id] };
}

describe("keys rotate --older-than", () => {
  test("rotates what is older, each into a file of its own, and leaves alone what is young or opens nothing", async () => {
    plantsLeaks();
    const site = await fleet();
    const ran = await rotate(site, ["--older-than", "90d", "--account", site.fake.account.id, "--out", "{service-account}-{id}.key", "--yes", "--json"]);
    const data = dataOf(ran);
    expect(data).toMatchObject({ dryRun: false, rotated: 3, failed: 0, skipped: 1, notStarted: 0 });
    const rotated = data.keys.filter(({ result }: { result: string }) => result === "rotated");
    expect(rotated.map(({ oldKeyId }: { oldKeyId: string }) => oldKeyId)).toEqual(site.due);
    expect(data.keys.find(({ result }: { result: string }) => result === "skipped")).toMatchObject({ name: "asleep", why: "its service account is disabled" });
    for (const { oldKeyId, serviceAccount, stored } of rotated) {
      expect(stored.out).toBe(join(site.directory, `${String(serviceAccount.id)}-${String(oldKeyId)}.key`));
      expect(await works(site, readFileSync(stored.out, "utf8").trim())).toBe(true);
    }
    expect(await liveKeys(site, site.serviceAccount.id)).toHaveLength(2);
    expectNoSecret(ran);
    // Nothing is due any more.
    expect(dataOf(await rotate(site, ["--older-than", "90d", "--exec", "exit 1", "--json"]))).toMatchObject({ due: 0, rotated: 0, skipped: 1 });
  });

  test("with --dry-run lists what it would do, and needs no place for keys", async () => {
    const site = await fleet();
    const data = dataOf(await rotate(site, ["--older-than", "90d", "--dry-run", "--json"]));
    expect(data).toMatchObject({ dryRun: true, due: 3, rotated: 0, skipped: 1 });
    const shown = await rotate(site, ["--older-than", "90d", "--dry-run"]);
    expect(shown.stdout.match(/ due /g)).toHaveLength(3);
    expect(await liveKeys(site, site.serviceAccount.id)).toHaveLength(2);
    expect(dataOf(await rotate(site, ["--older-than", "101d", "--dry-run", "--json"]))).toMatchObject({ due: 0, skipped: 0 });
    expect(dataOf(await rotate(site, ["--older-than", "2399h", "--dry-run", "--json"]))).toMatchObject({ due: 3 });
    expect(dataOf(await rotate(site, ["--older-than", "2401h", "--dry-run", "--json"]))).toMatchObject({ due: 0 });
  });

  test("gives each command its context", async () => {
    const site = await fleet();
    const command = 'cat > /dev/null; printf "%s\\n" "$KEYLIGHT_OLD_KEY_ID $KEYLIGHT_KEY_ID $KEYLIGHT_SERVICE_ACCOUNT_ID $KEYLIGHT_ACCOUNT_ID" >> facts';
    const data = dataOf(await rotate(site, ["--older-than", "90d", "--exec", command, "--yes", "--json"]));
    const expected = data.keys
      .filter(({ result }: { result: string }) => result === "rotated")
      .map(({ oldKeyId, newKeyId, serviceAccount }: { oldKeyId: string; newKeyId: string; serviceAccount: { id: string } }) => `${oldKeyId} ${newKeyId} ${serviceAccount.id} ${site.fake.account.id}\n`);
    expect(readFileSync(join(site.directory, "facts"), "utf8")).toBe(expected.join(""));
  });

  test("can be kept to one service account, also by its number", async () => {
    const site = await fleet();
    const number = /\d+$/.exec(atob(site.serviceAccount.id))?.[0] ?? "";
    for (const id of [site.serviceAccount.id, number]) {
      expect(dataOf(await rotate(site, ["--older-than", "90d", "--service-account", id, "--dry-run", "--json"]))).toMatchObject({ due: 2, skipped: 0 });
    }
  });

  test("goes on after a failure, and tells of each", async () => {
    const site = await fleet();
    const command = `cat > /dev/null; test "$KEYLIGHT_OLD_KEY_ID" != "${site.due[1] ?? ""}"`;
    const ran = await rotate(site, ["--older-than", "90d", "--exec", command, "--yes", "--json"]);
    expect(ran.code).toBe(1);
    const data = JSON.parse(ran.stdout);
    expect(data).toMatchObject({ rotated: 2, failed: 1, skipped: 1, notStarted: 0 });
    expect(data.keys[1]).toMatchObject({ result: "failed", oldKeyId: site.due[1], error: { code: "SINK_FAILED", message: expect.stringContaining("the old one stays") } });
    expect(await liveKeys(site, site.serviceAccount.id)).toContain(site.due[1]);
    expect(JSON.parse(ran.stderr.slice(ran.stderr.indexOf("{")))).toMatchObject({ error: { code: "ROTATION_INCOMPLETE", exitCode: 1 } });
  });

  test("names the new key also where the old one could not be revoked", async () => {
    const site = await fleet();
    site.fake.failNext({ operationName: "RevokeServiceAccountKey", status: 500 });
    const ran = await rotate(site, ["--older-than", "90d", "--exec", "cat > /dev/null", "--yes"]);
    expect(ran.code).toBe(1);
    const made = (await site.client.serviceAccounts.keys.list(site.serviceAccount.id)).findLast(({ name }) => name === "nightly");
    expect(ran.stdout).toMatch(new RegExp(`${site.due[0] ?? ""} .* rotated +new key ${made?.id ?? "missing"}; .*${site.due[0] ?? ""}`));
  });

  test("with --fail-fast stops at the first failure", async () => {
    const site = await fleet();
    const ran = await rotate(site, ["--older-than", "90d", "--exec", "exit 1", "--yes", "--fail-fast"]);
    expect(ran.code).toBe(1);
    expect(ran.stdout.match(/ not started /g)).toHaveLength(2);
    expect(ran.stderr).toContain("0 rotated, 1 failed, 2 not started");
    expect(await liveKeys(site, site.serviceAccount.id)).toHaveLength(2);
  });

  test("tells by the exit code why nothing was rotated, where it is one reason", async () => {
    const site = await fleet();
    site.fake.failNext(Array.from({ length: 3 }, () => ({ operationName: "CreateServiceAccountKey", status: 429, headers: { "retry-after": "120" } })));
    expect(await rotate(site, ["--older-than", "90d", "--exec", "cat > /dev/null", "--yes"])).toMatchObject({ code: 5 });
  });

  test.each([
    ["one file for all", ["--out", "all.key"], "{id}"],
    ["standard output", ["--print"], "--exec"],
  ])("takes no %s", async (_what, args, text) => {
    const site = await fleet();
    expect(await rotate(site, ["--older-than", "90d", ...args, "--yes"])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(text) });
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual(site.due.slice(0, 2));
  });

  test("refuses a file that is there for its key alone", async () => {
    plantsLeaks();
    const site = await fleet();
    expect((await rotate(site, ["--older-than", "90d", "--service-account", site.serviceAccount.id, "--out", "{id}.key", "--dry-run"])).code).toBe(0);
    writeFileSync(join(site.directory, `${site.due[0] ?? ""}.key`), "old");
    const ran = await rotate(site, ["--older-than", "90d", "--out", "{id}.key", "--yes", "--json"]);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ rotated: 2, failed: 1 });
    expect(readFileSync(join(site.directory, `${site.due[0] ?? ""}.key`), "utf8")).toBe("old");
  });

  test("stops when it is interrupted, and tells what was left", async () => {
    const site = await fleet();
    const ending = new AbortController();
    const command = "cat > /dev/null; touch started; sleep 30";
    const running = rotate(site, ["--older-than", "90d", "--exec", command, "--yes"], { signal: ending.signal });
    await expect.poll(() => readdirSync(site.directory), { timeout: 5_000 }).toContain("started");
    ending.abort();
    const ran = await running;
    expect(ran.code).toBe(130);
    expect(ran.stdout.match(/ not started /g)).toHaveLength(2);
    expect(await liveKeys(site, site.serviceAccount.id)).toEqual(site.due.slice(0, 2));
  });

  test("shows on a terminal how far it is", async () => {
    const site = await fleet();
    const ran = await rotate(site, ["--older-than", "90d", "--exec", "cat > /dev/null", "--yes"], { columns: 120, types: "" });
    expect(ran.stderr).toContain("Rotating key 3 of 3: third of Other");
    // It stays while a command takes its time.
    expect(ran.stderr).toMatch(/Rotating key 2 of 3: [^\r]*\r\u001B\[KRotating key 3 of 3/);
  });

  test.each([40, 80, 120])("names each new key and each failure whole on a terminal of %i columns", async (columns) => {
    plantsLeaks();
    const site = await fleet();
    writeFileSync(join(site.directory, `${site.due[0] ?? ""}.key`), "old");
    const { stdout } = await rotate(site, ["--older-than", "90d", "--out", "{id}.key", "--yes"], { columns });
    expect(stdout).toContain(`the file ${site.due[0] ?? ""}.key is there already, and is not overwritten`);
    const live = await site.client.serviceAccounts.keys.list(site.serviceAccount.id);
    expect(stdout).toContain(`new key ${live.findLast(({ name }) => name === "second")?.id ?? "missing"}`);
  });
});
