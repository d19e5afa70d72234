import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { times, type Fault } from "../faults/fault.ts";
import { failure, freePort, sleep } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { houses } from "./houses.ts";
import { ServiceServer } from "./server.ts";
import { accepted, callerAt, giving, quick, withGiven, withLiveSession } from "./world.ts";

/** What leaves it open whether the write ran, and how often it did. */
const doubtful: readonly (readonly [what: string, fault: Fault, effects: number, timeout: number | undefined])[] = [
  ["the connection is cut after the request was read", { drop: "answer" }, 0, undefined],
  ["the write runs and the connection is cut then", { drop: "answer", commits: true }, 1, undefined],
  ["the answer breaks off in the middle", { drop: "body" }, 1, undefined],
  ["the answer is shorter than its length", { truncate: "length" }, 1, undefined],
  ["the last piece of the answer is missing", { truncate: "chunked" }, 1, undefined],
  ["the answer is badly compressed", { body: "no gzip", headers: { "content-encoding": "gzip" }, commits: true }, 1, undefined],
  ["the answer is packed and cut off", { body: gzipSync('{"data":{}}').subarray(0, 12), headers: { "content-encoding": "gzip" }, commits: true }, 1, undefined],
  ["the answer is a web page", { body: "<html></html>", commits: true }, 1, undefined],
  ["the answer is empty", { body: "", commits: true }, 1, undefined],
  ["the answer never ends", { endless: true, commits: true }, 1, undefined],
  ["a gateway says 502", { status: 502, body: "", commits: true }, 1, undefined],
  ["a gateway says 503", { status: 503, body: "" }, 0, undefined],
  ["a gateway says 504", { status: 504, body: "", commits: true }, 1, undefined],
  ["the server says 500", { status: 500, body: "" }, 0, undefined],
  ["a 503 asks to come back", { status: 503, body: "", headers: { "retry-after": "0" } }, 0, undefined],
  ["no answer comes in time", { delay: Infinity }, 1, 200],
  ["the answer stalls", { stall: Infinity }, 1, 200],
  ["the answer is no HTTP", { raw: "SSH-2.0-OpenSSH_9.6\r\n", commits: true }, 1, undefined],
];

describe.each(houses)(`$name over ${transportName}: a write is sent exactly once, and said to have run perhaps, when`, (house) => {
  test.each(doubtful)("%s", async (_what, fault, effects, timeout) => {
    const { server, client } = await withGiven(house, { ...quick, maxResponseBytes: 100_000 });
    server.decide = () => fault;
    const error = await failure(client.write(timeout === undefined ? {} : { timeout }));
    expect(error).toMatchObject({ mayHaveExecuted: true, attempts: [{}] });
    expect([server.writes, server.effects]).toEqual([1, effects]);
  });

  test("the connection is cut before the request is read", async () => {
    const { server, client } = await withGiven(house, quick);
    server.hangUpOn = 3;
    expect((await failure(client.write())).mayHaveExecuted).toBe(true);
    expect([server.unread, server.visits.length]).toEqual([1, 0]);
  });
});

describe.each(houses)(`$name over ${transportName}: a write is sent again on proof that it did not run:`, (house) => {
  test("the connection is refused", async () => {
    const [given] = house.given;
    const client = callerAt(house, `http://127.0.0.1:${await freePort()}`, { ...quick, ...giving(given, given.sample()) });
    const error = await failure(client.write());
    expect(error).toMatchObject({ code: "NETWORK_ERROR", phase: "connect", mayHaveExecuted: false, attempts: times(3, {}), cause: { code: "ECONNREFUSED" } });
  });

  test("the connection is refused until the server is up, and the write takes effect once", async () => {
    const server = new ServiceServer(house);
    const port = await freePort();
    onTestFinished(() => server.stop());
    const [given] = house.given;
    const options = { retry: { attempts: 10, maxDelay: 2_000 }, ...giving(given, accepted(server, given)) };
    const writing = callerAt(house, `http://127.0.0.1:${port}`, options).write();
    writing.catch(() => undefined);
    await sleep(50);
    await server.start(port);
    await writing;
    expect([server.writes, server.effects]).toEqual([1, 1]);
  });

  test("a 429", async () => {
    const { server, client } = await withGiven(house, quick);
    server.script("write", { status: 429, body: house.rateLimited }, { status: 429, body: "" });
    await client.write();
    expect([server.writes, server.effects]).toEqual([3, 1]);
  });

  test("the caller's word that a second run does no harm", async () => {
    const { server, client } = await withGiven(house, quick);
    server.script("write", { status: 503, body: "" }, { drop: "answer", commits: true });
    await client.write({ idempotent: true });
    expect([server.writes, server.effects]).toEqual([3, 2]);
    server.script("write", ...times(3, { status: 503, body: "" }));
    expect(await failure(client.write({ idempotent: true }))).toMatchObject({ mayHaveExecuted: true, status: 503 });
  });
});

describe.each(houses)(`$name over ${transportName}: a write is sent again after a renewal`, (house) => {
  test.each(house.sessions.expired)("when its session is over by %s, and takes effect once", async (_what, fault) => {
    const { server, client, logins } = await withLiveSession(house, quick);
    server.script("write", fault);
    await client.write();
    expect([server.writes, server.effects, logins()]).toEqual([2, 1, 1]);
  });

  test("and an outcome in doubt after the renewal stays in doubt", async () => {
    const { server, client, logins } = await withLiveSession(house, quick);
    server.script("write", house.sessions.expired[0]?.[1], { drop: "answer", commits: true });
    expect((await failure(client.write())).mayHaveExecuted).toBe(true);
    expect([server.writes, server.effects, logins()]).toEqual([2, 1, 1]);
  });
});
