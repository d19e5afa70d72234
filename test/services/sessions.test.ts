import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AuthenticationError, type SessionStore } from "keylight";
import { times } from "../faults/fault.ts";
import { gaps, headerValues } from "../faults/ledger.ts";
import { failure, many, timed } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { callerAt, once, quick, serverOf, sessionAt, withLiveSession, withSession } from "./world.ts";

describe.each(houses)(`$name over ${transportName}: an expired session`, (house) => {
  test.each(house.sessions.expired)("that is told by %s is renewed once, and the read is sent again", async (_what, fault) => {
    const { server, client, logins, reads } = await withLiveSession(house, quick);
    server.script("read", fault);
    await client.read();
    expect([logins(), reads()]).toEqual([1, 2]);
    await client.read();
    expect([logins(), reads()]).toEqual([1, 3]);
  });

  test("whose renewal the server rejects too is the end of the call: SESSION_REJECTED_AFTER_LOGIN", async () => {
    const { server, client, logins, reads } = await withLiveSession(house, quick);
    const [, fault] = house.sessions.expired[0] ?? [];
    server.script("read", fault, fault);
    const error = await failure(client.read());
    expect(error).toMatchObject({ name: "AuthenticationError", code: "SESSION_REJECTED_AFTER_LOGIN", mayHaveExecuted: false });
    expect([logins(), reads()]).toEqual([1, 2]);
  });
});

describe.each(clients)(`$name over ${transportName}: a login`, (house) => {
  test("is one for 200 first calls at once", async () => {
    const { server, client } = await withSession(house, quick);
    server.decide = ({ operation }) => (operation === "login" ? { delay: 60 } : undefined);
    await many(200, () => client.read());
    expect([server.logins, server.reads]).toEqual([house.sessions.firstLogins, 200]);
  });

  test("is one for an expired session that 200 calls meet at once, and no call goes out twice with a token that was refused", async () => {
    const { server, client, logins } = await withLiveSession(house, quick);
    const before = server.reads;
    server.expire();
    // Rejections come in over a while, some of them after the login.
    server.decide = ({ operation, attempt }) => (operation === "read" ? { delay: (attempt * 7) % 120 } : { delay: 40 });
    await many(200, () => client.read());
    expect(logins()).toBe(1);
    const sent = server.of("read").slice(before).map((visit) => headerValues(visit, house.sessions.header)[0]);
    expect(new Set(sent).size).toBe(2);
    expect(sent.filter((value) => value === sent.at(-1))).toHaveLength(200);
    expect(sent.length).toBeLessThanOrEqual(400);
  });

  test("that runs is waited for by new calls: none goes out with the token known to be bad", async () => {
    const { server, client, logins } = await withLiveSession(house, quick);
    server.expire();
    server.script("login", { delay: 120 });
    const first = client.read();
    await expect.poll(() => logins(), { interval: 3 }).toBe(1);
    const before = server.reads;
    await Promise.all([first, ...Array.from({ length: 20 }, () => client.read())]);
    expect([logins(), server.reads - before]).toEqual([1, 21]);
  });

  test("that is refused is not tried again, by no call; each caller gets an error of its own", async () => {
    const { server, client, logins } = await withLiveSession(house, quick);
    server.expire();
    server.decide = ({ operation }) => (operation === "login" ? house.sessions.refused : undefined);
    const errors = [...(await many(20, () => failure(client.read()))), await failure(client.write()), await failure(client.read())];
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set([house.sessions.refusal]));
    expect(new Set(errors).size).toBe(22);
    for (const error of errors) {
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(error).toMatchObject({ retryable: false, mayHaveExecuted: false, hint: expect.any(String) });
    }
    expect(logins()).toBe(1);
  });

  test.each([
    ["a 503", { status: 503, body: "" }],
    ["a 429", { status: 429, body: "" }],
    ["a web page", { body: "<p>maintenance</p>" }],
    ["a broken connection", { drop: "answer" }],
  ] as const)("that meets %s is trouble, which keeps what it needs: none is tried for a while, and then the next call logs in", async (_what, fault) => {
    const { server, client, logins } = await withLiveSession(house, once);
    server.expire();
    server.script("login", fault);
    const first = await failure(client.read());
    expect(first).toMatchObject({ code: "LOGIN_FAILED", retryable: true, mayHaveExecuted: false });
    // More of them than the pause, of 100 ms at least, leaves room for: all but the last fail at once.
    await expect.poll(() => client.read().then(() => "in", (error: unknown) => Reflect.get(Object(error), "code")), { timeout: 4_000, interval: 5 }).toBe("in");
    expect(logins()).toBe(2);
    expect(gaps(server.of("login").slice(-2))[0]).toBeGreaterThanOrEqual(97);
  });

  test("that meets trouble is tried again within the call, after pauses that grow", async () => {
    const { server, client, logins } = await withLiveSession(house);
    server.expire();
    server.script("login", ...times(2, { status: 503, body: "" }));
    await client.read();
    expect(logins()).toBe(3);
    const [first = 0, second = 0] = gaps(server.of("login").slice(-3));
    expect(first).toBeGreaterThanOrEqual(97);
    expect(second).toBeGreaterThanOrEqual(197);
  });

  test("that the server puts off is not tried before that, and callers are told how long", async () => {
    const { server, client, logins } = await withLiveSession(house, { timeout: 5_000 });
    server.expire();
    server.script("login", { status: 503, body: "", headers: { "retry-after": "30" } });
    const { outcome: error, ms } = await timed(() => failure(client.read()));
    expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    expect(error.retryAfterMs).toBeGreaterThan(24_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(30_000);
    expect(ms).toBeLessThan(3_000);
    expect(await failure(client.read())).toMatchObject({ code: "LOGIN_FAILED", retryAfterMs: expect.any(Number) });
    expect(logins()).toBe(1);
  });

  test("gets through while 100 calls hang", async () => {
    const { server, client, logins } = await withLiveSession(house, { timeout: 60_000 });
    server.decide = ({ operation }) => (operation === "read" ? { delay: Infinity } : undefined);
    const controller = new AbortController();
    const hanging = many(100, () => client.read({ signal: controller.signal }).catch((reason: unknown) => reason));
    await expect.poll(() => server.reads, { timeout: 5_000, interval: 5 }).toBeGreaterThanOrEqual(100);
    server.expire();
    await client.write();
    expect([logins(), server.effects]).toEqual([1, 1]);
    controller.abort("over");
    expect(new Set(await hanging)).toEqual(new Set(["over"]));
  });

  test("of one account brings nothing to another: two clients log in apart", async () => {
    const server = await serverOf(house);
    const pair = [callerAt(house, server.base, sessionAt(server)), callerAt(house, server.base, sessionAt(server))];
    for (const client of pair) await client.read();
    server.expire();
    for (const client of pair) await client.read();
    expect(server.logins).toBe(2 * (house.sessions.firstLogins + 1));
    expect(new Set(server.of("read").filter(({ ran }) => ran).map((visit) => headerValues(visit, house.sessions.header)[0])).size).toBe(4);
  });
});

