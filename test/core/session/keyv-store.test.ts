import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import KeyvRedis from "@keyv/redis";
import { Keyv } from "keyv";
import { Client, isKeylightError, keyvSessionStore, memorySessionStore, type KeyvLike, type SessionStore } from "keylight";
import { sessionStoreContract } from "keylight/testing";
import { LumarServer } from "../../support/lumar-server.ts";
import { freePort, noOwnRedis, noRedis, RedisLine, startOwnRedis, startRedis, type RedisServer } from "../../support/redis.ts";
import { overNode } from "../../support/transport.ts";

const session = { token: "t".repeat(128), obtainedAt: "2026-05-06T07:08:09.010Z" };
const later = { token: "u".repeat(128), obtainedAt: "2026-05-07T07:08:09.010Z" };
const calm = () => ({ timeout: 5_000, signal: new AbortController().signal });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const unavailable = (error: unknown) => isKeylightError(error, "STORE_UNAVAILABLE");

let opened: Keyv[] = [];
afterEach(async () => {
  for (const keyv of opened) await (keyv.store as { disconnect?: (force: boolean) => Promise<void> }).disconnect?.(true);
  opened = [];
  vi.restoreAllMocks();
});

function open(keyv: Keyv): Keyv {
  opened.push(keyv);
  return keyv;
}

/** What a store does by itself. */
const alone = overNode("no request is sent");

describe.runIf(alone)("the contract is kept", () => {
  describe("in memory", () => {
    for (const { name, run } of sessionStoreContract(memorySessionStore)) it(name, run);
  });
  describe("by a Keyv in memory", () => {
    for (const { name, run } of sessionStoreContract(() => keyvSessionStore(new Keyv()))) it(name, run);
  });
  describe("by a Keyv that serialises nothing", () => {
    const make = () => keyvSessionStore(new Keyv({ serialize: undefined, deserialize: undefined } as never));
    for (const { name, run } of sessionStoreContract(make)) it(name, run);
  });
});

describe.runIf(alone)("over any Keyv", () => {
  it("keeps what it stores under names of its own that tell nothing of the key", async () => {
    const map = new Map<string, string>();
    await keyvSessionStore(new Keyv({ store: map, namespace: "app" })).set("the key", session);
    expect([...map.keys()]).toEqual([expect.stringMatching(/^app:keylight:session:[0-9a-f]{64}$/)]);
  });

  it.each([
    ["as long as the session lives", { ...session, expiresAt: new Date(Date.now() + 86_400_000).toISOString() }, 86_400_000],
    ["31 days where nothing says how long it lives", session, 31 * 86_400_000],
    ["31 days where what says so is no time", { ...session, expiresAt: "soon" }, 31 * 86_400_000],
    ["a minute at least", { ...session, expiresAt: new Date(Date.now() - 5_000).toISOString() }, 60_000],
  ])("has it kept %s", async (_name, stored, expected) => {
    const keyv = new Keyv();
    const set = vi.spyOn(keyv, "set");
    await keyvSessionStore(keyv).set("key", stored);
    const ttl = set.mock.calls[0]?.[2] ?? 0;
    expect(Math.abs(ttl - expected)).toBeLessThan(5_000);
  });

  it("takes what is no session of ours for none", async () => {
    const map = new Map<string, string>();
    const keyv = new Keyv({ store: map });
    const store = keyvSessionStore(keyv);
    await store.set("key", session);
    const [name = ""] = map.keys();
    for (const value of ["not json", '"text"', "{}", '{"token":1,"obtainedAt":""}', 5, { token: "a" }]) {
      await keyv.set(name.replace("keyv:", ""), value);
      expect(await store.get("key")).toBeUndefined();
    }
  });

  it("locks between stores that share nothing but the adapter, and gives the lock back", async () => {
    const map = new Map<string, string>();
    const soon = async <T>(action: () => T): Promise<T> => pause(2).then(action);
    const adapter = {
      opts: {},
      on: () => undefined,
      get: (name: string) => soon(() => map.get(name)),
      set: (name: string, value: string) => soon(() => map.set(name, value)),
      delete: (name: string) => soon(() => map.delete(name)),
      clear: () => soon(() => map.clear()),
    };
    const stores = Array.from({ length: 4 }, () => keyvSessionStore(new Keyv({ store: adapter })));
    expect(await mostAtOnce(stores)).toBe(1);
    expect([...map.keys()]).toEqual([]);
  });

  it("refuses what is no Keyv", () => {
    for (const value of [undefined, null, 5, {}, { get: () => undefined }]) {
      expect(() => keyvSessionStore(value as unknown as KeyvLike)).toThrow(expect.objectContaining({ code: "INVALID_CONFIGURATION" }));
    }
  });

  it("listens to one Keyv once, however many stores use it", () => {
    const keyv = new Keyv();
    for (let count = 0; count < 200; count += 1) keyvSessionStore(keyv);
    expect(keyv.listeners("error")).toHaveLength(1);
  });
});

