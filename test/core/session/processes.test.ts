import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import KeyvRedis from "@keyv/redis";
import { Keyv } from "keyv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Client, fileSessionStore, keyvSessionStore, type SessionStore } from "keylight";
import { LumarServer } from "../../support/lumar-server.ts";
import { noRedis, startRedis, type RedisServer } from "../../support/redis.ts";
import { startWorker, startWriter } from "../../support/store-worker-start.ts";
import { overNode } from "../../support/transport.ts";

const userKey = { id: 7, secret: "user-key-secret-for-tests" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const calm = () => ({ timeout: 5_000, signal: new AbortController().signal });
let root: string;
let redis: RedisServer | undefined;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "keylight-processes-"));
  if (noRedis === undefined) redis = await startRedis();
});
afterAll(async () => {
  await redis?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** A store and how a worker finds the same. */
interface Shared {
  readonly store: SessionStore;
  readonly where: { directory: string } | { redis: string; namespace: string };
  end(): Promise<unknown>;
}

function shareFile(): Shared {
  const directory = mkdtempSync(join(root, "shared-"));
  return { store: fileSessionStore({ directory }), where: { directory }, end: () => Promise.resolve() };
}

let namespaces = 0;
function shareRedis(): Shared {
  const namespace = `keylight-processes-${String(process.pid)}-${String((namespaces += 1))}`;
  const url = redis?.url ?? "";
  const keyv = new Keyv(new KeyvRedis(url), { namespace });
  return { store: keyvSessionStore(keyv), where: { redis: url, namespace }, end: () => keyv.disconnect() };
}

const kinds = [
  { name: "a file", share: shareFile, skip: false, released: 5_000 },
  // A lock at the server outlives its holder by up to six seconds.
  { name: "Redis", share: shareRedis, skip: noRedis !== undefined, released: 9_500 },
];

describe.each(kinds)("processes that share sessions through $name", ({ share, skip, released }) => {
  it.skipIf(skip)("ten with a hundred calls each over one expired session make one login", { timeout: 60_000 }, async () => {
    const server = new LumarServer();
    const endpoint = await server.start();
    const { store, where, end } = share();
    const client = new Client({ endpoint, userKey, env: {}, sessionStore: store });
    await client.me();
    const workers = await Promise.all(Array.from({ length: 10 }, () => startWorker({ task: "calls", endpoint, calls: 100, ...where })));
    await Promise.all(workers.map(({ ready }) => ready));
    server.revokeAll();
    server.delay = ({ operationName }) => (operationName === "Me" ? Math.random() * 300 : 150);
    const before = server.calls.length;
    for (const { go } of workers) go();
    const outcomes = await Promise.all(workers.map(({ done }) => done));
    expect(outcomes.map((text) => JSON.parse(text))).toEqual(Array.from({ length: 10 }, () => ({ succeeded: 100 })));
    expect(server.logins - 1).toBe(1);
    expect(server.calls.length - before).toBeGreaterThanOrEqual(1_000);
    // The process that was there before takes over what the others have.
    await client.me();
    expect(server.logins - 1).toBe(1);
    await client.close();
    await end();
    await server.stop();
  });

  it.skipIf(skip)("a holder that is killed while it logs in blocks nobody for long", { timeout: 60_000 }, async () => {
    const server = new LumarServer();
    const endpoint = await server.start();
    const { store, where, end } = share();
    await killWhileLoggingIn(server, endpoint, where);
    const start = performance.now();
    const clients = Array.from({ length: 5 }, () => new Client({ endpoint, userKey, env: {}, sessionStore: store }));
    await Promise.all(clients.map((client) => client.me()));
    expect(performance.now() - start).toBeLessThan(released);
    expect(server.logins - 1).toBe(1);
    await Promise.all(clients.map((client) => client.close()));
    await end();
    await server.stop();
  });
});

async function killWhileLoggingIn(server: LumarServer, endpoint: string, where: Shared["where"]): Promise<void> {
  server.login = () => "hang";
  const { child, ready, go } = await startWorker({ task: "calls", endpoint, calls: 1, ...where });
  await ready;
  go();
  while (server.logins === 0) await pause(5);
  child.kill("SIGKILL");
  await once(child, "exit");
  server.login = () => undefined;
}

it("a holder on another machine that is gone blocks nobody for longer than the bound", { timeout: 60_000 }, async () => {
  const server = new LumarServer();
  const endpoint = await server.start();
  const directory = mkdtempSync(join(root, "elsewhere-"));
  await killWhileLoggingIn(server, endpoint, { directory });
  const lock = join(directory, readdirSync(directory).find((name) => name.endsWith(".lock")) ?? "");
  writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, "utf8")), host: "another machine" }));
  const client = new Client({ endpoint, userKey, env: {}, sessionStore: fileSessionStore({ directory }) });
  const start = performance.now();
  await client.me();
  expect(performance.now() - start).toBeGreaterThan(9_000);
  expect(performance.now() - start).toBeLessThan(13_000);
  await client.close();
  await server.stop();
});

