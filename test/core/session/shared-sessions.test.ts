import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import { SharedSessions } from "../../../src/core/session/shared-sessions.ts";
import type { SessionStore, StoredSession } from "../../../src/core/session/store.ts";
import { canary, storableCanary } from "../../oracle/oracle.ts";
import { ago, caught, deferred, holdTime, settled } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const token = storableCanary("token-in-a-shared-store");
const unavailable = "the session store is not available; sessions are kept in memory";
const session = (): StoredSession => ({ token, obtainedAt: ago(0) });

function sharedIn(store: SessionStore, key = vi.fn(() => Promise.resolve("key"))) {
  const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
  return { shared: new SharedSessions(store, key, log), log, key, store };
}

/** A store that gives this, whatever it is. */
const storeOf = (found: unknown): SessionStore => {
  const store = memorySessionStore();
  store.get = () => Promise.resolve(found as StoredSession);
  return store;
};

/** A store whose lock takes this to run what it is given. */
const storeWithLock = (withLock: (fn: () => Promise<unknown>, options: { timeout: number; signal: AbortSignal }) => Promise<unknown>): SessionStore => ({
  ...memorySessionStore(),
  withLock: <T>(_key: string, fn: () => Promise<T>, options: { timeout: number; signal: AbortSignal }) => withLock(fn, options) as Promise<T>,
});

/** Where a promise has come to, without waiting for it. */
function watched<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const state: { value?: T; error?: unknown } = {};
  promise.then((value) => { state.value = value; }, (error: unknown) => { state.error = error; });
  return state;
}

describe("a session in a store", () => {
  it("is saved, loaded and dropped under one key, which is made once", async () => {
    const { shared, key, store, log } = sharedIn(memorySessionStore());
    await shared.save(session());
    expect(await store.get("key")).toEqual(session());
    expect(await shared.load()).toEqual(session());
    await shared.drop("another token");
    expect(await shared.load()).toEqual(session());
    await shared.drop(token);
    expect(await shared.load()).toBeUndefined();
    expect(key).toHaveBeenCalledTimes(1);
    expect(log.warn).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is taken as a copy, without what does not belong to it", async () => {
    const found = { ...session(), expiresAt: ago(-5_000), refreshToken: canary("refresh-token-in-a-store"), more: 1 };
    const loaded = await sharedIn(storeOf(found)).shared.load();
    const { more: _, ...known } = found;
    expect(loaded).toEqual(known);
    expect(loaded).not.toBe(found);
  });

  it.each<[string, unknown]>([
    ["a text", "token"],
    ["null", null],
    ["no token", { obtainedAt: "2026-01-01T00:00:00.000Z" }],
    ["a token that is no text", { token: 1, obtainedAt: "2026-01-01T00:00:00.000Z" }],
    ["no time", { token }],
    ["a time that is none", { token, obtainedAt: "yesterday" }],
    ["a time that is no text", { token, obtainedAt: 5 }],
    ["an end that is none", { token, obtainedAt: "2026-01-01T00:00:00.000Z", expiresAt: "soon" }],
    ["an end that is no text", { token, obtainedAt: "2026-01-01T00:00:00.000Z", expiresAt: 5 }],
    ["a token that no header can carry", { token: "a\r\nb", obtainedAt: "2026-01-01T00:00:00.000Z" }],
    ["an empty refresh token", { token, obtainedAt: "2026-01-01T00:00:00.000Z", refreshToken: "" }],
    ["a refresh token that is no text", { token, obtainedAt: "2026-01-01T00:00:00.000Z", refreshToken: 5 }],
  ])("that is %s counts as none, and is no trouble with the store", async (_name, found) => {
    const { shared, log } = sharedIn(storeOf(found));
    expect(await shared.load()).toBeUndefined();
    expect(log.warn).not.toHaveBeenCalled();
  });
});

describe("a store that fails", () => {
  const failing = (error: unknown): SessionStore => ({
    get: () => Promise.reject(error), set: () => Promise.reject(error), delete: () => Promise.reject(error), withLock: () => Promise.reject(error),
  });

  it("fails nothing, and is told once, without what it said", async () => {
    const { shared, log } = sharedIn(failing(new RangeError(`no place for ${token}`)));
    expect(await shared.load()).toBeUndefined();
    await shared.save(session());
    await shared.drop(token);
    expect(await shared.locked(() => Promise.resolve("made"))).toBe("made");
    expect(log.warn.mock.calls).toEqual([[unavailable, { error: "RangeError" }]]);
  });

  it.each([["save", (shared: SharedSessions) => shared.save(session())], ["drop", (shared: SharedSessions) => shared.drop(token)], ["locked", (shared: SharedSessions) => shared.locked(() => Promise.resolve())]])(
    "with what is no error is told by its type (%s)", async (_name, act) => {
      const { shared, log } = sharedIn(failing(`no place for ${token}`));
      await act(shared);
      expect(log.warn.mock.calls).toEqual([[unavailable, { error: "string" }]]);
    });

  it("by throwing at once fails nothing either", async () => {
    const store = memorySessionStore();
    store.get = () => { throw new TypeError("no"); };
    store.withLock = () => { throw new TypeError("no"); };
    const { shared } = sharedIn(store);
    expect(await shared.load()).toBeUndefined();
    expect(await shared.locked(() => Promise.resolve("made"))).toBe("made");
  });

  it("for want of a key fails nothing either", async () => {
    const { shared, log } = sharedIn(memorySessionStore(), vi.fn(() => Promise.reject(new Error("no crypto here"))));
    expect(await shared.load()).toBeUndefined();
    expect(await shared.locked(() => Promise.resolve("made"))).toBe("made");
    expect(log.warn).toHaveBeenCalledTimes(1);
  });
});

