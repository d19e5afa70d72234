import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { equalJitter, fullJitter, retryAfter, RetryBudget } from "../../../src/core/transport/backoff.ts";
import { answerOf } from "./support.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const asked = (value: string) => retryAfter(answerOf(429, "", { "retry-after": value }));
const attempt = fc.integer({ min: 0, max: 2_000 });
const base = fc.integer({ min: 1, max: 10_000 });
const maximum = fc.integer({ min: 0, max: 2_147_483_647 });

test("full jitter lies between nothing and the doubled base, and below the maximum", () => {
  fc.assert(
    fc.property(attempt, base, maximum, (n, b, max) => {
      const delay = fullJitter(n, b, max);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.min(max, b * 2 ** n));
    }),
  );
});

test("equal jitter lies between a half of that and the whole", () => {
  fc.assert(
    fc.property(attempt, base, maximum, (n, b, max) => {
      const delay = equalJitter(n, b, max);
      const ceiling = Math.min(max, b * 2 ** Math.min(n, 30));
      expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
      expect(delay).toBeLessThanOrEqual(ceiling);
    }),
  );
});

test("jitter uses its whole range, so that clients do not come back together", () => {
  const random = vi.spyOn(Math, "random");
  random.mockReturnValue(0);
  expect([fullJitter(3, 200, 8000), equalJitter(3, 200, 8000)]).toEqual([0, 800]);
  random.mockReturnValue(0.5);
  expect([fullJitter(3, 200, 8000), equalJitter(3, 200, 8000)]).toEqual([800, 1200]);
  expect(fullJitter(40, 200, 8000)).toBe(4000);
});

test.each([
  ["0", 0],
  ["5", 5_000],
  [" 5 ", 5_000],
  ["1.5", 1_500],
  ["61", 61_000],
  ["86400", 86_400_000],
])("Retry-After: %j means %i ms", (value, ms) => {
  expect(asked(value)).toBe(ms);
});

test.each([
  ["Tue, 05 May 2026 10:00:30 GMT", 30_000],
  ["Tuesday, 05-May-26 10:00:30 GMT", 30_000],
  ["Tue May  5 10:00:30 2026", 30_000],
  ["2026-05-05T10:00:30Z", 30_000],
  ["Tue, 05 May 2026 10:00:00 GMT", 0],
  ["Tue, 05 May 2026 09:00:00 GMT", 0],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 0],
])("Retry-After: %s is a date; one that is past means 0", (value, ms) => {
  vi.useFakeTimers({ now: Date.parse("2026-05-05T10:00:00Z"), toFake: ["Date"] });
  expect(asked(value)).toBe(ms);
});

test.each(["", "soon", "-5", "soon 5", "5s", "1e3", "NaN", "Infinity", "5, 10", "0x10", "Tue, 99 Foo 2026"])("Retry-After: %j says nothing", (value) => {
  expect(asked(value)).toBeUndefined();
});

test("without the header nothing is asked", () => {
  expect(retryAfter(answerOf(429, ""))).toBeUndefined();
});

test("a budget gives as many retries as it holds", () => {
  const budget = new RetryBudget(3);
  expect([budget.take(), budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, true, false, false]);
});

test("ten successes earn one retry, not nine and not more than one", () => {
  const budget = new RetryBudget(1);
  for (let round = 0; round < 20; round += 1) {
    expect(budget.take()).toBe(true);
    for (let success = 0; success < 9; success += 1) budget.earn();
    expect(budget.take()).toBe(false);
    budget.earn();
  }
  expect([budget.take(), budget.take()]).toEqual([true, false]);
});

test("successes do not fill a budget beyond its size", () => {
  const budget = new RetryBudget(2);
  for (let success = 0; success < 1_000; success += 1) budget.earn();
  expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
});