/** Runs two functions through every store's lock and gives how many ran at once. */
async function mostAtOnce(stores: readonly SessionStore[]): Promise<number> {
  let running = 0;
  let most = 0;
  const fn = async () => {
    running += 1;
    most = Math.max(most, running);
    await pause(30);
    running -= 1;
  };
  await Promise.all([...stores, ...stores].map(async (store) => store.withLock?.("key", fn, calm())));
  return most;
}

describe.runIf(alone)("a Keyv that fails", () => {
  const failing = (fail: () => unknown): KeyvLike => ({ get: async () => fail(), set: async () => fail(), delete: async () => fail() });
  const secret = "token-in-the-message";

  it("is told of without a word of its message; sessions are kept in memory, and locks hold in this process", async () => {
    const store = keyvSessionStore(failing(() => Promise.reject(Object.assign(new Error(secret), { code: "ECONNRESET", syscall: "read" }))));
    const error: unknown = await store.get("key").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE", retryable: true, cause: { name: "Error", code: "ECONNRESET", syscall: "read" } });
    expect(JSON.stringify(error) + String(error)).not.toContain(secret);
    await expect(store.set("key", session)).rejects.toSatisfy(unavailable);
    expect(await store.get("key")).toEqual(session);
    expect(await mostAtOnce([store])).toBe(1);
    await expect(store.delete("key", "other")).rejects.toSatisfy(unavailable);
    expect(await store.get("key")).toEqual(session);
    await expect(store.delete("key", session.token)).rejects.toSatisfy(unavailable);
    await expect(store.get("key")).rejects.toSatisfy(unavailable);
  });

  it("and says so by false or by an event only, is not believed", async () => {
    const silent = keyvSessionStore(failing(() => false));
    await expect(silent.set("key", session)).rejects.toSatisfy(unavailable);
    const keyv = new Keyv({ store: adapter(async () => Promise.reject(new Error(secret))), throwOnErrors: false });
    await expect(keyvSessionStore(keyv).set("key", session)).rejects.toSatisfy(unavailable);
    const swallowing: Keyv = new Keyv({
      store: adapter(async () => {
        swallowing.emit("error", new Error(secret));
      }),
    });
    await expect(keyvSessionStore(swallowing).get("key")).rejects.toSatisfy(unavailable);
    await expect(keyvSessionStore(swallowing).set("key", session)).rejects.toSatisfy(unavailable);
  });

  it("and hangs, holds up one answer and not the next", async () => {
    let asked = 0;
    const store = keyvSessionStore(failing(() => new Promise(() => (asked += 1))));
    const start = performance.now();
    await expect(store.set("key", session)).rejects.toSatisfy(unavailable);
    const first = performance.now() - start;
    expect(first).toBeGreaterThan(1_000);
    expect(first).toBeLessThan(4_000);
    await store.withLock?.("key", () => Promise.resolve(), calm());
    expect(await store.get("key")).toEqual(session);
    expect(performance.now() - start - first).toBeLessThan(1_000);
    expect(asked).toBe(1);
  });

  it("gives way to what was stored later elsewhere, once it works again", async () => {
    let broken = true;
    const inner = new Keyv();
    const keyv = {
      get: async (key: string) => (broken ? Promise.reject(new Error("down")) : inner.get<unknown>(key)),
      set: async (key: string, value: string) => (broken ? Promise.reject(new Error("down")) : inner.set(key, value)),
      delete: async (key: string) => inner.delete(key),
    };
    const store = keyvSessionStore(keyv);
    await expect(store.set("key", session)).rejects.toSatisfy(unavailable);
    broken = false;
    expect(await store.get("key")).toEqual(session);
    await keyvSessionStore(inner).set("key", later);
    expect(await store.get("key")).toEqual(later);
  });

  function adapter(answer: () => Promise<unknown>): unknown {
    return { opts: {}, get: answer, set: answer, delete: answer, clear: answer, on: () => undefined };
  }
});

