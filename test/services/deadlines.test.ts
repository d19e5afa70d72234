import { describe, expect, test } from "vitest";
import { TimeoutError } from "keylight";
import type { Fault } from "../faults/fault.ts";
import { failure, many, silentServer, timed, until } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { callerAt, giving, serverOf, withGiven, withLiveSession, withSession } from "./world.ts";

const timeout = 250;
/** A deadline may be late on a machine that is busy, but not by more than this, in milliseconds. */
const late = 2_500;

async function expectTimeout(work: () => Promise<unknown>): Promise<TimeoutError> {
  const { outcome: error, ms } = await timed(() => failure(work()));
  expect(ms).toBeGreaterThanOrEqual(timeout - 5);
  expect(ms).toBeLessThan(timeout + late);
  if (!(error instanceof TimeoutError)) throw error;
  expect(error).toMatchObject({ code: "TIMEOUT", retryable: true });
  return error;
}

const slow: readonly (readonly [what: string, fault: Fault])[] = [
  ["headers that never come", { delay: Infinity }],
  ["a body that stalls", { stall: Infinity }],
  ["a body that drips, each drop in time", { drip: 20 }],
];

describe.each(houses)(`$name over ${transportName}: one deadline covers`, (house) => {
  // At the same time, since each waits.
  test(`${slow.map(([what]) => what).join("; ")}; for reads, which leave nothing open, and for writes, which may have run`, async () => {
    await many(slow.length, async (index) => {
      const [, fault] = slow[index] ?? [];
      const { server, client } = await withGiven(house, { timeout });
      server.script("read", fault);
      server.script("write", fault);
      const [read, write] = await Promise.all([expectTimeout(() => client.read()), expectTimeout(() => client.write())]);
      expect([read.mayHaveExecuted, write.mayHaveExecuted]).toEqual([false, true]);
      await until(() => server.visits.every(({ left }) => left));
      expect([server.reads, server.writes]).toEqual([1, 1]);
    });
  });

  test("connecting; a write had not left, which a fetch cannot tell", async () => {
    const silent = await silentServer();
    const [given] = house.given;
    const client = callerAt(house, `https://127.0.0.1:${silent.port}`, { ...giving(given, given.sample()), timeout });
    const error = await expectTimeout(() => client.write());
    expect(error.mayHaveExecuted).toBe(transportName === "fetch");
    expect(silent.connections()).toBe(1);
  });

  test("all attempts and the waits between them, and a slow first one leaves less for the second", async () => {
    const { server, client } = await withGiven(house, { timeout, retry: { attempts: 10, maxDelay: 1 } });
    server.script("read", { drop: "answer", delay: 60 }, { delay: Infinity });
    await expectTimeout(() => client.read());
    expect(server.reads).toBe(2);
  });
});

describe.each(clients)(`$name over ${transportName}: one deadline covers`, (house) => {
  test("the renewal in the middle of a call; a write did not run", async () => {
    const { server, client, logins } = await withLiveSession(house);
    server.expire();
    server.script("login", { stall: Infinity });
    const error = await expectTimeout(() => client.write({ timeout }));
    expect(error.mayHaveExecuted).toBe(false);
    expect([logins(), server.writes, server.effects]).toEqual([1, 1, 0]);
  });

  test("a function that is asked for the credential and does not answer: nothing is sent", async () => {
    const server = await serverOf(house);
    await many(house.given.length, async (index) => {
      const given = house.given[index] ?? house.given[0];
      const client = callerAt(house, server.base, { ...giving(given, () => new Promise(() => undefined)), timeout });
      await expectTimeout(() => client.read());
    });
    expect(server.connections).toBe(0);
  });

  test("a call's own timeout goes over the client's, and a call that it ended leaves the client able to go on", async () => {
    const { server, client } = await withSession(house, { timeout: 100 });
    await client.read({ timeout: 10_000 });
    server.script("read", { delay: 300 }, { delay: Infinity });
    await client.read({ timeout: 10_000 });
    expect(await failure(client.read())).toMatchObject({ code: "TIMEOUT" });
    await client.read({ timeout: 10_000 });
    expect(server.reads).toBe(4);
  });
});
