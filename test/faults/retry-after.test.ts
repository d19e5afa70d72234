import { describe, expect, test } from "vitest";
import { RateLimitError } from "keylight";
import { transportName } from "../support/transport.ts";
import { gaps } from "./ledger.ts";
import { failure, many, timed, withApiKey, withToken, withUserKey, write } from "./support.ts";

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

describe(`over ${transportName}`, () => {
  test("seconds are waited to the full: of a 429 and of a 503 for a query, of a 429 for a write, which takes effect once", async () => {
    const cases = [[429, "query Read { version }"], [503, "query Read { version }"], [429, write]] as const;
    // At the same time, since each waits a second.
    await many(cases.length, async (index) => {
      const [status, document] = cases[index] ?? cases[0];
      const { server, client } = await withToken();
      const operation = document === write ? "Write" : "Read";
      server.script(operation, { status, body: "", headers: { "retry-after": "1" } });
      const { attempts } = await client.rawRequest(document);
      const [gap = 0] = gaps(server.of(operation));
      expect(gap).toBeGreaterThanOrEqual(997);
      expect(gap).toBeLessThan(4_000);
      expect(attempts.map(({ waitedMs }) => waitedMs)).toEqual([0, 1000]);
      expect(server.of(operation).map(({ ran }) => ran)).toEqual([false, true]);
    });
  });

  test("a date is waited for", async () => {
    const { server, client } = await withApiKey();
    // A date has whole seconds, so that it is one to two seconds off.
    const until = inSeconds(2);
    server.script("Me", { status: 429, body: "", headers: { "retry-after": until } });
    await client.me();
    expect(server.of("Me")).toHaveLength(2);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until) - 3);
  });

  test.each([
    ["a date that is past", () => "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["this moment", () => inSeconds(0)],
    ["no seconds", () => "0"],
  ])("%s means at once", async (_what, value) => {
    const { server, client } = await withApiKey();
    server.script("Me", { status: 429, body: "", headers: { "retry-after": value() } });
    const { attempts } = await client.rawRequest("query Me { me { id } }");
    expect(attempts.map(({ waitedMs }) => waitedMs)).toEqual([0, 0]);
    expect(server.of("Me")).toHaveLength(2);
  });

  test.each([
    ["61 seconds", () => "61", 61_000],
    ["a day", () => "86400", 86_400_000],
    ["a date in two hours", () => inSeconds(7_200), 7_200_000],
  ])("%s are above what is waited: the call fails at once and says how long", async (_what, value, wanted) => {
    const { server, client } = await withApiKey({ timeout: 120_000 });
    server.script("Me", { status: 429, body: "", headers: { "retry-after": value() } });
    const { outcome: error, ms } = await timed(() => failure(client.me()));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(Math.abs((error.retryAfterMs ?? 0) - wanted)).toBeLessThan(3_000);
    expect(error.retryable).toBe(true);
    expect(ms).toBeLessThan(1_000);
    expect(server.of("Me")).toHaveLength(1);
  });

  test.each([429, 503])("a wait beyond the call's deadline after a %i: it fails at once and says how long", async (status) => {
    const { server, client } = await withApiKey({ timeout: 2_500 });
    server.script("Me", { status, body: "", headers: { "retry-after": "4" } });
    const { outcome: error, ms } = await timed(() => failure(client.me()));
    expect(error).toMatchObject({ status, retryAfterMs: 4_000 });
    expect(ms).toBeLessThan(1_500);
    expect(server.of("Me")).toHaveLength(1);
  });

  test.each(["soon", "-5", "", "1e9"])("%j says nothing: the usual wait applies", async (value) => {
    const { server, client } = await withApiKey({ retry: { attempts: 1, maxDelay: 20 } });
    server.script("Me", { status: 429, body: "", headers: { "retry-after": value } });
    const { ms } = await timed(() => client.me());
    expect(ms).toBeLessThan(1_000);
    expect(server.of("Me")).toHaveLength(2);
  });

  test("a login that is put off beyond the deadline fails its callers at once, who are told how long", async () => {
    const { server, client } = await withUserKey({ timeout: 2_500 });
    server.script("LoginWithUserKey", { status: 503, body: "", headers: { "retry-after": "30" } });
    const { outcome: error, ms } = await timed(() => failure(client.me()));
    expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: true, retryAfterMs: expect.any(Number) });
    expect(error.retryAfterMs).toBeGreaterThan(28_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(30_000);
    expect(ms).toBeLessThan(1_500);
    expect(await failure(client.me())).toMatchObject({ code: "LOGIN_FAILED", retryAfterMs: expect.any(Number) });
    expect([server.logins, server.of("Me").length]).toEqual([1, 0]);
  });
});
