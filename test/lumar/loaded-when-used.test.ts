import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import type * as Keylight from "keylight";
import { ClientClosedError, type RequestOptions } from "keylight";
import { furnishedWithKey, operationsAt, rejection, type Keyed } from "./support.ts";

/** The calls whose code is loaded when they are first made. */
const lazy: [what: string, call: (keyed: Keyed, options?: RequestOptions) => Promise<unknown>][] = [
  ["rotate", ({ client, key, serviceAccount }, options) => client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: serviceAccount.id, store: () => undefined, ...options })],
  ["audit", ({ client, fake }, options) => client.serviceAccounts.keys.audit(fake.account.id, options)],
];

test.each(lazy)("a client that is closed while %s loads sends nothing", async (_what, call) => {
  const keyed = await furnishedWithKey();
  const before = keyed.fake.requests.length;
  const calling = rejection(call(keyed));
  await keyed.client.close();
  expect(await calling).toBeInstanceOf(ClientClosedError);
  expect(keyed.fake.requests).toHaveLength(before);
});

test.each(lazy)("an abort while %s loads rejects with the signal's reason, and nothing is sent", async (_what, call) => {
  const keyed = await furnishedWithKey();
  const before = keyed.fake.requests.length;
  const abort = new AbortController();
  const reason = new RangeError("enough");
  const calling = rejection(call(keyed, { signal: abort.signal }));
  abort.abort(reason);
  expect(await calling).toBe(reason);
  expect(keyed.fake.requests).toHaveLength(before);
});

test("options that change while rotate loads change nothing", async () => {
  const { client, key, serviceAccount } = await furnishedWithKey();
  const options = { serviceAccountId: serviceAccount.id, name: "meant", store: () => undefined };
  const rotating = client.serviceAccounts.keys.rotate(key.id, options);
  options.name = "changed";
  options.serviceAccountId = "changed";
  expect((await rotating).key.name).toBe("meant");
});

test("options that change while audit loads change nothing", async () => {
  const { client, fake } = await furnishedWithKey();
  const options = { unusedForDays: 1, maxAgeDays: 1, expiringWithinDays: 1 };
  const auditing = client.serviceAccounts.keys.audit(fake.account.id, options);
  options.unusedForDays = -1;
  await expect(auditing).resolves.toHaveLength(1);
});

/** keylight in files of its own, as bundlers split it; without the file that holds `what`. */
async function builtWithout(what: string): Promise<typeof Keylight> {
  const folder = await mkdtemp(join(tmpdir(), "keylight-chunks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await build({ entryPoints: ["src/index.ts"], outdir: folder, outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, format: "esm", platform: "node", packages: "external", logLevel: "error" });
  await symlink(resolve("node_modules"), join(folder, "node_modules"), "junction");
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    if (file.endsWith(".mjs") && (await readFile(path, "utf8")).includes(`function ${what}(`)) await rm(path);
  }
  return (await import(pathToFileURL(join(folder, "index.mjs")).href)) as typeof Keylight;
}

test.each([
  ["rotate", "rotateKey"],
  ["audit", "auditKeys"],
])("when the file of %s is gone, that call alone fails, with the runtime's own error, and nothing is sent for it", async (what, name) => {
  const keyed = await furnishedWithKey();
  const built = await builtWithout(name);
  const client = new built.Client({ env: {}, userKey: keyed.fake.userKey });
  onTestFinished(() => client.close());
  expect(await client.me()).toMatchObject({ id: expect.any(String) as string });
  const before = keyed.fake.requests.length;
  const call = lazy.find(([known]) => known === what)?.[1];
  expect(await rejection(call?.({ ...keyed, client }) ?? Promise.resolve())).toMatchObject({ name: "Error", code: "ERR_MODULE_NOT_FOUND" });
  expect(operationsAt(keyed.fake, before)).toEqual([]);
  expect(await client.serviceAccounts.list(keyed.fake.account.id)).toHaveLength(1);
});
