import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SessionStoreError } from "../../../src/errors/index.ts";
import { placeOnDemand, poll, sharedSessionStore, storeTrouble, type SharedPlace } from "../../../src/core/session/file-or-keyv.ts";
import type { StoredSession } from "../../../src/core/session/store.ts";
import { caught, deferred, settled, storeWith, tokenOf } from "./manager-support.ts";

const at = (number: number): StoredSession => ({ token: tokenOf(number), obtainedAt: new Date(Date.UTC(2026, 0, number)).toISOString() });
const full = new Error("no place");
const options = () => ({ timeout: 1_000, signal: new AbortController().signal });

/** A store over a place that can be made to fail. */
async function sharedOver(held?: StoredSession) {
  const inner = held === undefined ? undefined : await storeWith(held);
  let kept = inner === undefined ? undefined : await inner.get("key");
  const place = {
    get: vi.fn<SharedPlace["get"]>(() => Promise.resolve(kept)),
    set: vi.fn<SharedPlace["set"]>((_key, session) => { kept = session; return Promise.resolve(); }),
    delete: vi.fn<SharedPlace["delete"]>(() => { kept = undefined; return Promise.resolve(); }),
    take: vi.fn<SharedPlace["take"]>(() => Promise.resolve(undefined)),
  };
  return { place, store: sharedSessionStore(place) };
}

describe("a store over a shared place", () => {
  it("keeps there what it is given", async () => {
    const { place, store } = await sharedOver();
    await store.set("key", at(2));
    expect(place.set).toHaveBeenCalledWith("key", at(2));
    expect(await store.get("key")).toEqual(at(2));
    await store.delete("key", tokenOf(2));
    expect(place.delete).toHaveBeenCalledWith("key", tokenOf(2));
    expect(await store.get("key")).toBeUndefined();
  });

  it("goes on in memory with what the place cannot take, and says so", async () => {
    const { place, store } = await sharedOver();
    place.set.mockRejectedValue(full);
    expect(await caught(store.set("key", at(2)))).toBe(full);
    expect(await store.get("key")).toEqual(at(2));
    place.get.mockRejectedValue(full);
    expect(await store.get("key")).toEqual(at(2));
    place.delete.mockRejectedValue(full);
    expect(await caught(store.delete("key"))).toBe(full);
    expect(await caught(store.get("key"))).toBe(full);
  });

  it.each([["later", 3, 3], ["earlier", 1, 2], ["of the same moment", 2, 2]])("gives the later of the two where the one that it holds is %s", async (_what, place, expected) => {
    const { place: shared, store } = await sharedOver({ ...at(place), token: tokenOf(place === 2 ? 2 : place) });
    shared.set.mockRejectedValueOnce(full);
    await caught(store.set("key", at(2)));
    expect(await store.get("key")).toEqual(at(expected));
  });

  it("forgets what it kept in memory once the place has taken a session", async () => {
    const { place, store } = await sharedOver();
    place.set.mockRejectedValueOnce(full);
    await caught(store.set("key", at(3)));
    await store.set("key", at(2));
    expect(await store.get("key")).toEqual(at(2));
  });

  it("takes the place's lock with the time that is left, and lets it go, whatever becomes of it", async () => {
    const { place, store } = await sharedOver();
    const release = vi.fn(() => Promise.reject(full));
    place.take.mockResolvedValue(release);
    const { signal } = new AbortController();
    expect(await caught(Promise.resolve(store.withLock?.("key", () => Promise.reject(new RangeError("own")), { timeout: 1_000, signal })))).toMatchObject({ message: "own" });
    expect(release).toHaveBeenCalledTimes(1);
    const [key, wait] = place.take.mock.calls[0] ?? [];
    expect([key, wait?.signal]).toEqual(["key", signal]);
    expect(wait?.timeout).toBeLessThanOrEqual(1_000);
    expect(wait?.timeout).toBeGreaterThan(500);
  });

  it("runs without the place's lock where it cannot be had, one after the other all the same", async () => {
    const { place, store } = await sharedOver();
    place.take.mockRejectedValue(full);
    const first = deferred<string>();
    const ran: string[] = [];
    const running = store.withLock?.("key", () => { ran.push("first"); return first.promise; }, options());
    const next = store.withLock?.("key", () => { ran.push("next"); return Promise.resolve("next"); }, options());
    await settled();
    expect(ran).toEqual(["first"]);
    first.resolve("first");
    expect(await Promise.all([running, next])).toEqual(["first", "next"]);
  });

  it("runs nothing where the waiting for the place's lock ended with an abort", async () => {
    const { place, store } = await sharedOver();
    const abort = new AbortController();
    place.take.mockImplementation(() => { abort.abort("left"); return Promise.reject(full); });
    const run = vi.fn(() => Promise.resolve());
    expect(await caught(Promise.resolve(store.withLock?.("key", run, { timeout: 1_000, signal: abort.signal })))).toBe("left");
    expect(run).not.toHaveBeenCalled();
  });
});

