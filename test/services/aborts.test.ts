import { getEventListeners } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import { many, rejection, silentServer, sleep, timed, until } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { callerAt, giving, serverOf, withGiven, withLiveSession } from "./world.ts";

afterEach(() => vi.restoreAllMocks());

/** At once, on a machine that is busy, in milliseconds. */
const atOnce = 500;

/** Aborts when it is time, and expects the rejection at once, with the very reason, and no listener left. */
async function expectAbort(begin: (signal: AbortSignal) => Promise<unknown>, isTime: () => boolean, also = 0): Promise<void> {
  const controller = new AbortController();
  const reason = { why: "the user left" };
  const rejected = rejection(begin(controller.signal));
  await until(isTime);
  if (also > 0) await sleep(also);
  const { outcome, ms } = await timed(() => {
    controller.abort(reason);
    return rejected;
  });
  expect(outcome).toBe(reason);
  expect(ms).toBeLessThan(atOnce);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
}

describe.each(houses)(`$name over ${transportName}: an abort rejects at once with the signal's own reason`, (house) => {
  test("before the call: nothing is sent", async () => {
    const { server, client } = await withGiven(house);
    const signal = AbortSignal.abort("never mind");
    expect(await rejection(client.read({ signal }))).toBe("never mind");
    expect(await rejection(client.write({ signal }))).toBe("never mind");
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(server.connections).toBe(0);
  });

  test("while the connection is made", async () => {
    const silent = await silentServer();
    const [given] = house.given;
    const client = callerAt(house, `https://127.0.0.1:${silent.port}`, giving(given, given.sample()));
    await expectAbort((signal) => client.read({ signal }), () => silent.connections() === 1);
  });

  test("while the headers are awaited, of reads and of writes, which are not sent again; the connection is closed", async () => {
    const { server, client } = await withGiven(house);
    server.decide = () => ({ delay: Infinity });
    await expectAbort((signal) => client.read({ signal }), () => server.reads === 1);
    await expectAbort((signal) => client.write({ signal }), () => server.writes === 1);
    await until(() => server.visits.every(({ left }) => left));
    expect([server.reads, server.writes]).toEqual([1, 1]);
  });

  test("in the middle of the body; the connection is closed", async () => {
    const { server, client } = await withGiven(house);
    server.script("read", { stall: Infinity });
    await expectAbort((signal) => client.read({ signal }), () => server.reads === 1, 30);
    await until(() => server.visits[0]?.left === true);
  });

  test("in the wait before another attempt, which is never made", async () => {
    const { server, client } = await withGiven(house);
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    server.script("read", { status: 429, body: "", headers: { "retry-after": "20" } });
    await expectAbort((signal) => client.read({ signal }), () => server.reads === 1, 60);
    expect(server.reads).toBe(1);
  });
});

describe.each(clients)(`$name over ${transportName}: an abort rejects at once`, (house) => {
  test("during the renewal, which goes on for the others", async () => {
    const { server, client, logins } = await withLiveSession(house);
    server.expire();
    server.script("login", { delay: 400 });
    const other = client.read();
    await expectAbort((signal) => client.read({ signal }), () => logins() === 1);
    await other;
    expect(logins()).toBe(1);
  });

  test("while a function is asked for the credential", async () => {
    const server = await serverOf(house);
    for (const given of house.given) {
      let asked = 0;
      const client = callerAt(house, server.base, giving(given, () => {
        asked += 1;
        return new Promise(() => undefined);
      }));
      await expectAbort((signal) => client.read({ signal }), () => asked === 1);
    }
    expect(server.connections).toBe(0);
  });

  test("for each of 150 calls that share one signal", async () => {
    const { server, client } = await withGiven(house, { timeout: 60_000 });
    server.decide = () => ({ delay: Infinity });
    const controller = new AbortController();
    const calls = many(150, () => rejection(client.read({ signal: controller.signal })));
    await until(() => server.reads >= 50);
    expect(getEventListeners(controller.signal, "abort").length).toBeLessThanOrEqual(1);
    controller.abort("the user left");
    expect(new Set(await calls)).toEqual(new Set(["the user left"]));
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});