/** What a store does by itself. */
const alone = overNode("no request is sent");

it.runIf(alone)("of many who meet a stale lock at once one is its owner, then the next", { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(root, "claim-"));
  const ledger = join(root, "ledger");
  const keys = Array.from({ length: 40 }, (_, index) => `key${String(index)}`);
  const store = fileSessionStore({ directory });
  const stale = JSON.stringify({ owner: "gone", pid: 2 ** 22 + 1, host: await world() });
  const locks: string[] = [];
  for (const key of keys) await store.withLock?.(key, async () => void locks.push(...readdirSync(directory)), calm());
  const workers = await Promise.all(Array.from({ length: 6 }, () => startWorker({ task: "claim", directory, keys, ledger })));
  await Promise.all(workers.map(({ ready }) => ready));
  for (const name of locks) writeFileSync(join(directory, name), stale);
  for (const { go } of workers) go();
  await Promise.all(workers.map(({ done }) => done));
  const lines = readFileSync(ledger, "utf8").trim().split("\n");
  for (const key of keys) {
    const turns = lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
    expect(turns).toEqual(Array.from({ length: 6 }, () => ["in", "out"]).flat());
  }
  expect(readdirSync(directory)).toEqual([]);
});

async function world(): Promise<string> {
  const { readlink } = await import("node:fs/promises");
  return `${hostname()} ${await readlink("/proc/self/ns/pid").catch(() => "")}`.trim();
}

it.runIf(alone)("two hundred writers killed at random moments leave the file readable every time", { timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(root, "killed-"));
  const file = join(directory, "sessions.json");
  const started: ChildProcess[] = [];
  const start = async (slot: number): Promise<ChildProcess> => {
    const child = await startWriter(directory, `key ${String(slot)}`);
    started.push(child);
    await once(child.stdout ?? child, "data");
    return child;
  };
  /** The next is on its way while the last one writes. */
  const writers = Array.from({ length: 4 }, (_, slot) => start(slot));
  let read = 0;
  for (let kill = 0; kill < 200; kill += 1) {
    const slot = kill % writers.length;
    const child = await writers[slot];
    await pause(5 + Math.random() * 30);
    child?.kill("SIGKILL");
    writers[slot] = start(slot);
    for (const { token } of sessionsOf(file)) {
      expect(token).toMatch(/^([a-z])\1+$/);
      expect([20, 21, 22, 23, 24, 25, 26]).toContain(token.length / 1_000);
      read += 1;
    }
  }
  for (const writer of writers) (await writer).kill("SIGKILL");
  expect(started.filter(({ killed }) => killed)).toHaveLength(204);
  expect(read).toBeGreaterThan(200);
  expect(readdirSync(directory).filter((name) => name.includes("unreadable"))).toEqual([]);
  // What the killed ones left behind goes with time.
  const before = new Date(Date.now() - 3_700_000);
  for (const name of readdirSync(directory)) utimesSync(join(directory, name), before, before);
  const store = fileSessionStore({ directory });
  await store.set("last", { token: "last", obtainedAt: new Date().toISOString() });
  expect(await store.get("last")).toMatchObject({ token: "last" });
  expect(readdirSync(directory)).toEqual(["sessions.json"]);
});

function sessionsOf(file: string): { token: string }[] {
  if (!existsSync(file)) return [];
  const { sessions } = JSON.parse(readFileSync(file, "utf8")) as { sessions: Record<string, { token: string }> };
  return Object.values(sessions);
}
