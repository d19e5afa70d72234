import { afterEach, describe, expect, test, vi } from "vitest";
import { RateLimitError, TransportError } from "keylight";
import { times, type Fault } from "../faults/fault.ts";
import { gaps } from "../faults/ledger.ts";
import { failure, many, timed } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { houses } from "./houses.ts";
import { once, quick, withGiven } from "./world.ts";

afterEach(() => vi.restoreAllMocks());

const broken: readonly (readonly [what: string, fault: Fault])[] = [
  ["dropped after the request was read", { drop: "answer" }],
  ["dropped in the middle of the body", { drop: "body" }],
  ["shorter than its content-length", { truncate: "length" }],
  ["of pieces without the last one", { truncate: "chunked" }],
  ["no HTTP at all", { raw: "SSH-2.0-OpenSSH_9.6\r\n" }],
];

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

describe.each(houses)(`$name over ${transportName}: a read is sent again`, (house) => {
  test.each([502, 503, 504, 429])("after a %i with a web page, with nothing, and with the service's own words", async (status) => {
    const { server, client } = await withGiven(house, quick);
    for (const body of ["<html>busy</html>", "", house.rateLimited]) {
      server.script("read", { status, body }, { status, body });
      const before = server.reads;
      await client.read();
      expect(server.reads).toBe(before + 3);
    }
    expect(server.of("read").filter(({ ran }) => ran)).toHaveLength(3);
  });

  test.each(broken)("when the answer is %s", async (_what, fault) => {
    const { server, client } = await withGiven(house, quick);
    server.script("read", fault, fault);
    await client.read();
    expect(server.reads).toBe(3);
  });

  test("when the connection is cut before the request is read", async () => {
    const { server, client } = await withGiven(house, quick);
    server.hangUpOn = 2;
    await client.read();
    expect([server.unread, server.reads]).toEqual([2, 1]);
  });

  test("so often as retry.attempts says, and then fails with what the last attempt met, each attempt told", async () => {
    const { server, client } = await withGiven(house, quick);
    server.script("read", { drop: "answer" }, { status: 503, body: "" }, { status: 502, body: "<p>bad gateway</p>" });
    const error = await failure(client.read());
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ status: 502, retryable: true, mayHaveExecuted: false, attempts: [{}, { status: 503 }, { status: 502 }] });
    expect(server.reads).toBe(3);
    const other = await withGiven(house, once);
    other.server.script("read", { status: 503, body: "" });
    expect((await failure(other.client.read())).attempts).toHaveLength(1);
    expect(other.server.reads).toBe(1);
  });

  test("not after a 500, 501, 400, 404 or 418", async () => {
    const { server, client } = await withGiven(house, quick);
    for (const status of [500, 501, 400, 404, 418]) {
      server.script("read", { status, body: "<p>no</p>" });
      expect((await failure(client.read())).status).toBe(status);
    }
    expect(server.reads).toBe(5);
  });

  test("after waits that grow, to 200 ms and to the double of it, when chance says so", async () => {
    const { server, client } = await withGiven(house);
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    server.script("read", ...times(3, { status: 503, body: "" }));
    const { attempts = [] } = await failure(client.read());
    const [first = 0, second = 0] = gaps(server.of("read"));
    // Timers fire up to a millisecond early by the clock of performance.now().
    expect([first >= 197, second >= 397]).toEqual([true, true]);
    expect(attempts.map(({ waitedMs }) => waitedMs)).toEqual([0, 200, 400]);
  });

  test("after waits that chance spreads, never above maxDelay", async () => {
    const { server, client } = await withGiven(house, { retry: { attempts: 3, maxDelay: 30 } });
    server.decide = () => ({ status: 503, body: "" });
    const errors = await many(8, () => failure(client.read()));
    const waits = errors.flatMap(({ attempts = [] }) => attempts.slice(1).map(({ waitedMs }) => waitedMs));
    expect(waits).toHaveLength(24);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30);
    expect(new Set(waits).size).toBeGreaterThan(4);
  });
});

describe.each(houses)(`$name over ${transportName}: Retry-After`, (house) => {
  test("in seconds and as a date is waited to the full, by a read and by a write, which takes effect once", async () => {
    // The date counts from the server's own.
    const date = { date: "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:49:38 GMT" };
    // At the same time, since each waits a second.
    await many(2, async (index) => {
      const { server, client } = await withGiven(house);
      const fault = { status: 429, body: house.rateLimited, headers: index === 0 ? { "retry-after": "1" } : date };
      server.script("read", fault);
      server.script("write", fault);
      await Promise.all([client.read(), client.write()]);
      for (const operation of ["read", "write"] as const) {
        const [gap = 0] = gaps(server.of(operation));
        expect(gap).toBeGreaterThanOrEqual(997);
        expect(gap).toBeLessThan(5_000);
      }
      expect([server.reads, server.writes, server.effects]).toEqual([2, 2, 1]);
    });
  });

  test("that is past, or nothing, means at once", async () => {
    const { server, client } = await withGiven(house);
    for (const value of ["Sun, 06 Nov 1994 08:49:37 GMT", "0", inSeconds(-1)]) {
      server.script("read", { status: 429, body: "", headers: { "retry-after": value } });
      const { ms } = await timed(() => client.read());
      expect(ms).toBeLessThan(1_000);
    }
    expect(server.reads).toBe(6);
  });

  test.each([
    ["61 seconds", () => "61", 61_000, 120_000],
    ["a date in two hours", () => inSeconds(7_200), 7_200_000, 120_000],
    ["a wait beyond the deadline", () => "9", 9_000, 5_000],
  ])("of %s is not waited for: the call fails at once and says how long", async (_what, value, wanted, timeout) => {
    const { server, client } = await withGiven(house, { timeout });
    for (const status of [429, 503]) {
      server.script("read", { status, body: "", headers: { "retry-after": value() } });
      const { outcome: error, ms } = await timed(() => failure(client.read()));
      expect(error).toMatchObject({ status, retryable: true });
      expect(error instanceof RateLimitError).toBe(status === 429);
      expect(Math.abs((error.retryAfterMs ?? 0) - wanted)).toBeLessThan(4_000);
      expect(ms).toBeLessThan(2_000);
    }
    expect(server.reads).toBe(2);
  });
});
