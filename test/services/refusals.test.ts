import { describe, expect, test } from "vitest";
import { AuthenticationError, PermissionError } from "keylight";
import { headerValues } from "../faults/ledger.ts";
import { failure, many } from "../faults/support.ts";
import { transportName } from "../support/transport.ts";
import { houses } from "./houses.ts";
import { accepted, callerAt, giving, quick, serverOf, withGiven, withLiveSession } from "./world.ts";

describe.each(houses)(`$name over ${transportName}: a rejected credential`, (house) => {
  describe.each(house.given)("that is given ($name)", (given) => {
    test("as text: one request, no login, and its own code", async () => {
      for (const [, fault] of house.sessions.expired) {
        const { server, client } = await withGiven(house, quick, given);
        server.script("read", fault);
        server.script("write", fault);
        for (const call of [client.read(), client.write()]) {
          const error = await failure(call);
          expect(error).toBeInstanceOf(AuthenticationError);
          expect(error).toMatchObject({ code: given.rejection, mayHaveExecuted: false, retryable: false, attempts: [{}], hint: expect.any(String) });
        }
        expect([server.reads, server.writes, server.effects, server.logins]).toEqual([1, 1, 0, 0]);
      }
    });

    test("as a function: it is asked once more, and a new value is sent once", async () => {
      const server = await serverOf(house);
      const [old, good] = [given.sample(), accepted(server, given)];
      let now = old;
      let asked = 0;
      const client = callerAt(house, server.base, { ...quick, ...giving(given, () => {
        asked += 1;
        const text = now;
        now = good;
        return text;
      }) });
      await client.write();
      expect(asked).toBe(2);
      expect(server.of("write").map((visit) => headerValues(visit, given.header))).toEqual([[given.prefix + old], [given.prefix + good]]);
      expect([server.effects, server.logins]).toEqual([1, 0]);
    });

    test("as a function that gives the same again: one request; that gives bad ones for ever: two", async () => {
      const server = await serverOf(house);
      const same = given.sample();
      expect((await failure(callerAt(house, server.base, giving(given, () => same)).read())).code).toBe(given.rejection);
      expect(server.reads).toBe(1);
      const another = callerAt(house, server.base, giving(given, () => given.sample()));
      expect((await failure(another.read())).code).toBe(given.rejection);
      expect([server.reads, server.logins]).toEqual([3, 0]);
    });

    test("as a function that throws: the caller gets that very error, and nothing is sent", async () => {
      const server = await serverOf(house);
      const broken = new Error("the vault is sealed");
      const client = callerAt(house, server.base, giving(given, () => Promise.reject(broken)));
      await expect(client.read()).rejects.toBe(broken);
      expect(server.connections).toBe(0);
    });
  });

  test.each(house.permission)("is not what $what means: it renews nothing, and is sent once", async ({ fault }) => {
    const { server, client, logins, reads } = await withLiveSession(house, quick);
    server.script("read", fault);
    server.script("write", fault);
    for (const call of [client.read(), client.write()]) {
      const error = await failure(call);
      expect(error).toBeInstanceOf(PermissionError);
      expect(error.code).toBe("PERMISSION_DENIED");
    }
    expect([logins(), reads(), server.writes]).toEqual([0, 1, 1]);
    await client.read();
    expect(logins()).toBe(0);
  });

  test("is not what a 403 of anybody means, such as a proxy's page, or one that speaks of the session", async () => {
    const { server, client, logins, reads } = await withLiveSession(house, quick);
    const [, expired] = house.sessions.expired[0] ?? [];
    const pages = [{ status: 403, body: "<p>no</p>" }, { status: 403, body: "" }, { ...expired, status: 403 }];
    for (const fault of pages) {
      server.script("read", fault);
      expect((await failure(client.read())).code).toBe("PERMISSION_DENIED");
    }
    expect([logins(), reads()]).toEqual([0, 3]);
  });

  test("of 50 calls at once is told to each in an error of its own", async () => {
    const { server, client } = await withGiven(house, quick);
    server.expire();
    const errors = await many(50, () => failure(client.read()));
    expect(new Set(errors).size).toBe(50);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set([house.given[0].rejection]));
    expect([server.reads, server.logins]).toEqual([50, 0]);
  });
});
