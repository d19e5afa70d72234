import { afterEach, describe, expect, test, vi } from "vitest";
import { retryAfter, RetryBudget } from "../../../src/core/transport/backoff.ts";
import { answerOf } from "./support.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("Retry-After", () => {
  test("is read though white space stands around it", () => {
    expect(retryAfter({ ...answerOf(429, ""), header: (name) => (name === "retry-after" ? " 5\t" : undefined) })).toBe(5_000);
  });

  test("may have any number of decimals", () => {
    expect(retryAfter(answerOf(429, "", { "retry-after": "1.2345" }))).toBe(1_234.5);
  });

  test.each([["is absent", {}], ["is empty", { "retry-after": "" }], ["is white space", { "retry-after": "  " }]])("that %s asks for nothing", (_what, headers: Record<string, string>) => {
    expect(retryAfter(answerOf(429, "", headers))).toBeUndefined();
  });

  test.each(["Tue May  5 10:00:30 2026", "Tue, 05 May 2026 10:00:30 GMT"])("as the date %s means Greenwich, wherever the machine stands", (date) => {
    vi.stubEnv("TZ", "America/New_York");
    vi.useFakeTimers({ now: Date.parse("2026-05-05T10:00:00Z"), toFake: ["Date"] });
    expect(retryAfter(answerOf(429, "", { "retry-after": date }))).toBe(30_000);
  });

  test("as a date counts by the server's own clock where it tells it, however wrong this one goes", () => {
    vi.useFakeTimers({ now: Date.parse("2020-01-01T00:00:00Z"), toFake: ["Date"] });
    const headers = { "retry-after": "Tue, 05 May 2026 10:00:30 GMT", date: "Tue, 05 May 2026 10:00:00 GMT" };
    expect(retryAfter(answerOf(429, "", headers))).toBe(30_000);
    expect(retryAfter(answerOf(429, "", { ...headers, date: "today" }))).toBe(Date.parse("2026-05-05T10:00:30Z") - Date.parse("2020-01-01T00:00:00Z"));
  });
});

describe("a retry budget", () => {
  test("that is full earns nothing, not even a part of a retry", () => {
    const budget = new RetryBudget(1);
    budget.earn();
    expect(budget.take()).toBe(true);
    for (let success = 0; success < 9; success += 1) budget.earn();
    expect(budget.take()).toBe(false);
    budget.earn();
    expect(budget.take()).toBe(true);
  });
});
