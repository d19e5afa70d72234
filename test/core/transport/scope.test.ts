import { getEventListeners } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { CallScope, ScopeEnded, type ScopeOptions } from "../../../src/core/transport/scope.ts";
import { rejection } from "./support.ts";

function scopeOf(options: Partial<ScopeOptions> = {}): CallScope {
  const scope = new CallScope({ timeout: 10_000, ...options });
  onTestFinished(() => { scope.dispose(); });
  return scope;
}
const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;
const forever = () => new Promise<never>(() => undefined);

test("the deadline ends a scope, once", async () => {
  const scope = scopeOf({ timeout: 20 });
  const heard = vi.fn();
  scope.onEnd(heard);
  expect(() => { scope.check(); }).not.toThrow();
  const error = await rejection(scope.race(forever()));
  expect(error).toBeInstanceOf(ScopeEnded);
  expect((error as ScopeEnded).end).toEqual({ cause: "timeout" });
  expect(() => { scope.check(); }).toThrow(error);
  scope.end({ cause: "closed" });
  expect(heard).toHaveBeenCalledOnce();
  expect(() => { scope.check(); }).toThrow("timeout");
});

test("what remains shrinks and never falls below zero", async () => {
  const scope = scopeOf({ timeout: 30 });
  const first = scope.remaining;
  expect(first).toBeLessThanOrEqual(30);
  await rejection(scope.sleep(1000));
  expect(scope.remaining).toBeLessThanOrEqual(first);
  expect(scope.remaining).toBeGreaterThanOrEqual(0);
});

test("an abort ends a scope at once, with the signal's own reason", async () => {
  const controller = new AbortController();
  const scope = scopeOf({ signal: controller.signal });
  const racing = rejection(scope.race(forever()));
  const reason = { any: "thing" };
  controller.abort(reason);
  expect(() => { scope.check(); }).toThrow(ScopeEnded);
  expect(((await racing) as ScopeEnded).end).toEqual({ cause: "aborted", reason });
});

test("a signal that is aborted already ends a scope at its beginning, and hears no listener", () => {
  const signal = AbortSignal.abort("early");
  const scope = scopeOf({ signal });
  expect(() => { scope.check(); }).toThrow(ScopeEnded);
  expect(listeners(signal)).toBe(0);
});

test("the listener goes when the scope is done, timed out or closed", async () => {
  const { signal } = new AbortController();
  const done = scopeOf({ signal });
  expect(listeners(signal)).toBe(1);
  done.dispose();
  expect(listeners(signal)).toBe(0);
  scopeOf({ signal }).end({ cause: "closed" });
  expect(listeners(signal)).toBe(0);
  await rejection(scopeOf({ signal, timeout: 5 }).race(forever()));
  expect(listeners(signal)).toBe(0);
});

test("two thousand scopes share a signal without a warning, all end with it, and nothing is left", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  onTestFinished(() => void process.off("warning", warned));
  const controller = new AbortController();
  const scopes = Array.from({ length: 2_000 }, () => scopeOf({ signal: controller.signal }));
  for (const scope of scopes.slice(0, 500)) scope.dispose();
  const ended = vi.fn();
  for (const scope of scopes) scope.onEnd(ended);
  controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(ended).toHaveBeenCalledTimes(1_500);
  expect(listeners(controller.signal)).toBe(0);
  expect(warned).not.toHaveBeenCalled();
});

test("a scope that begins while others of its signal have gone still hears the abort", () => {
  const controller = new AbortController();
  scopeOf({ signal: controller.signal }).dispose();
  const scope = scopeOf({ signal: controller.signal });
  scope.dispose();
  scope.dispose();
  const last = scopeOf({ signal: controller.signal });
  controller.abort("now");
  expect(() => { last.check(); }).toThrow(ScopeEnded);
  expect(() => { scope.check(); }).not.toThrow();
});

test("a scope that is done is not ended by its signal or its deadline any more", async () => {
  const controller = new AbortController();
  const scope = scopeOf({ signal: controller.signal, timeout: 10 });
  scope.dispose();
  controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 25));
  expect(() => { scope.check(); }).not.toThrow();
});

test("onEnd can be taken back, and calls at once when the end has come", () => {
  const scope = scopeOf();
  const [kept, taken, late] = [vi.fn(), vi.fn(), vi.fn()];
  scope.onEnd(kept);
  scope.onEnd(taken)();
  scope.end({ cause: "closed" });
  scope.onEnd(late)();
  expect([kept, taken, late].map((fn) => fn.mock.calls.length)).toEqual([1, 0, 1]);
});

test("race gives the promise's own outcome when that comes first", async () => {
  const scope = scopeOf();
  await expect(scope.race(Promise.resolve(5))).resolves.toBe(5);
  await expect(scope.race(Promise.reject(new Error("own")))).rejects.toThrow("own");
  scope.end({ cause: "closed" });
  await expect(scope.race(Promise.reject(new Error("too late")))).rejects.toBeInstanceOf(ScopeEnded);
});

test("sleep takes its time, and an end of the scope wakes it", async () => {
  const scope = scopeOf();
  const before = performance.now();
  await scope.sleep(30);
  expect(performance.now() - before).toBeGreaterThan(25);
  const sleeping = rejection(scope.sleep(60_000));
  scope.end({ cause: "closed" });
  expect(await sleeping).toBeInstanceOf(ScopeEnded);
  await expect(scope.sleep(60_000)).rejects.toBeInstanceOf(ScopeEnded);
});

test("a scope is among the open ones as long as it lives", () => {
  const open = new Set<CallScope>();
  const [one, two] = [scopeOf({ open }), scopeOf({ open })];
  expect(open).toEqual(new Set([one, two]));
  one.dispose();
  expect(open).toEqual(new Set([two]));
  two.end({ cause: "closed" });
  expect(open.size).toBe(0);
  scopeOf({ open, signal: AbortSignal.abort() });
  expect(open.size).toBe(0);
});

test("neither a scope that ended nor a sleep in it leaves a timer behind", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const scope = scopeOf();
  const sleeping = rejection(scope.sleep(60_000));
  expect(vi.getTimerCount()).toBe(2);
  scope.end({ cause: "closed" });
  expect(vi.getTimerCount()).toBe(0);
  expect(await sleeping).toBeInstanceOf(ScopeEnded);
});
