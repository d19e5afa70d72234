/** A process that works with a store; what it is to do comes as JSON in its first argument. */
import { appendFileSync } from "node:fs";
import { fileSessionStore } from "../../src/core/session/file-store.ts";
import { keyvSessionStore } from "../../src/core/session/keyv-store.ts";
import type { SessionStore } from "../../src/core/session/store.ts";
import type { WorkerTask } from "./store-worker-start.ts";

const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
const session = { token: "t".repeat(128), obtainedAt: "2026-05-06T07:08:09.010Z" };
const later = { token: "u".repeat(128), obtainedAt: "2026-05-07T07:08:09.010Z" };
const says = (text: string) => void process.stdout.write(`${text}\n`);

/** Resolves when the parent says so, so that many begin at once. */
function told(): Promise<void> {
  says("ready");
  return new Promise((resolve) => process.stdin.once("data", () => {
    process.stdin.destroy();
    resolve();
  }));
}

async function call(store: SessionStore, endpoint: string, calls: number): Promise<void> {
  const { Client } = await import("../../src/lumar/client.ts");
  const client = new Client({ endpoint, userKey: { id: 7, secret: "user-key-secret-for-tests" }, env: {}, sessionStore: store, ...(task.transport === "fetch" ? { fetch: globalThis.fetch } : {}) });
  const results = await Promise.allSettled(Array.from({ length: calls }, () => client.me()));
  says(JSON.stringify({ succeeded: results.filter(({ status }) => status === "fulfilled").length }));
  await client.close();
}

async function storeOf({ directory, redis, namespace }: { directory?: string; redis?: string; namespace?: string }): Promise<{ store: SessionStore; end: () => Promise<void> }> {
  if (redis === undefined) return { store: fileSessionStore({ directory: directory ?? "" }), end: () => Promise.resolve() };
  const [{ Keyv }, { default: KeyvRedis }] = await Promise.all([import("keyv"), import("@keyv/redis")]);
  const keyv = new Keyv(new KeyvRedis(redis), { namespace: namespace ?? "" });
  return { store: keyvSessionStore(keyv), end: () => keyv.disconnect() };
}

switch (task.task) {
  case "set":
    process.umask(parseInt(task.mask, 8));
    await fileSessionStore({ directory: task.directory }).set("key", session);
    break;
  case "read-only": {
    // Root may write everywhere.
    if (process.getuid?.() === 0) process.setuid?.(65_534);
    const store = fileSessionStore({ directory: task.directory });
    const read = (await store.get("key"))?.token;
    const wrote: unknown = await store.set("other", later).catch((error: unknown) => Reflect.get(Object(error), "code"));
    const locked = await store.withLock?.("key", () => Promise.resolve(true), { timeout: 100, signal: new AbortController().signal });
    says(JSON.stringify({ read, wrote, kept: (await store.get("other"))?.token, locked }));
    break;
  }
  case "calls": {
    const { store, end } = await storeOf(task);
    await import("../../src/lumar/client.ts");
    await told();
    await call(store, task.endpoint, task.calls);
    await end();
    break;
  }
  case "claim": {
    const store = fileSessionStore({ directory: task.directory });
    await told();
    const hold = async (key: string): Promise<void> => {
      appendFileSync(task.ledger, `${key} in\n`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      appendFileSync(task.ledger, `${key} out\n`);
    };
    const options = { timeout: 20_000, signal: new AbortController().signal };
    await Promise.all(task.keys.map(async (key) => store.withLock?.(key, () => hold(key), options)));
    break;
  }
}
