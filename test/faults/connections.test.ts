import { describe, expect, test } from "vitest";
import { transportName } from "../support/transport.ts";
import { gaps } from "./ledger.ts";
import { failure, many, quick, sleep, timed, until, withApiKey, withToken, withUserKey, write } from "./support.ts";

describe(`over ${transportName}`, () => {
  test("a connection is used again", async () => {
    const { server, client } = await withApiKey();
    for (let call = 0; call < 10; call += 1) await client.me();
    expect(server.of("Me")).toHaveLength(10);
    // The runtime's fetch may open a second one while the first is being given back.
    expect(server.connections).toBeLessThanOrEqual(transportName === "fetch" ? 4 : 1);
  });

  test("one that the server closed while it was idle costs no attempt, for a write either", async () => {
    const { server, client } = await withToken();
    server.keepAliveTimeout = 60;
    await client.me();
    await until(() => server.open === 0);
    await sleep(20);
    const read = await client.rawRequest("query Me { me { id } }");
    await until(() => server.open === 0);
    await sleep(20);
    const { attempts } = await client.rawRequest(write);
    expect([read.attempts.length, attempts.length]).toEqual([1, 1]);
    expect([server.of("Me").length, server.of("Write").length, server.lumar.effect("Write")]).toEqual([2, 1, 1]);
    expect(server.connections).toBe(3);
  });

  test("a server that closes after each answer and says so is met with a new connection each time", async () => {
    const { server, client } = await withToken();
    server.decide = () => ({ close: "announced" });
    for (let call = 0; call < 8; call += 1) await client.me();
    const { attempts } = await client.rawRequest(write);
    expect(attempts).toHaveLength(1);
    expect([server.of("Me").length, server.connections, server.lumar.effect("Write")]).toEqual([8, 9, 1]);
  });

  test("a server that closes after each answer without a word: calls right behind one another succeed, and nothing runs twice unseen", async () => {
    const { server, client } = await withToken({ retry: { attempts: 4, maxDelay: 5 } });
    server.decide = () => ({ close: "silent" });
    for (let call = 0; call < 20; call += 1) expect((await client.me()).username).toBe("someone");
    let succeeded = 0;
    let doubtful = 0;
    for (let call = 0; call < 20; call += 1) {
      const outcome = await client.request(write).then(() => undefined, (error: unknown) => error);
      if (outcome === undefined) succeeded += 1;
      else if (Reflect.get(Object(outcome), "mayHaveExecuted") === true) doubtful += 1;
    }
    expect(succeeded + doubtful).toBe(20);
    expect(server.lumar.effect("Write")).toBeGreaterThanOrEqual(succeeded);
    expect(server.lumar.effect("Write")).toBeLessThanOrEqual(succeeded + doubtful);
  });

  test("an answer that was given up does not come up in the next call on its connection", async () => {
    const { server, client } = await withApiKey();
    server.script("Slow", { delay: 150, body: { data: { version: "slow" } } });
    await failure(client.request("query Slow { version }", {}, { timeout: 50 }));
    const answers = await many(5, () => client.request<{ version: string }>("query Fast { version }"));
    await sleep(150);
    answers.push(await client.request("query Fast { version }"));
    expect(answers.map(({ version }) => version)).toEqual(Array(6).fill("1"));
    expect(server.of("Slow")).toHaveLength(1);
  });

  test("each of 300 calls at once gets the answer to its own question", async () => {
    const { server, client } = await withApiKey(quick);
    server.decide = ({ attempt }) => ({ delay: (attempt * 7) % 23 });
    const notes = await many(300, async (index) => (await client.request<{ note: string }>(`query Ask${index} { note }`)).note);
    expect(notes).toEqual(notes.map((_, index) => `Ask${index}`));
    expect(server.visits).toHaveLength(300);
  });

  describe("logins have connections of their own", () => {
    test("a renewal gets through while 200 calls hang", async () => {
      const { server, client } = await withUserKey({ timeout: 60_000 });
      await client.me();
      server.decide = ({ operation }) => (operation === "Hang" ? { delay: Infinity } : undefined);
      const controller = new AbortController();
      const hanging = many(200, () => client.request("query Hang { version }", {}, { signal: controller.signal }).catch((reason: unknown) => reason));
      await until(() => server.of("Hang").length === 200);
      server.lumar.sessions.clear();
      const { outcome: user, ms } = await timed(() => client.me());
      expect(user.username).toBe("someone");
      expect(ms).toBeLessThan(2_000);
      expect(server.logins).toBe(2);
      const occupied = new Set(server.of("Hang").map(({ connection }) => connection));
      expect(occupied.has(server.of("LoginWithUserKey")[1]?.connection ?? 0)).toBe(false);
      controller.abort("over");
      expect(new Set(await hanging)).toEqual(new Set(["over"]));
    });

    test("which calls never use, whatever the order", async () => {
      const { server, client } = await withUserKey();
      for (let round = 0; round < 3; round += 1) {
        await client.me();
        await client.login();
        server.lumar.sessions.clear();
      }
      await client.me();
      const of = (operation: string) => new Set(server.of(operation).map(({ connection }) => connection));
      const both = [...of("LoginWithUserKey")].filter((connection) => of("Me").has(connection));
      expect(server.logins).toBeGreaterThanOrEqual(4);
      // A caller's fetch keeps its own connections.
      if (transportName !== "fetch") expect(both).toEqual([]);
    });

    test("a login that hangs does not hold up calls that have a session", async () => {
      const { server, client } = await withUserKey();
      await client.me();
      server.script("LoginWithUserKey", { delay: Infinity });
      const again = client.login({ timeout: 400 });
      again.catch(() => undefined);
      await until(() => server.logins === 2);
      const { ms } = await timed(() => many(20, () => client.me()));
      expect(ms).toBeLessThan(2_000);
      expect(await failure(again)).toMatchObject({ code: "TIMEOUT" });
    });
  });

  test("close() ends the calls in flight and closes the connections", async () => {
    const { server, client } = await withApiKey();
    await client.me();
    server.decide = () => ({ delay: Infinity });
    const calls = many(10, () => failure(client.me()));
    await until(() => server.of("Me").length === 11);
    await client.close();
    for (const error of await calls) expect(error).toMatchObject({ code: "CLIENT_CLOSED", mayHaveExecuted: false });
    await until(() => server.visits.slice(1).every(({ left }) => left));
    if (transportName !== "fetch") await until(() => server.open === 0);
    expect(await failure(client.me())).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(gaps(server.visits)).toHaveLength(10);
  });
});
