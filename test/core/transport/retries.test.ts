import { describe, expect, test, vi } from "vitest";
import { KeylightError, RateLimitError, TimeoutError, TransportError } from "../../../src/errors/index.ts";
import { createLog } from "../../../src/core/log.ts";
import { RetryBudget } from "../../../src/core/transport/backoff.ts";
import { execute } from "../../../src/core/transport/execute.ts";
import { transportName } from "../../support/transport.ts";
import { closedPort, json, serve, serveRaw } from "./server.ts";
import { callOf, open, rejection, roadOf } from "./support.ts";

const good = { data: { me: { id: "1" } } };
const write = { facts: { kind: "mutation" as const } };

async function failing(promise: Promise<unknown>): Promise<KeylightError> {
  const error = await rejection(promise);
  if (!(error instanceof KeylightError)) throw error;
  return error;
}

describe(`over ${transportName}`, () => {
  test.each([502, 503, 504, 429])("a query is sent again after a %i, and its attempts are told", async (status) => {
    const { url, seen } = await serve((response, nth) => { json(response, nth === 0 ? "<html>" : good, nth === 0 ? status : 200); });
    const { value: envelope, attempts } = await execute(roadOf(await open()), callOf(url));
    expect(envelope.data).toEqual(good.data);
    expect(attempts.map((one) => one.status)).toEqual([status, 200]);
    expect(attempts[0]).toMatchObject({ code: status === 429 ? "RATE_LIMITED" : "NETWORK_ERROR", waitedMs: 0 });
    expect(attempts[1]).not.toHaveProperty("code");
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(seen).toHaveLength(2);
  });

  test("a query is sent again after a broken connection, and no more often than asked", async () => {
    const { url, connections } = await serveRaw((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const error = await failing(execute(roadOf(await open(), { retryAttempts: 3 }), callOf(url)));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ retryable: true, mayHaveExecuted: false, operationName: "Op" });
    expect(error.attempts).toHaveLength(4);
    expect(connections()).toBe(4);
  });

  test("with no further attempts there is one", async () => {
    const { url, seen } = await serve((response) => { json(response, "", 503); });
    const error = await failing(execute(roadOf(await open(), { retryAttempts: 0 }), callOf(url)));
    expect([seen.length, error.attempts?.length]).toEqual([1, 1]);
  });

  test.each([400, 401, 403, 404, 500, 501])("a %i is not tried again", async (status) => {
    const { url, seen } = await serve((response) => { json(response, "<html>", status); });
    await failing(execute(roadOf(await open()), callOf(url)));
    expect(seen).toHaveLength(1);
  });

  test("a documented final code in a 429 is final", async () => {
    const { url, seen } = await serve((response) => { json(response, { errors: [{ message: "m", extensions: { code: "BAD_USER_INPUT" } }] }, 429); });
    expect((await failing(execute(roadOf(await open()), callOf(url)))).code).toBe("BAD_USER_INPUT");
    expect(seen).toHaveLength(1);
  });

  test.each([500, 502, 503, 504])("a mutation is not sent again after a %i, and the error leaves the doubt", async (status) => {
    const { url, seen } = await serve((response) => { json(response, "<html>", status); });
    const error = await failing(execute(roadOf(await open()), callOf(url, write)));
    expect(error).toMatchObject({ mayHaveExecuted: true, status });
    expect(seen).toHaveLength(1);
  });

  test("a mutation is not sent again after a reset, a close or a cut body", async () => {
    const ends = ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"];
    const transport = await open();
    for (const bytes of ends) {
      const { url, connections } = await serveRaw((socket) => socket.once("data", () => socket.end(bytes)));
      expect(await failing(execute(roadOf(transport), callOf(url, write)))).toMatchObject({ name: "TransportError", mayHaveExecuted: true });
      expect(connections()).toBe(1);
    }
  });

  test("a mutation is sent again after a 429, which proves that it did not run", async () => {
    const { url, seen } = await serve((response, nth) => { json(response, nth === 0 ? "" : good, nth === 0 ? 429 : 200, { "retry-after": "0" }); });
    expect((await execute(roadOf(await open()), callOf(url, write))).attempts).toHaveLength(2);
    expect(seen).toHaveLength(2);
  });

  test("a mutation is tried again after a refused connection, and leaves no doubt", async () => {
    const error = await failing(execute(roadOf(await open()), callOf(await closedPort(), write)));
    expect(error).toMatchObject({ phase: "connect", mayHaveExecuted: false, cause: { name: "Error", code: "ECONNREFUSED" } });
    expect(error.attempts?.map(({ code }) => code)).toEqual(["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"]);
  });

  test("an idempotent mutation is sent again like a query", async () => {
    const { url, seen } = await serve((response, nth) => {
      if (nth === 0) response.destroy();
      else json(response, nth === 1 ? "" : good, nth === 1 ? 502 : 200);
    });
    expect((await execute(roadOf(await open()), callOf(url, { ...write, idempotent: true }))).value.data).toEqual(good.data);
    expect(seen).toHaveLength(3);
  });

  test("the doubt of an earlier attempt stays, though a later one proves nothing ran", async () => {
    const { url } = await serve((response, nth) => { json(response, "", nth === 0 ? 502 : 403); });
    const error = await failing(execute(roadOf(await open()), callOf(url, { ...write, idempotent: true })));
    expect(error).toMatchObject({ code: "PERMISSION_DENIED", mayHaveExecuted: true });
  });

  test.each([301, 302, 307, 308])("a %i ends the call; neither the credential nor the body goes on", async (status) => {
    const elsewhere = await serve((response) => { json(response, good); });
    const { url, seen } = await serve((response) => response.writeHead(status, { location: elsewhere.url.href }).end());
    const error = await failing(execute(roadOf(await open()), callOf(url)));
    expect(error).toMatchObject({ code: "UNEXPECTED_REDIRECT", targetOrigin: elsewhere.url.origin });
    expect([seen.length, elsewhere.connections()]).toEqual([1, 0]);
  });

  test.each([
    ["HTML", "<html>hunter2", {}],
    ["empty", "", {}],
    ["badly compressed", "hunter2", { "content-encoding": "gzip" }],
    ["too large", JSON.stringify({ data: { text: "hunter2".repeat(400_000) } }), {}],
  ])("an answer that is %s is a format error without its text, and is not asked for again", async (_what, body, headers) => {
    const { url, seen } = await serve((response) => response.writeHead(200, { "content-type": "text/html", ...headers }).end(body));
    const error = await failing(execute(roadOf(await open()), callOf(url)));
    expect(error).toMatchObject({ code: "BAD_RESPONSE", status: 200, contentType: "text/html", byteLength: expect.any(Number) });
    expect(JSON.stringify(error) + error.message).not.toContain("hunter2");
    expect(seen).toHaveLength(1);
  });
});

