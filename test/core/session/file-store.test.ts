import fs from "node:fs/promises";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client, fileSessionStore, isKeylightError, type SessionStore } from "keylight";
import { sessionStoreContract } from "keylight/testing";
import { LumarServer } from "../../support/lumar-server.ts";
import { runWorker } from "../../support/store-worker-start.ts";
import { overNode } from "../../support/transport.ts";

const session = { token: "t".repeat(128), obtainedAt: "2026-05-06T07:08:09.010Z" };
const later = { token: "u".repeat(128), obtainedAt: "2026-05-07T07:08:09.010Z" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const unavailable = (error: unknown) => isKeylightError(error, "STORE_UNAVAILABLE");
const calm = () => ({ timeout: 5_000, signal: new AbortController().signal });
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

let root: string;
let directory: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "keylight-store-"));
  directory = join(root, "sessions");
  file = join(directory, "sessions.json");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(root, { recursive: true, force: true });
});

const open = (): SessionStore => fileSessionStore({ directory });
const content = (): Record<string, never> => JSON.parse(readFileSync(file, "utf8"));
const put = (value: unknown, path = file) => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value), { mode: 0o644 });
};

/** What a store does by itself. */
const alone = overNode("no request is sent");

describe.runIf(alone)("the contract is kept", () => {
  for (const { name, run } of sessionStoreContract(() => fileSessionStore({ directory: mkdtempSync(join(root, "case-")) }))) it(name, run);
});

describe.runIf(alone)("where the file is", () => {
  const named = async (variables: Record<string, string | undefined>) => {
    for (const name of ["LC_CREDENTIALS_DIR", "XDG_CONFIG_HOME", "HOME", "APPDATA"]) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const store = fileSessionStore();
    for (const name of Object.keys(variables)) vi.stubEnv(name, join(root, "changed later"));
    await store.set("key", session).catch((error: unknown) => expect(error).toSatisfy(unavailable));
    return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("sessions.json"));
  };

  it("LC_CREDENTIALS_DIR comes first", async () => {
    expect(await named({ LC_CREDENTIALS_DIR: join(root, "a"), XDG_CONFIG_HOME: root, HOME: root, APPDATA: root })).toEqual(["a/sessions.json"]);
  });

  it.each([
    ["linux", { XDG_CONFIG_HOME: "/b", HOME: "/c", APPDATA: "/d" }, ["b/keylight/sessions.json"]],
    ["linux", { XDG_CONFIG_HOME: "relative", HOME: "/c" }, ["c/.config/keylight/sessions.json"]],
    ["freebsd", { HOME: "/c" }, ["c/.config/keylight/sessions.json"]],
    ["darwin", { HOME: "/c", XDG_CONFIG_HOME: "/b" }, ["c/Library/Application Support/keylight/sessions.json"]],
    ["win32", { APPDATA: "/d", HOME: "/c" }, ["d/keylight/sessions.json"]],
    ["linux", { HOME: "relative" }, []],
    ["linux", {}, []],
    ["win32", { HOME: "/c" }, []],
  ])("else the platform's directory: %s %o", async (platform, variables, expected) => {
    vi.spyOn(process, "platform", "get").mockReturnValue(platform as NodeJS.Platform);
    const absolute = Object.entries(variables).map(([name, value]) => [name, value.startsWith("/") ? join(root, value) : value]);
    expect(await named(Object.fromEntries(absolute))).toEqual(expected);
  });

  it("the option wins over the environment", async () => {
    vi.stubEnv("LC_CREDENTIALS_DIR", join(root, "a"));
    await open().set("key", session);
    expect(existsSync(file)).toBe(true);
    expect(existsSync(join(root, "a"))).toBe(false);
  });

  it.each(["", "a\0b", 5, null])("the option must be a path: %j", (value) => {
    expect(() => fileSessionStore({ directory: value as string })).toThrow(expect.objectContaining({ code: "INVALID_CONFIGURATION" }));
  });

  it("nothing is touched before the first use, and reading makes nothing", async () => {
    const store = open();
    expect(await store.get("key")).toBeUndefined();
    await store.delete("key");
    expect(existsSync(directory)).toBe(false);
  });
});