/** A store that finds a first session where the file has none yet. */
function before(file: SessionStore, first: unknown): SessionStore {
  const get: SessionStore["get"] = typeof first === "object" && first !== null ? Reflect.get(first, "get") : () => Promise.resolve(undefined);
  return { ...file, get: async (key) => (await file.get(key)) ?? get(key) };
}

describe.each(clients)(`$name over ${transportName}: a session in a file`, (house) => {
  test("is gone on with by another client, which renews it too; the file is the user's alone, and holds nothing that logs in by itself", async () => {
    const parent = mkdtempSync(join(tmpdir(), "keylight-services-"));
    onTestFinished(() => {
      rmSync(parent, { recursive: true, force: true });
    });
    const directory = join(parent, "sessions");
    const server = await serverOf(house);
    const { sessions } = house;
    const { options, store } = sessions.inFile(directory);
    const begin = sessionAt(server);
    const first = callerAt(house, server.base, { ...begin, sessionStore: before(store, begin["sessionStore"]) });
    server.expire();
    await first.read();
    expect(server.logins).toBe(1);
    const second = callerAt(house, server.base, { ...begin, ...options });
    await second.read();
    expect(server.logins).toBe(1);
    server.expire();
    await second.read();
    expect(server.logins).toBe(2);
    // The first one finds what the second one has stored.
    await first.read();
    expect(server.logins).toBe(2);
    const [name = "", ...others] = readdirSync(directory).filter((file) => !file.endsWith(".lock"));
    expect(others).toEqual([]);
    expect([statSync(directory).mode & 0o777, statSync(join(directory, name)).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readFileSync(join(directory, name), "utf8").includes(server.secret)).toBe(sessions.firstLogins === 0);
  });
});