test.each([
  ["above 60 s", "61", 600_000, 61_000],
  ["beyond the deadline", "5", 2_000, 5_000],
])("a Retry-After %s fails at once and says how long", async (_what, value, timeout, retryAfterMs) => {
  const { url, seen } = await serve((response) => { json(response, "", 429, { "retry-after": value }); });
  const before = performance.now();
  const error = await failing(execute(roadOf(await open()), callOf(url, { timeout })));
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toMatchObject({ retryAfterMs, retryable: true });
  expect(performance.now() - before).toBeLessThan(1_500);
  expect(seen).toHaveLength(1);
});

test("a Retry-After within reach is waited for, really, and told", async () => {
  const at: number[] = [];
  const { url } = await serve((response, nth) => {
    at.push(performance.now());
    json(response, nth === 0 ? "" : good, nth === 0 ? 503 : 200, { "retry-after": "0.3" });
  });
  const { attempts } = await execute(roadOf(await open()), callOf(url));
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(280);
  expect(attempts[1]?.waitedMs).toBe(300);
});

test("the deadline covers all attempts and waits together", async () => {
  const { url, seen } = await serve((response, nth) => {
    if (nth < 2) setTimeout(() => { json(response, "", 503); }, 60);
  });
  const error = await failing(execute(roadOf(await open(), { retryAttempts: 10 }), callOf(url, { timeout: 400 })));
  expect(error).toBeInstanceOf(TimeoutError);
  expect(seen).toHaveLength(3);
  expect(error.attempts?.map(({ code }) => code)).toEqual(["NETWORK_ERROR", "NETWORK_ERROR", "TIMEOUT"]);
});

test("a client's budget of retries runs out, and what succeeds fills it", async () => {
  const budget = new RetryBudget(3);
  const down = await serve((response) => { json(response, "", 503); });
  const up = await serve((response) => { json(response, good); });
  const road = roadOf(await open(), { budget });
  for (let round = 0; round < 4; round += 1) await failing(execute(road, callOf(down.url)));
  expect(down.seen).toHaveLength(4 + 3);
  for (let round = 0; round < 10; round += 1) await execute(road, callOf(up.url));
  await failing(execute(road, callOf(down.url)));
  expect(down.seen).toHaveLength(7 + 2);
});

test("a retry is logged without anything of the request", async () => {
  const info = vi.fn();
  const debug = vi.fn();
  const log = createLog({ error: info, warn: info, info, debug }, "debug", "logLevel");
  const { url } = await serve((response, nth) => { json(response, nth === 0 ? "" : good, nth === 0 ? 503 : 200); });
  await execute(roadOf(await open(), { log }), callOf(url));
  expect(info.mock.calls).toEqual([["keylight: retry", { operation: "Op", code: "NETWORK_ERROR", status: 503, delayMs: expect.any(Number) }]]);
  expect(debug.mock.calls).toEqual([
    ["keylight: answered", { operation: "Op", status: 503, outcome: "retry" }],
    ["keylight: answered", { operation: "Op", status: 200, outcome: "ok" }],
  ]);
});