describe.runIf(alone && process.platform !== "win32")("permissions", () => {
  it.each(["000", "022", "077", "277"])("are 0700 and 0600 under the mask %s", async (mask) => {
    await runWorker({ task: "set", directory, mask });
    expect([mode(directory), mode(file)]).toEqual(["700", "600"]);
  });

  it("of an existing file become 0600 when it is written", async () => {
    put({ version: 1, sessions: {} });
    chmodSync(file, 0o644);
    await open().set("key", session);
    expect(mode(file)).toBe("600");
  });

  it("of an existing file become 0600 when it is only read", async () => {
    put({ version: 1, sessions: { key: session } });
    expect(await open().get("key")).toEqual(session);
    expect(mode(file)).toBe("600");
  });

  it("of a directory that bears our name become 0700; another's stay as its owner made them", async () => {
    vi.stubEnv("LC_CREDENTIALS_DIR", undefined);
    vi.stubEnv("XDG_CONFIG_HOME", root);
    for (const name of ["keylight", "sessions"]) {
      mkdirSync(join(root, name));
      chmodSync(join(root, name), 0o755);
    }
    vi.spyOn(process, "platform", "get").mockReturnValue("linux");
    await fileSessionStore().set("key", session);
    await open().set("key", session);
    expect([mode(join(root, "keylight")), mode(directory)]).toEqual(["700", "755"]);
  });

  it("of what is moved aside are 0600", async () => {
    put("not json");
    await open().get("key");
    const [aside = ""] = readdirSync(directory).filter((name) => name.includes("unreadable"));
    expect(mode(join(directory, aside))).toBe("600");
  });
});