describe.runIf(alone && noRedis === undefined)("over Redis", () => {
  let redis: RedisServer;
  let count = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  /** A Keyv in a namespace of its own. */
  const connect = (namespace = `keylight-test-${String(process.pid)}-${String((count += 1))}`, url = redis.url): Keyv =>
    open(new Keyv(new KeyvRedis(url), { namespace }));

  for (const { name, run } of sessionStoreContract(() => keyvSessionStore(connect()))) it(name, run);

  it("locks by one command of the server, between clients that share nothing else", async () => {
    const namespace = `keylight-test-lock-${String(process.pid)}`;
    const stores = Array.from({ length: 5 }, () => keyvSessionStore(connect(namespace)));
    expect(await mostAtOnce(stores)).toBe(1);
  });

  it("keeps a lock that its holder needs for long, and not the lock of a holder that is gone", async () => {
    const namespace = `keylight-test-long-${String(process.pid)}`;
    const [alive, gone, waiting] = [connect(namespace), connect(namespace), keyvSessionStore(connect(namespace))];
    let holding = true;
    const held = keyvSessionStore(alive).withLock?.("one", async () => {
      await pause(7_500);
      holding = false;
    }, calm());
    // With the connection goes what would renew the lock.
    void keyvSessionStore(gone).withLock?.("other", () => new Promise(() => undefined), calm());
    await pause(200);
    vi.spyOn(gone.store as KeyvRedis<string>, "getClient").mockRejectedValue(new Error("gone"));
    await gone.disconnect();
    const start = performance.now();
    await Promise.all([
      waiting.withLock?.("one", async () => expect(holding).toBe(false), { ...calm(), timeout: 10_000 }),
      waiting.withLock?.("other", async () => expect(performance.now() - start).toBeLessThan(9_000), { ...calm(), timeout: 10_000 }),
      held,
    ]);
  });

  it("counts an answer that came while the process was held up, however long that was", async () => {
    const store = keyvSessionStore(connect());
    await store.set("key", session);
    const getting = store.get("key");
    // So that the command is out.
    await pause(0);
    const end = performance.now() + 1_800;
    while (performance.now() < end);
    expect(await getting).toEqual(session);
  });

  it("releases only a lock of its own", async () => {
    const namespace = `keylight-test-own-${String(process.pid)}`;
    const keyv = connect(namespace);
    const client = await (keyv.store as KeyvRedis<string>).getClient();
    let name = "";
    await keyvSessionStore(keyv).withLock?.("key", async () => {
      [name = ""] = await (client as unknown as { keys(pattern: string): Promise<string[]> }).keys(`${namespace}*lock*`);
      await client.set(name, "somebody else");
    }, calm());
    expect(name).toMatch(/^keylight-test-own-\d+::keylight:lock:[0-9a-f]{64}$/);
    expect(await client.get(name)).toBe("somebody else");
    await client.del(name);
  });

  it("sends nothing late that was to be stored while it was gone", async () => {
    const namespace = `keylight-test-late-${String(process.pid)}`;
    const line = new RedisLine(redis.url);
    const url = await line.open();
    const [asleep, awake, elsewhere] = [connect(namespace, url), connect(namespace, url), keyvSessionStore(connect(namespace))].map((one) =>
      one instanceof Keyv ? keyvSessionStore(one) : one,
    );
    await awake?.get("key");
    await line.cut();
    for (const store of [asleep, awake]) await expect(store?.set("key", session)).rejects.toSatisfy(unavailable);
    await elsewhere?.set("key", later);
    await line.mend();
    await pause(3_000);
    expect(await elsewhere?.get("key")).toEqual(later);
    expect(await asleep?.get("key").catch(() => session)).toEqual(session);
    await line.cut();
  });

  it.skipIf(noOwnRedis !== undefined)("leaves no lock behind that it gets after it has gone on without, because the server hung", async () => {
    const hanging = await startOwnRedis();
    onTestFinished(() => hanging.stop());
    const [late, next] = [connect("late", hanging.url), connect("late", hanging.url)];
    for (const keyv of [late, next]) await keyvSessionStore(keyv).get("key");
    hanging.hold();
    await keyvSessionStore(late).withLock?.("key", () => Promise.resolve(), calm());
    hanging.goOn();
    const start = performance.now();
    await keyvSessionStore(next).withLock?.("key", () => Promise.resolve(), { ...calm(), timeout: 10_000 });
    const client = (await (next.store as KeyvRedis<string>).getClient()) as unknown as { keys(pattern: string): Promise<string[]> };
    await expect.poll(() => client.keys("*lock*"), { timeout: 3_000 }).toEqual([]);
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it("works from the first moment, when many ask before it is connected", async () => {
    const store = keyvSessionStore(connect());
    const found = await Promise.all(Array.from({ length: 20 }, () => store.get("key")));
    expect(found).toEqual(Array.from({ length: 20 }));
  });
});

describe.skipIf(noRedis !== undefined)("a client whose Redis is gone", () => {
  let redis: RedisServer;
  let server: LumarServer;
  let endpoint: string;
  const warnings: string[] = [];
  const logger = { error: () => undefined, info: () => undefined, debug: () => undefined, warn: (message: string) => void warnings.push(message) };
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    server = new LumarServer();
    endpoint = await server.start();
    warnings.length = 0;
  });
  afterEach(() => server.stop());

  const connect = (keyv: Keyv) =>
    new Client({ endpoint, userKey: { id: 7, secret: "user-key-secret-for-tests" }, env: {}, sessionStore: keyvSessionStore(keyv), logger, logLevel: "warn" });

  const quietly = async (fn: () => Promise<void>) => {
    const printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "error"), vi.spyOn(process, "emitWarning"), vi.spyOn(process.stderr, "write")];
    const uncaught: unknown[] = [];
    const listener = (error: unknown) => void uncaught.push(error);
    process.on("uncaughtExceptionMonitor", listener);
    process.on("unhandledRejection", listener);
    await fn();
    await pause(100);
    process.off("uncaughtExceptionMonitor", listener);
    process.off("unhandledRejection", listener);
    expect(uncaught).toEqual([]);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  };

  it("from the start goes on: one warning, one login, memory", async () => {
    await quietly(async () => {
      const url = `redis://127.0.0.1:${String(await freePort())}`;
      const client = connect(open(new Keyv(new KeyvRedis(url))));
      const start = performance.now();
      for (let call = 0; call < 20; call += 1) await client.me();
      expect(performance.now() - start).toBeLessThan(8_000);
      server.revokeAll();
      await client.me();
      await client.close();
    });
    expect(server.logins).toBe(2);
    expect(warnings).toHaveLength(1);
  });

  it("where the adapter gives up at once, too, and nothing leaks", async () => {
    await quietly(async () => {
      const url = `redis://127.0.0.1:${String(await freePort())}`;
      const client = connect(open(new Keyv(new KeyvRedis({ url, socket: { reconnectStrategy: false } }))));
      for (let call = 0; call < 5; call += 1) {
        await client.me();
        server.revokeAll();
      }
      await client.close();
    });
    expect(server.logins).toBe(5);
    expect(warnings).toHaveLength(1);
  });

  it.each(["cut", "held"])("in between (%s) goes on, and shares again when it is back", async (how) => {
    const line = new RedisLine(redis.url);
    const namespace = `keylight-test-${how}-${String(process.pid)}`;
    const keyv = open(new Keyv(new KeyvRedis(await line.open()), { namespace }));
    await quietly(async () => {
      const client = connect(keyv);
      await client.me();
      if (how === "cut") await line.cut();
      else line.held = true;
      server.revokeAll();
      for (let call = 0; call < 20; call += 1) await client.me();
      expect(server.logins).toBe(2);
      expect(warnings).toHaveLength(1);
      await line.cut().catch(() => undefined);
      line.held = false;
      await line.mend();
      await pause(6_000);
      server.revokeAll();
      await client.me();
      await client.close();
    });
    expect(server.logins).toBe(3);
    expect(warnings).toHaveLength(1);
    await line.cut();
    expect(await storedTexts(namespace)).toEqual([expect.stringContaining([...server.live].join())]);
  });

  async function storedTexts(namespace: string): Promise<(string | null)[]> {
    const adapter = open(new Keyv(new KeyvRedis(redis.url))).store as KeyvRedis<string>;
    const client = (await adapter.getClient()) as unknown as { keys(pattern: string): Promise<string[]>; get(name: string): Promise<string | null> };
    return Promise.all((await client.keys(`${namespace}*session*`)).map((name) => client.get(name)));
  }
});
