import { describe, expect, test } from "vitest";
import { RateLimitError } from "keylight";
import { adminOf, answering, failure, fakeLumoAuth, page, type Reply } from "./support.ts";

/** The documented bodies, and what tells how long to wait. */
const documented = '{"error":true,"message":"Rate limit exceeded. Retry after 30 seconds.","status":429,"code":"rate_limit_exceeded"}';
const reset = 1_893_456_000;
const quota = { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
const told = { limit: 100, remaining: 0, resetAt: "2030-01-01T00:00:00.000Z" };
const json = { "content-type": "application/json" };

describe("a refusal of one request too many", () => {
  test.each<[string, Reply, number | undefined]>([
    ["seconds in the header", { body: documented, headers: { ...json, "retry-after": "30" } }, 30_000],
    ["a date in the header", { body: documented, headers: { ...json, date: "Tue, 01 Jan 2030 00:00:00 GMT", "retry-after": "Tue, 01 Jan 2030 00:00:45 GMT" } }, 45_000],
    ["seconds in the body", { body: '{"error":"rate_limit_exceeded","error_description":"Slow down.","retry_after":30}', headers: json }, 30_000],
    ["both: the header", { body: '{"error":"rate_limit_exceeded","error_description":"Slow down.","retry_after":30}', headers: { ...json, "retry-after": "20" } }, 20_000],
    ["neither", { body: documented, headers: json }, undefined],
    ["no JSON, with the header", { body: "<html>", headers: { "retry-after": "30" } }, 30_000],
    ["nonsense", { body: '{"error":"rate_limit_exceeded","retry_after":-5}', headers: { ...json, "retry-after": "soon" } }, undefined],
  ])("tells how long to wait: %s", async (_, reply, retryAfterMs) => {
    const { client } = await answering({ status: 429, ...reply, headers: { ...quota, ...reply.headers } }, { retry: { attempts: 0 } });
    const error = await failure(client.users.get(1), RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "RATE_LIMITED", retryable: true, mayHaveExecuted: false });
    expect([error.retryAfterMs, error.rateLimit]).toEqual([retryAfterMs, told]);
    expect(client.rateLimit).toEqual(told);
  });

  test("is waited for, and the call succeeds, a write too: nothing of it ran", async () => {
    const fake = fakeLumoAuth({ rateLimit: { requests: 1, perMs: 1000 } });
    const client = adminOf(fake);
    const started = performance.now();
    await client.users.list().toArray();
    await client.users.create({ email: "a@b.example" });
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(fake.requests.map(({ method, status }) => [method, status])).toEqual([["GET", 200], ["POST", 429], ["POST", 201]]);
  });

  test("that asks for more time than the call has fails at once", async () => {
    const { client, visits } = await answering({ status: 429, body: documented, headers: { ...json, "retry-after": "50" } });
    const started = performance.now();
    const error = await failure(client.users.get(1, { timeout: 10_000 }), RateLimitError);
    expect([error.retryAfterMs, visits.length, performance.now() - started < 2_000]).toEqual([50_000, 1, true]);
  });
});

describe("what the server says of its limits", () => {
  test("is undefined before it says anything, and then what it said last", async () => {
    const remaining = ["9", undefined, "7"];
    const { client } = await answering((_, nth): Reply => {
      const left = remaining[nth - 1];
      return { ...page([]), headers: left === undefined ? {} : { "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": left } };
    });
    expect(client.rateLimit).toBeUndefined();
    const seen: unknown[] = [];
    for (let index = 0; index < 3; index += 1) {
      await client.users.list().toArray();
      seen.push(client.rateLimit);
    }
    expect(seen).toEqual([{ limit: 10, remaining: 9 }, { limit: 10, remaining: 9 }, { limit: 10, remaining: 7 }]);
  });

  test.each<[Record<string, string>, object | undefined]>([
    [{ "x-ratelimit-limit": "100", "x-ratelimit-remaining": "99", "x-ratelimit-reset": String(reset) }, { limit: 100, remaining: 99, resetAt: told.resetAt }],
    [{ "x-ratelimit-reset": "99999999999999" }, undefined],
    [{ "x-ratelimit-limit": "-1", "x-ratelimit-remaining": "many", "x-ratelimit-reset": "1e9" }, undefined],
    [{ "x-ratelimit-limit": "", "x-ratelimit-remaining": "0" }, { remaining: 0 }],
  ])("is read from %j", async (headers, expected) => {
    const { client } = await answering({ ...page([]), headers });
    await client.users.list().toArray();
    expect(client.rateLimit).toEqual(expected);
  });
});