describe.runIf(alone)("writing", () => {
  it("makes a draft of its own in the same directory, syncs it, renames it and syncs the directory", async () => {
    await open().set("first", session);
    const steps: string[] = [];
    const original = { open: fs.open, rename: fs.rename };
    vi.spyOn(fs, "open").mockImplementation(async (path, flags, permissions) => {
      const handle = await original.open(path, flags, permissions);
      const name = String(path).replace(directory, "").replace(/[0-9a-f-]{36}/, "*");
      if (name.includes("lock")) return handle;
      steps.push(`open ${name} ${String(flags)} ${(permissions ?? 0).toString(8)}`);
      for (const method of ["writeFile", "sync"] as const) {
        const call = handle[method].bind(handle) as (...values: unknown[]) => Promise<void>;
        handle[method] = (...values: unknown[]) => (steps.push(`${method} ${name}`), call(...values));
      }
      return handle;
    });
    vi.spyOn(fs, "rename").mockImplementation(async (from, to) => {
      steps.push(`rename ${String(to).replace(directory, "")}`);
      await original.rename(from, to);
    });
    syncBuiltinESMExports();
    await open().set("key", session);
    const draft = "/sessions.json.*.tmp";
    expect(steps.slice(1)).toEqual([`open ${draft} wx 600`, `writeFile ${draft}`, `sync ${draft}`, "rename /sessions.json", "open  r 0", "sync "]);
    expect(readdirSync(directory)).toEqual(["sessions.json"]);
  });

  it("gives each draft another name", async () => {
    const drafts = new Set<string>();
    const original = fs.open;
    vi.spyOn(fs, "open").mockImplementation((path, flags, permissions) => {
      if (String(path).endsWith(".tmp")) drafts.add(String(path));
      return original(path, flags, permissions);
    });
    syncBuiltinESMExports();
    const store = open();
    for (let count = 0; count < 5; count += 1) await store.set("key", session);
    expect(drafts.size).toBe(5);
  });

  it("sweeps leftovers of ours that are older than an hour, and nothing else", async () => {
    await open().set("key", session);
    const old = [
      "sessions.json.0b5c-1.tmp",
      "sessions.0123abcd.lock",
      "sessions.write.lock.0123.claim",
      "sessions.0123abcd.lock.0b5c-1.stale",
    ];
    const others = ["sessions.json.unreadable-20200101T000000000Z", "my-sessions.json.a.tmp", "sessions.json.tmp", "credentials.json", "sessions.lock"];
    const young = ["sessions.json.0b5c-2.tmp", "sessions.4567abcd.lock"];
    for (const name of [...old, ...others, ...young]) put("x", join(directory, name));
    const before = new Date(Date.now() - 3_700_000);
    for (const name of [...old, ...others]) utimesSync(join(directory, name), before, before);
    await open().set("key", session);
    expect(readdirSync(directory).sort()).toEqual([...others, ...young, "sessions.json"].sort());
  });

  it("keeps the members that it does not know and a newer version's number", async () => {
    const text = '{"future":{"a":[1]},"version":7,"__proto__":{"polluted":1},"sessions":{"other":{"token":"o","obtainedAt":"x","extra":{"b":2}},"odd":null,"__proto__":{"token":"p","obtainedAt":"y"}}}';
    put(text);
    const store = open();
    await store.set("key", session);
    await store.delete("missing");
    const expected = JSON.parse(text);
    expected.sessions.key = { ...session, storedAt: expect.any(String) };
    expect(content()).toEqual(expected);
    expect(Object.keys(content())).toEqual(["future", "version", "__proto__", "sessions"]);
    expect(Object.getOwnPropertyNames(content()["sessions"])).toContain("__proto__");
    expect(await store.get("__proto__")).toEqual({ token: "p", obtainedAt: "y" });
    expect(await store.get("constructor")).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("leaves a newer version's file alone whose sessions it cannot tell, and goes on in memory", async () => {
    const text = '{"version":2,"sessions":["of another shape"]}';
    put(text);
    const store = open();
    await expect(store.get("key")).rejects.toSatisfy(unavailable);
    await expect(store.set("key", session)).rejects.toSatisfy(unavailable);
    expect(await store.get("key")).toEqual(session);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("drops entries that nobody has written for 60 days", async () => {
    const entry = (days: number) => ({ ...session, storedAt: new Date(Date.now() - days * 86_400_000).toISOString() });
    put({ version: 1, sessions: { old: entry(61), young: entry(59), unknown: { ...session, storedAt: "never" } } });
    await open().set("key", session);
    expect(Object.keys(content()["sessions"] ?? {}).sort()).toEqual(["key", "unknown", "young"]);
  });

  it("never deletes a session that another has just written", async () => {
    const [one, other] = [open(), open()];
    await one.set("key", session);
    await other.set("key", later);
    await one.delete("key", session.token);
    expect(await one.get("key")).toEqual(later);
  });

  it("compares before it clears under the lock, with what is there by then", async () => {
    const store = open();
    await store.set("key", session);
    const writing = store.set("key", later);
    await Promise.all([writing, store.delete("key", session.token)]);
    expect(await open().get("key")).toEqual(later);
  });

  it("by one store happens in the order in which it was asked for", async () => {
    const store = open();
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.set("key", { ...session, token: String(index) })));
    expect(await store.get("key")).toMatchObject({ token: "19" });
  });

  it("by many stores at once loses no session", async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `key ${String(index)}`);
    await Promise.all(keys.map((key) => open().set(key, { ...session, token: key })));
    for (const key of keys) expect(await open().get(key)).toEqual({ ...session, token: key });
  });
});