describe("a place on demand", () => {
  it("is loaded when it is first used, and once for all who use it by then", async () => {
    const { place } = await sharedOver();
    const loading = deferred<SharedPlace>();
    const load = vi.fn(() => loading.promise);
    const store = sharedSessionStore(placeOnDemand(load));
    expect(load).not.toHaveBeenCalled();
    const saved = store.set("key", at(2));
    const found = store.get("key");
    loading.resolve(place);
    await saved;
    expect(await found).toEqual(at(2));
    await store.delete("key", tokenOf(2));
    expect(await store.withLock?.("key", () => Promise.resolve("held"), options())).toBe("held");
    expect(place.delete).toHaveBeenCalledWith("key", tokenOf(2));
    expect(place.take).toHaveBeenCalledWith("key", expect.objectContaining({ signal: expect.any(AbortSignal) }));
    expect(load).toHaveBeenCalledOnce();
  });

  it("that cannot be loaded is as one that takes nothing", async () => {
    const store = sharedSessionStore(placeOnDemand(() => Promise.reject(full)));
    expect(await caught(store.set("key", at(2)))).toBe(full);
    expect(await store.get("key")).toEqual(at(2));
    expect(await store.withLock?.("key", () => Promise.resolve("alone"), options())).toBe("alone");
  });
});

describe("trouble with a place", () => {
  it("that is ours already stays as it is", () => {
    const ours = new SessionStoreError("known");
    expect(storeTrouble("other", ours, "hint")).toBe(ours);
  });

  it("is told by name, code and syscall, without its text", () => {
    const error = storeTrouble("it cannot be read", Object.assign(new TypeError(`at ${tokenOf(1)}`), { code: "EIO", syscall: "read" }), "do this");
    expect(error).toMatchObject({ message: "it cannot be read", hint: "do this", retryable: true, cause: { name: "TypeError", code: "EIO", syscall: "read" } });
  });

  it("is told with what it has, and no more", () => {
    expect(storeTrouble("m", "text", "h").cause).toEqual({ name: "string" });
    expect(storeTrouble("m", Object.assign(new Error("x"), { code: "EIO" }), "h").cause).toEqual({ name: "Error", code: "EIO" });
    const unknown = storeTrouble("m", undefined, "h");
    expect(unknown).toMatchObject({ message: "m", hint: "h", retryable: true });
    expect(unknown).not.toHaveProperty("cause");
  });
});

describe("trying until there is a result", () => {
  it("tries once at least, also without any time", async () => {
    const attempt = vi.fn((): Promise<string | undefined> => Promise.resolve(undefined));
    expect(await poll(attempt, { timeout: 0 }, 5)).toBeUndefined();
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it("ends with the first result", async () => {
    const attempt = vi.fn(() => Promise.resolve<string | undefined>("taken")).mockResolvedValueOnce(undefined);
    expect(await poll(attempt, { timeout: 10_000 }, 1)).toBe("taken");
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it("ends with the time, though the next try would come much later", async () => {
    const attempt = vi.fn((): Promise<string | undefined> => Promise.resolve(undefined));
    expect(await poll(attempt, { timeout: 10 }, 100_000)).toBeUndefined();
    // The first one, and one at the end at least.
    expect(attempt.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it("ends with the signal's reason, in a pause too, and may be given any time", async () => {
    const abort = new AbortController();
    const attempt = vi.fn((): Promise<string | undefined> => Promise.resolve(undefined));
    const polling = caught(poll(attempt, { timeout: 1e15, signal: abort.signal }, 100_000));
    await settled();
    expect(attempt).toHaveBeenCalledTimes(1);
    abort.abort("left");
    expect(await polling).toBe("left");
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it.each([[0, 50], [0.5, 100], [0.99, 149]])("waits between a half and one and a half of the interval: with the draw %d, %i of 100 ms", async (draw, wait) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });
    vi.spyOn(Math, "random").mockReturnValue(draw);
    const attempt = vi.fn((): Promise<string | undefined> => Promise.resolve(attempt.mock.calls.length < 2 ? undefined : "taken"));
    const polling = poll(attempt, { timeout: 1_000 }, 100);
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(attempt).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await polling).toBe("taken");
    expect(vi.getTimerCount()).toBe(0);
  });
});