describe("a store that hangs", () => {
  const never = (): Promise<never> => deferred<never>().promise;
  const acts: [string, (shared: SharedSessions) => Promise<unknown>][] = [
    ["load", (shared) => shared.load()], ["save", (shared) => shared.save(session())], ["drop", (shared) => shared.drop(token)],
  ];
  it.each(acts)("holds up %s for two seconds, and is told", async (_name, act) => {
    const { shared, log } = sharedIn({ get: never, set: never, delete: never });
    const done = watched(act(shared).then(() => "done"));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(done).toEqual({});
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toEqual({ value: "done" });
    expect(log.warn.mock.calls).toEqual([[unavailable, { error: "Error" }]]);
  });

  it("does not keep the process alive", async () => {
    const unref = vi.fn();
    vi.spyOn(globalThis, "setTimeout").mockReturnValue({ unref } as unknown as ReturnType<typeof setTimeout>);
    const { shared } = sharedIn({ get: never, set: never, delete: never, withLock: never });
    void shared.load();
    expect(unref).toHaveBeenCalledTimes(1);
    void shared.locked(never);
    expect(unref).toHaveBeenCalledTimes(2);
  });
});

describe("what is to run under a store's lock", () => {
  it("runs at once where the store has none", async () => {
    const { get, set, delete: remove } = memorySessionStore();
    const { shared, key } = sharedIn({ get, set, delete: remove });
    expect(await shared.locked(() => Promise.resolve("made"))).toBe("made");
    expect(key).not.toHaveBeenCalled();
  });

  it("runs once, while it is held, with ten seconds to wait for it, and leaves no timer", async () => {
    let held = false;
    const fn = vi.fn(() => Promise.resolve(held));
    const withLock = vi.fn(async (run: () => Promise<unknown>, _options: { timeout: number; signal: AbortSignal }) => {
      held = true;
      const result = await run();
      held = false;
      return result;
    });
    expect(await sharedIn(storeWithLock(withLock)).shared.locked(fn)).toBe(true);
    expect(fn).toHaveBeenCalledTimes(1);
    expect(withLock).toHaveBeenCalledWith(expect.any(Function), { timeout: 10_000, signal: expect.any(AbortSignal) as AbortSignal });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("fails with its own error, which is no trouble with the store, and does not run again", async () => {
    const fn = vi.fn(() => Promise.reject(new TypeError("refused")));
    const { shared, log } = sharedIn(memorySessionStore());
    expect(await caught(shared.locked(fn))).toMatchObject({ message: "refused" });
    expect(fn).toHaveBeenCalledTimes(1);
    expect(log.warn).not.toHaveBeenCalled();
  });

  it("gives what it gave though the lock gives something else, or nothing", async () => {
    expect(await sharedIn(storeWithLock((run) => run().then(() => "the lock's own"))).shared.locked(() => Promise.resolve("made"))).toBe("made");
    const fn = vi.fn(() => Promise.resolve("made"));
    expect(await sharedIn(storeWithLock(() => Promise.resolve("never ran it"))).shared.locked(fn)).toBe("made");
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it("runs once where the lock runs it twice, and where it fails after it ran", async () => {
    const fn = vi.fn(() => Promise.resolve("made"));
    const { shared, log } = sharedIn(storeWithLock(async (run) => {
      await run();
      await run();
      throw new Error("the lock was lost");
    }));
    expect(await shared.locked(fn)).toBe("made");
    expect(fn).toHaveBeenCalledTimes(1);
    expect(log.warn).not.toHaveBeenCalled();
  });

  it("runs without it after twelve seconds where the lock hangs, whose waiting is ended by then", async () => {
    let signal: AbortSignal | undefined;
    let late: (() => Promise<unknown>) | undefined;
    const { shared } = sharedIn(storeWithLock((run, options) => {
      ({ signal } = options);
      late = run;
      return deferred<never>().promise;
    }));
    const fn = vi.fn(() => Promise.resolve("made"));
    const done = watched(shared.locked(fn));
    await vi.advanceTimersByTimeAsync(11_999);
    expect(fn).not.toHaveBeenCalled();
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await settled();
    expect(done).toEqual({ value: "made" });
    expect(signal?.aborted).toBe(true);
    expect(await late?.()).toBe("made");
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it("is waited for however long it takes itself, once it runs", async () => {
    const slow = deferred<string>();
    const done = watched(sharedIn(memorySessionStore()).shared.locked(() => slow.promise));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done).toEqual({});
    slow.resolve("made");
    await settled();
    expect(done).toEqual({ value: "made" });
  });
});
