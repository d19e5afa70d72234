import { describe, expect, test } from "vitest";
import { TimeoutError } from "keylight";
import { transportName } from "../support/transport.ts";
import { times, unauthenticated, type Fault } from "./fault.ts";
import { faultServer } from "./server.ts";
import { clientAt, failure, silentServer, timed, until, withApiKey, withUserKey, write } from "./support.ts";

const timeout = 200;
/** A deadline may be late on a machine that is busy, but not by more than this, in milliseconds. */
const late = 1_500;

/** Fails with a timeout, not before its time and not much after it. */
async function expectTimeout(work: () => Promise<unknown>, after = timeout): Promise<TimeoutError> {
  const { outcome: error, ms } = await timed(() => failure(work()));
  expect(ms).toBeGreaterThanOrEqual(after - 5);
  expect(ms).toBeLessThan(after + late);
  if (!(error instanceof TimeoutError)) throw error;
  expect(error).toMatchObject({ code: "TIMEOUT", retryable: true });
  expect(error.message).toContain(`${after} ms`);
  return error;
}

const slow: readonly [what: string, fault: Fault][] = [
  ["headers that never come", { delay: Infinity }],
  ["a body that stalls", { stall: Infinity }],
  ["a body that drips, each drop in time", { drip: 20 }],
  ["a body that stalls after pieces of unknown number", { stall: Infinity, headers: { "transfer-encoding": "chunked" } }],
];

describe(`over ${transportName}, one timeout covers`, () => {
  test.each(slow)("%s; the connection is closed", async (_what, fault) => {
    const { server, client } = await withApiKey({ timeout });
    server.script("Me", fault);
    const error = await expectTimeout(() => client.me());
    expect(error.mayHaveExecuted).toBe(false);
    await until(() => server.visits[0]?.left === true);
    expect(server.of("Me")).toHaveLength(1);
  });

  test("connecting: a handshake that never ends; a write had not left, which a fetch cannot tell", async () => {
    const silent = await silentServer();
    const client = clientAt(`https://127.0.0.1:${silent.port}/graphql`, { timeout, sessionToken: "a-session-token" });
    const error = await expectTimeout(() => client.request(write));
    expect(error.mayHaveExecuted).toBe(transportName === "fetch");
    expect(silent.connections()).toBe(1);
    // The runtime's fetch goes on connecting, for whoever comes next.
    if (transportName !== "fetch") await until(() => silent.open() === 0);
  });

  test("all attempts and the waits between them", async () => {
    const { server, client } = await withApiKey({ timeout, retry: { attempts: 10, maxDelay: 10 } });
    server.decide = () => ({ status: 503, body: "", delay: 80 });
    const { outcome: error, ms } = await timed(() => failure(client.me()));
    expect(ms).toBeLessThan(timeout + late);
    expect(server.of("Me").length).toBeGreaterThanOrEqual(1);
    expect(server.of("Me").length).toBeLessThanOrEqual(3);
    expect(error.attempts?.length).toBeLessThanOrEqual(server.of("Me").length);
  });

  test("a first attempt that was slow leaves less for the second", async () => {
    const { server, client } = await withApiKey({ timeout: 1_000, retry: { attempts: 1, maxDelay: 1 } });
    server.script("Me", { drop: "answer", delay: 500 }, { delay: Infinity });
    await expectTimeout(() => client.me(), 1_000);
    expect(server.of("Me")).toHaveLength(2);
  });

  test("the login before the first call: the call is never sent", async () => {
    const { server, client } = await withUserKey();
    server.script("LoginWithUserKey", { delay: Infinity });
    const error = await expectTimeout(() => client.me({ timeout }));
    expect(error.mayHaveExecuted).toBe(false);
    expect([server.logins, server.of("Me").length]).toEqual([1, 0]);
  });

  test("the renewal in the middle of a call", async () => {
    const { server, client } = await withUserKey();
    await client.me();
    server.lumar.sessions.clear();
    server.script("LoginWithUserKey", { stall: Infinity });
    const error = await expectTimeout(() => client.request(write, {}, { timeout }));
    expect(error).toMatchObject({ mayHaveExecuted: false, attempts: [{ status: 401 }] });
    expect([server.logins, server.of("Write").length, server.lumar.effect("Write")]).toEqual([2, 1, 0]);
  });

  test("the login's own requests: it ends with the client's timeout, and the next call logs in again", async () => {
    const { server, client } = await withUserKey({ timeout: 400, retry: { attempts: 0 } });
    server.script("LoginWithUserKey", { delay: Infinity });
    await failure(client.me());
    await until(() => server.of("LoginWithUserKey")[0]?.left === true);
    await expect.poll(() => client.me().then(() => "in", () => "not yet"), { timeout: 4_000, interval: 100 }).toBe("in");
    expect(server.logins).toBe(2);
  });

  test("a function that is asked for the credential and does not answer", async () => {
    const server = await faultServer();
    const client = clientAt(server.endpoint, { timeout, apiKey: () => new Promise(() => undefined) });
    await expectTimeout(() => client.me());
    expect(server.connections).toBe(0);
  });

  test("a renewal that runs within it does not begin it anew", async () => {
    const { server, client } = await withUserKey({ timeout });
    server.script("LoginWithUserKey", { delay: 120 }, { delay: 120 });
    server.script("Me", unauthenticated);
    await expectTimeout(() => client.me());
    expect(server.of("Me").length).toBeLessThanOrEqual(2);
  });
});

describe(`over ${transportName}`, () => {
  test("a call's own timeout goes over the client's, longer or shorter", async () => {
    const { server, client } = await withApiKey({ timeout });
    server.script("Me", { delay: 350 }, { delay: Infinity });
    await client.me({ timeout: 10_000 });
    const { ms } = await timed(() => failure(client.me({ timeout: 50 })));
    expect(ms).toBeLessThan(timeout + late);
    expect(server.of("Me")).toHaveLength(2);
  });

  test("a call that a deadline ended leaves the client able to go on", async () => {
    const { server, client } = await withApiKey({ timeout });
    server.script("Me", ...times(5, { delay: Infinity }));
    await Promise.all(Array.from({ length: 5 }, () => failure(client.me())));
    expect((await client.me()).username).toBe("robot");
    expect(server.of("Me")).toHaveLength(6);
  });
});