describe.runIf(alone)("content that is no session file", () => {
  const asides = () => readdirSync(directory).filter((name) => /^sessions\.json\.unreadable-\d{8}T\d{9}Z$/.test(name));
  const secret = "lmr-token-in-the-file";

  it.each(["", `{"sessions":{"key":{"token":"${secret}"`, `["${secret}"]`, `"${secret}"`, "null", `{"version":1,"sessions":["${secret}"]}`, `{"sessions":5}`])(
    "is moved aside once and counts as signed out: %s",
    async (text) => {
      put(text);
      const store = open();
      expect(await store.get("key")).toBeUndefined();
      expect(await store.get("key")).toBeUndefined();
      expect(asides()).toHaveLength(1);
      expect(readFileSync(join(directory, asides()[0] ?? ""), "utf8")).toBe(text);
      expect(existsSync(file)).toBe(false);
      await store.set("key", session);
      expect(await store.get("key")).toEqual(session);
      expect(asides()).toHaveLength(1);
    },
  );

  it("is moved aside by a write, too", async () => {
    put(secret);
    await open().set("key", session);
    expect(asides()).toHaveLength(1);
    expect(await open().get("key")).toEqual(session);
  });

  it("is moved aside by one of many who meet it, and a good file that came in between stays", async () => {
    put(secret);
    const stores = Array.from({ length: 20 }, open);
    await Promise.all(stores.map((store, index) => (index % 2 === 0 ? store.get("key") : store.set(`key ${String(index)}`, session))));
    expect(asides()).toHaveLength(1);
    expect(Object.keys(content()["sessions"] ?? {})).toHaveLength(10);
  });

  it("that another process replaced by good content meanwhile goes back to its place", async () => {
    put(secret);
    const original = fs.rename;
    vi.spyOn(fs, "rename").mockImplementation(async (from, to) => {
      if (String(to).includes("unreadable")) writeFileSync(file, JSON.stringify({ version: 1, sessions: { key: later } }));
      await original(from, to);
    });
    syncBuiltinESMExports();
    expect(await open().get("key")).toEqual(later);
    expect(asides()).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("may be a link: it is neither followed nor written through", async () => {
    const target = join(root, "elsewhere.json");
    put({ version: 1, sessions: { key: session } }, target);
    chmodSync(target, 0o644);
    symlinkSync(target, file);
    const store = open();
    expect(await store.get("key")).toBeUndefined();
    await store.set("key", later);
    expect(lstatSync(file).isFile()).toBe(true);
    expect(JSON.parse(readFileSync(target, "utf8"))).toEqual({ version: 1, sessions: { key: session } });
    expect(mode(target)).toBe("644");
    expect(asides()).toHaveLength(1);
  });

  it("may be far too long", async () => {
    put(" ".repeat(17 * 1024 * 1024));
    expect(await open().get("key")).toBeUndefined();
    expect(asides()).toHaveLength(1);
    expect(mode(join(directory, asides()[0] ?? ""))).toBe("600");
  });

  it("may be a directory", async () => {
    mkdirSync(file, { recursive: true });
    expect(await open().get("key")).toBeUndefined();
    expect(asides()).toHaveLength(1);
  });

  it.each([
    ["no object", 5],
    ["no token", { obtainedAt: "x" }],
    ["a token that is no text", { token: 5, obtainedAt: "x" }],
    ["no time", { token: "a" }],
    ["an end that is no text", { token: "a", obtainedAt: "x", expiresAt: 5 }],
  ])("in one entry (%s) is no session, and stays", async (_name, entry) => {
    put({ version: 1, sessions: { key: entry } });
    const store = open();
    expect(await store.get("key")).toBeUndefined();
    await store.set("other", session);
    expect(content()["sessions"]?.["key"]).toEqual(entry);
  });

  it("is quoted by no message", async () => {
    put(`{"version":9,"sessions":"${secret}"}`);
    const error: unknown = await open().get("key").catch((reason: unknown) => reason);
    expect(error).toSatisfy(unavailable);
    expect(`${String(error)} ${String((error as Error).stack)} ${JSON.stringify(error)}`).not.toContain(secret);
  });
});

describe("a place that cannot be written to", () => {
  const warnings: unknown[][] = [];
  const logger = { error: () => undefined, info: () => undefined, debug: () => undefined, warn: (...line: unknown[]) => void warnings.push(line) };

  async function worksInMemory(store: SessionStore): Promise<void> {
    const server = new LumarServer();
    const endpoint = await server.start();
    warnings.length = 0;
    const options = { endpoint, userKey: { id: 7, secret: "user-key-secret-for-tests" }, env: {}, sessionStore: store, logger, logLevel: "warn" } as const;
    const client = new Client(options);
    for (let call = 0; call < 10; call += 1) await client.me();
    server.revokeAll();
    await Promise.all(Array.from({ length: 10 }, () => client.me()));
    expect(server.logins).toBe(2);
    expect(warnings).toHaveLength(1);
    // Another client of this store goes on with the session in memory.
    const second = new Client({ ...options, logLevel: "off" });
    await second.me();
    expect(server.logins).toBe(2);
    await client.close();
    await second.close();
    await server.stop();
  }

  it("because HOME is missing", async () => {
    for (const name of ["LC_CREDENTIALS_DIR", "XDG_CONFIG_HOME", "HOME", "APPDATA"]) vi.stubEnv(name, "");
    await worksInMemory(fileSessionStore());
  });

  it("because it lies below a file", async () => {
    writeFileSync(join(root, "a file"), "");
    await worksInMemory(fileSessionStore({ directory: join(root, "a file", "below") }));
  });

  it.each(["EROFS", "EACCES", "ENOSPC", "EDQUOT"])("because nothing can be made there (%s)", async (code) => {
    failing(code, (path) => !path.endsWith("sessions.json"));
    await worksInMemory(open());
    expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  });

  it("because the disk is full in the middle of a write: the old content stays, and no draft", async () => {
    await open().set("key", session);
    failing("ENOSPC", () => false);
    await worksInMemory(open());
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    expect(readdirSync(directory)).toEqual(["sessions.json"]);
    expect(await open().get("key")).toEqual(session);
  });

  it.skipIf(process.platform === "win32")("because its permissions say so", async () => {
    await open().set("key", session);
    chmodSync(directory, 0o555);
    chmodSync(file, 0o644);
    chmodSync(root, 0o755);
    const { printed } = await runWorker({ task: "read-only", directory });
    expect(JSON.parse(printed)).toEqual({ read: session.token, wrote: "STORE_UNAVAILABLE", kept: later.token, locked: true });
    chmodSync(directory, 0o755);
    expect(Object.keys(content()["sessions"] ?? {})).toEqual(["key"]);
  });

  /** Files whose path is refused cannot be opened for writing; others cannot be filled. */
  function failing(code: string, refuse: (path: string) => boolean): void {
    const error = Object.assign(new Error(`${code}: with a path and a token in it`), { code, syscall: "write" });
    const original = fs.open;
    vi.spyOn(fs, "open").mockImplementation(async (path, flags, permissions) => {
      if (flags === "wx" && refuse(String(path))) throw error;
      const handle = await original(path, flags, permissions);
      if (String(path).endsWith(".tmp")) {
        handle.writeFile = async (data) => {
          await handle.write(String(data).slice(0, 10));
          throw error;
        };
      }
      return handle;
    });
    syncBuiltinESMExports();
  }

  it("says what failed, without a foreign message", async () => {
    failing("ENOSPC", () => true);
    const error: unknown = await open().set("key", session).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE", cause: { name: "Error", code: "ENOSPC", syscall: "write" }, hint: expect.stringContaining("LC_CREDENTIALS_DIR") });
    expect(JSON.stringify(error) + String(error)).not.toContain("token in it");
  });

  it("leaves the later session in memory, and an earlier one in its place once that can be written", async () => {
    const store = open();
    await store.set("key", session);
    failing("ENOSPC", () => true);
    await expect(store.set("key", later)).rejects.toSatisfy(unavailable);
    expect(await store.get("key")).toEqual(later);
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    expect(await store.get("key")).toEqual(later);
    await store.set("key", session);
    expect(await store.get("key")).toEqual(session);
  });

  it("works with the file again once it can", async () => {
    failing("ENOSPC", () => true);
    const store = open();
    await expect(store.set("key", session)).rejects.toSatisfy(unavailable);
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    expect(await store.get("key")).toEqual(session);
    await open().set("key", later);
    expect(await store.get("key")).toEqual(later);
    await store.set("key", later);
    expect(await open().get("key")).toEqual(later);
  });
});

describe.runIf(alone)("the lock", () => {
  const lockFile = () => join(directory, readdirSync(directory).find((name) => /^sessions\.[0-9a-f]{32}\.lock$/.test(name)) ?? "none");
  const inside = async <T>(look: () => T, store = open()): Promise<T | undefined> => store.withLock?.("key", async () => look(), calm());
  /** Leaves a lock as another holder would, changed so many milliseconds ago. */
  const leave = async (text: string, age = 0) => {
    const path = (await inside(lockFile)) ?? "";
    writeFileSync(path, text);
    const time = new Date(Date.now() - age);
    utimesSync(path, time, time);
    return path;
  };
  /** In milliseconds; a timer may go off a little early. */
  const bound = 395;
  const waited = async (timeout = 400) => {
    const start = performance.now();
    await open().withLock?.("key", () => Promise.resolve(), { ...calm(), timeout });
    return performance.now() - start;
  };
  const world = async () => `${hostname()} ${await fs.readlink("/proc/self/ns/pid").catch(() => "")}`.trim();
  const holder = async (changes: Record<string, unknown>) => JSON.stringify({ owner: "another", pid: process.pid, host: await world(), ...changes });
  const deadPid = 2 ** 22 + 1;

  it("is a file that says who holds it and since when, and nothing of the key; it is gone afterwards", async () => {
    const held = await inside(() => ({ ...JSON.parse(readFileSync(lockFile(), "utf8")), mode: mode(lockFile()) }));
    expect(held).toEqual({ owner: expect.stringMatching(/^[0-9a-f-]{36}$/), pid: process.pid, host: await world(), at: expect.any(String), mode: "600" });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("of a living holder is waited for, but not for longer than the bound; it stays the holder's", async () => {
    const path = await leave(await holder({}));
    const duration = await waited();
    expect(duration).toBeGreaterThanOrEqual(bound);
    expect(duration).toBeLessThan(3_000);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ owner: "another" });
  });

  it.each([
    ["whose process is dead", { pid: deadPid }, 0],
    ["whose process can be none", { pid: -1 }, 0],
    ["that is far older than a login", {}, 46_000],
    ["of another host that is far older than a login", { host: "elsewhere" }, 46_000],
    ["from the future", {}, -46_000],
  ])("%s is claimed at once", async (_name, changes, age) => {
    await leave(await holder(changes), age);
    expect(await waited(5_000)).toBeLessThan(3_000);
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ["of another host", { host: "elsewhere", pid: deadPid }, 30_000],
    ["of a login that takes 30 s", {}, 31_000],
  ])("%s is not claimed", async (_name, changes, age) => {
    await leave(await holder(changes), age);
    expect(await waited()).toBeGreaterThanOrEqual(bound);
  });

  it.each(["", "{", "5"])("whose maker was killed before it had filled it (%j) is claimed two seconds later", async (text) => {
    const path = await leave(text, 500);
    expect(await waited()).toBeGreaterThanOrEqual(bound);
    expect(existsSync(path)).toBe(true);
    await leave(text, 2_100);
    await waited(5_000);
    expect(existsSync(path)).toBe(false);
  });

  it("is claimed even if another was killed while it claimed", async () => {
    const path = await leave(await holder({ pid: deadPid }));
    const made: string[] = [];
    const original = fs.rename;
    const spy = vi.spyOn(fs, "rename").mockImplementation(() => {
      made.push(...readdirSync(directory).filter((name) => name.endsWith(".claim")));
      return new Promise(() => undefined);
    });
    syncBuiltinESMExports();
    void open().withLock?.("key", () => Promise.resolve(), calm());
    await vi.waitFor(() => expect(made).toHaveLength(1));
    spy.mockImplementation(original);
    syncBuiltinESMExports();
    expect(await waited()).toBeGreaterThanOrEqual(bound);
    const marker = join(directory, made[0] ?? "");
    const before = new Date(Date.now() - 3_000);
    utimesSync(marker, before, before);
    await waited(5_000);
    expect(existsSync(path)).toBe(false);
  });

  it("of a next owner is not touched by who met the stale one before", async () => {
    const path = await leave(await holder({ pid: deadPid }));
    const next = await holder({ owner: "next" });
    const original = fs.open;
    vi.spyOn(fs, "open").mockImplementation(async (name, flags, permissions) => {
      if (String(name).endsWith(".claim")) writeFileSync(path, next);
      return original(name, flags, permissions);
    });
    const renamed = vi.spyOn(fs, "rename");
    syncBuiltinESMExports();
    expect(await waited()).toBeGreaterThanOrEqual(bound);
    expect(renamed).not.toHaveBeenCalled();
    expect(readFileSync(path, "utf8")).toBe(next);
  });

  it("of a next owner goes back when it was taken for the stale one", async () => {
    const path = await leave(await holder({ pid: deadPid }));
    const next = await holder({ owner: "next" });
    const original = fs.rename;
    vi.spyOn(fs, "rename").mockImplementationOnce(async (from, to) => {
      writeFileSync(path, next);
      await original(from, to);
    });
    syncBuiltinESMExports();
    expect(await waited()).toBeGreaterThanOrEqual(bound);
    expect(readFileSync(path, "utf8")).toBe(next);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it("that another has claimed meanwhile is not released", async () => {
    const path = await inside(() => {
      writeFileSync(lockFile(), "another's");
      return lockFile();
    });
    expect(readFileSync(path ?? "", "utf8")).toBe("another's");
  });

  it("that its holder let go while it was claimed is taken", async () => {
    const path = await leave(await holder({ pid: deadPid }));
    const original = fs.rename;
    vi.spyOn(fs, "rename").mockImplementationOnce(async (from, to) => {
      rmSync(path);
      await original(from, to);
    });
    syncBuiltinESMExports();
    const held = await inside(() => JSON.parse(readFileSync(path, "utf8")));
    expect(held).toMatchObject({ pid: process.pid });
  });

  it.each(["cannot be filled", "cannot be read"])("that %s is done without, and is not left behind", async (trouble) => {
    const path = await inside(lockFile);
    const original = fs.open;
    if (trouble === "cannot be read") mkdirSync(path ?? "");
    vi.spyOn(fs, "open").mockImplementation(async (name, flags, permissions) => {
      const handle = await original(name, flags, permissions);
      if (name === path) handle.writeFile = () => Promise.reject(new Error("the disk is full"));
      return handle;
    });
    syncBuiltinESMExports();
    expect(await inside(() => "ran")).toBe("ran");
    if (trouble === "cannot be filled") expect(readdirSync(directory)).toEqual([]);
  });

  it("may be waited for by many with one signal, for however long, without a warning", async () => {
    const emitted = vi.spyOn(process, "emitWarning");
    await leave(await holder({}));
    const controller = new AbortController();
    const waiting = Array.from({ length: 30 }, async () => open().withLock?.("key", () => Promise.resolve(), { timeout: Infinity, signal: controller.signal }));
    await pause(100);
    controller.abort(new Error("enough"));
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => "rejected"));
    expect(emitted).not.toHaveBeenCalled();
  });

  it("is for one key; another's does not wait", async () => {
    const store = open();
    await store.withLock?.("key", async () => {
      await open().withLock?.("other", () => Promise.resolve(), { ...calm(), timeout: 60_000 });
    }, calm());
  });

  it("holds between stores, runs each function once and passes its error through", async () => {
    let running = 0;
    let runs = 0;
    const error = new Error("of the function");
    const fn = async () => {
      runs += 1;
      running += 1;
      expect(running).toBe(1);
      await pause(20);
      running -= 1;
      throw error;
    };
    await Promise.all(Array.from({ length: 8 }, () => expect(open().withLock?.("key", fn, calm())).rejects.toBe(error)));
    expect(runs).toBe(8);
  });

  it("ends the waiting between stores with the reason of an abort, and runs nothing", async () => {
    await leave(await holder({}));
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    const fn = vi.fn(() => Promise.resolve());
    await expect(open().withLock?.("key", fn, { timeout: 5_000, signal: controller.signal })).rejects.toBe(reason);
    await expect(open().withLock?.("key", fn, { timeout: 5_000, signal: controller.signal })).rejects.toBe(reason);
    expect(fn).not.toHaveBeenCalled();
  });
});
