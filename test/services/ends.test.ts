import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, type Ended } from "../faults/child.ts";
import { failure, many, timed, until } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { ServiceServer } from "./server.ts";
import { accepted, callerAt, giving, quick, serverOf, withGiven, withLiveSession } from "./world.ts";

describe.each(houses)(`$name over ${transportName}: close()`, (house) => {
  test("ends the calls in flight, reads and writes, and every later one", async () => {
    const { server, client } = await withGiven(house, quick);
    await client.read();
    server.decide = () => ({ delay: Infinity });
    const reads = many(5, () => failure(client.read()));
    const write = failure(client.write());
    await until(() => server.visits.length === 7);
    await client.close();
    for (const error of await reads) expect(error).toMatchObject({ name: "ClientClosedError", code: "CLIENT_CLOSED", mayHaveExecuted: false });
    expect(await write).toMatchObject({ code: "CLIENT_CLOSED", mayHaveExecuted: true });
    await until(() => server.visits.slice(1).every(({ left }) => left));
    const before = server.visits.length;
    for (const call of [client.read(), client.write()]) expect(await failure(call)).toMatchObject({ code: "CLIENT_CLOSED", mayHaveExecuted: false });
    await client.close();
    expect(server.visits).toHaveLength(before);
  });

  test("ends a call that waits before another attempt", async () => {
    const { server, client } = await withGiven(house);
    server.script("read", { status: 429, body: "", headers: { "retry-after": "20" } });
    const call = failure(client.read());
    await until(() => server.reads === 1);
    await client.close();
    expect(await call).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(server.reads).toBe(1);
  });

  test("of one client leaves others alone, also those with the same credential", async () => {
    const { server, client, text } = await withGiven(house);
    const other = callerAt(house, server.base, giving(house.given[0], text));
    await Promise.all([client.read(), other.read()]);
    await client.close();
    await other.read();
    expect(server.reads).toBe(3);
  });
});

describe.each(clients)(`$name over ${transportName}: close()`, (house) => {
  test("ends a login that is running, and whoever waits for it", async () => {
    const { server, client, logins } = await withLiveSession(house, { timeout: 60_000 });
    server.expire();
    server.script("login", { delay: Infinity });
    const calls = many(5, () => failure(client.read()));
    await until(() => logins() === 1);
    await client.close();
    for (const error of await calls) expect(error).toMatchObject({ code: "CLIENT_CLOSED", mayHaveExecuted: false });
    await until(() => server.of("login").at(-1)?.left === true);
    expect(await failure(client.read())).toMatchObject({ code: "CLIENT_CLOSED" });
  });

  test("before any call sends nothing", async () => {
    const server = await serverOf(house);
    const client = callerAt(house, server.base, giving(house.given[0], accepted(server, house.given[0])));
    await client.close();
    expect(await failure(client.read())).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(server.connections).toBe(0);
  });
});

describe(`over ${transportName}, a script that makes a call with a key and one with a session exits by itself, and nothing prints:`, () => {
  const outcomes = new Map<string, Promise<{ server: ServiceServer; outcome: Ended; ms: number }>>();
  const outcomeOf = async (house: (typeof houses)[number]): Promise<{ server: ServiceServer; outcome: Ended; ms: number }> => {
    const server = await new ServiceServer(house).start();
    const key = accepted(server, house.given[0]);
    const task = { name: house.name, base: server.base, key, token: "a-session-that-is-over", secret: server.secret };
    return { server, ...(await timed(() => run("../../services/programs/one-call", task))) };
  };
  // At the same time, since each takes a while to begin.
  beforeAll(() => {
    for (const house of houses) outcomes.set(house.name, outcomeOf(house));
  });
  afterAll(async () => {
    for (const outcome of outcomes.values()) await (await outcome).server.stop();
  });

  test.each(houses)("$name", async ({ name }) => {
    const ended = await outcomes.get(name);
    expect(ended?.outcome).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    // Long before the deadline of a call, which is 30 s.
    expect(ended?.ms).toBeLessThan(20_000);
    expect([ended?.server.reads, ended?.server.effects, ended?.server.logins]).toEqual([1, 1, 1]);
  });
});
