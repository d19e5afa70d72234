import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import type { SessionStore } from "../../../src/core/session/store.ts";
import { sessionStoreContract } from "../../../src/testing/session-store/contract.ts";
import { ago, caught, deferred, settled, tokenOf } from "./manager-support.ts";

describe("the contract is kept", () => {
  for (const { name, run } of sessionStoreContract(() => memorySessionStore())) it(name, run);
});

describe("a session in memory", () => {
  it("is a copy: neither what was given nor what was taken changes it", async () => {
    const store = memorySessionStore();
    const given = { token: tokenOf(1), obtainedAt: ago(0) };
    await store.set("key", given);
    given.token = tokenOf(2);
    const taken = await store.get("key");
    expect(taken).toMatchObject({ token: tokenOf(1) });
    Object.assign(taken ?? {}, { token: tokenOf(3) });
    expect(await store.get("key")).toMatchObject({ token: tokenOf(1) });
  });

  it("is deleted only while its token is the given one, or whatever it is where none is given", async () => {
    const store = memorySessionStore();
    await store.set("key", { token: tokenOf(1), obtainedAt: ago(0) });
    await store.delete("other", tokenOf(1));
    await store.delete("key", tokenOf(2));
    expect(await store.get("key")).toMatchObject({ token: tokenOf(1) });
    await store.delete("key", tokenOf(1));
    expect(await store.get("key")).toBeUndefined();
    await store.set("key", { token: tokenOf(1), obtainedAt: ago(0) });
    await store.delete("key");
    expect(await store.get("key")).toBeUndefined();
  });
});

describe("the lock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A runner of one store and key, and what ran so far. */
  function runner(store: SessionStore = memorySessionStore()) {
    const ran: string[] = [];
    const under = <T>(name: string, work: Promise<T>, { key = "key", timeout = 1_000, signal = new AbortController().signal } = {}): Promise<T> | undefined =>
      store.withLock?.(key, () => {
        ran.push(name);
        return work;
      }, { timeout, signal });
    return { ran, under };
  }

  it("lets one run after the other, in their order, whatever became of the one before, and leaves no timer", async () => {
    const { ran, under } = runner();
    const [first, second] = [deferred<string>(), deferred<string>()];
    const failing = caught(under("first", first.promise) ?? Promise.resolve());
    const running = under("second", second.promise);
    const last = under("third", Promise.resolve("3"));
    await settled();
    expect(ran).toEqual(["first"]);
    first.reject(new RangeError("failed"));
    expect(await failing).toMatchObject({ message: "failed" });
    await settled();
    expect(ran).toEqual(["first", "second"]);
    second.resolve("2");
    expect([await running, await last]).toEqual(["2", "3"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is waited for by who comes when the first of two is through and the second still runs", async () => {
    const { ran, under } = runner();
    const [first, second] = [deferred(), deferred()];
    void under("first", first.promise);
    void under("second", second.promise);
    first.resolve(undefined);
    await settled();
    void under("third", Promise.resolve());
    await settled();
    expect(ran).toEqual(["first", "second"]);
    second.resolve(undefined);
    await settled();
    expect(ran).toEqual(["first", "second", "third"]);
  });

  it("of one key is none for another", async () => {
    const { ran, under } = runner();
    void under("first", deferred().promise);
    await under("other", Promise.resolve(), { key: "other" });
    expect(ran).toEqual(["first", "other"]);
  });

  it("is waited for no longer than the time, and then done without; who comes later waits for all before", async () => {
    const { ran, under } = runner();
    const [first, second] = [deferred(), deferred()];
    void under("first", first.promise);
    void under("second", second.promise, { timeout: 50 });
    await vi.advanceTimersByTimeAsync(49);
    expect(ran).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ran).toEqual(["first", "second"]);
    void under("third", Promise.resolve(), { timeout: 10_000 });
    second.resolve(undefined);
    await settled();
    expect(ran).toEqual(["first", "second"]);
    first.resolve(undefined);
    await settled();
    expect(ran).toEqual(["first", "second", "third"]);
  });

  it("is given up with the reason of an abort, before or while it is waited for; then nothing runs and nothing is left", async () => {
    const { ran, under } = runner();
    const first = deferred();
    void under("first", first.promise);
    const abort = new AbortController();
    const leaving = caught(under("second", Promise.resolve(), { signal: abort.signal }) ?? Promise.resolve());
    await settled();
    abort.abort("left");
    expect(await leaving).toBe("left");
    expect(await caught(under("third", Promise.resolve(), { signal: abort.signal }) ?? Promise.resolve())).toBe("left");
    expect([vi.getTimerCount(), getEventListeners(abort.signal, "abort").length]).toEqual([0, 0]);
    first.resolve(undefined);
    await settled();
    expect(ran).toEqual(["first"]);
  });

  it("leaves no listener on the signal of who had to wait", async () => {
    const { under } = runner();
    const [first, { signal }] = [deferred(), new AbortController()];
    void under("first", first.promise);
    const second = under("second", Promise.resolve(), { signal });
    await settled();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    first.resolve(undefined);
    await second;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
