import { describe, expect, test } from "vitest";
import { Secret } from "keylight";
import { credentialHeadersOf, headerValues } from "../faults/ledger.ts";
import { failure } from "../faults/support.ts";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { accepted, callerAt, giving, quick, refusedOptions, serverOf, withGiven, withSession } from "./world.ts";

const busy = { status: 503, body: "busy" };
const reserved = ["authorization", "x-api-key", "x-auth-token", "cookie", "host"];
const spellings = reserved.flatMap((name) => [name, name.toUpperCase(), name.replaceAll(/(^|-)[a-z]/g, (part) => part.toUpperCase())]);

describe.each(houses)(`$name over ${transportName}: exactly one credential header leaves with a request`, (house) => {
  test.each(house.given)("of a client with $name, for writes and after retries too", async (given) => {
    const { server, client, text } = await withGiven(house, { ...quick, headers: { "x-tenant": "a" } }, given);
    server.script("read", busy, { status: 429, body: "" });
    await client.read({ headers: { "x-trace": "b" } });
    await client.write();
    expect([server.reads, server.writes]).toEqual([3, 1]);
    for (const visit of server.visits) {
      expect(credentialHeadersOf(visit)).toEqual([given.header]);
      expect(headerValues(visit, given.header)).toEqual([given.prefix + text]);
      expect(headerValues(visit, "x-tenant")).toEqual(["a"]);
    }
    expect(server.of("read").map((visit) => headerValues(visit, "x-trace"))).toEqual([["b"], ["b"], ["b"]]);
  });

  test("of a client with a session, after a renewal too; a login carries none", async () => {
    const { server, client } = await withSession(house, quick);
    server.script("read", busy, house.sessions.expired[0]?.[1], busy);
    await client.read();
    expect([server.reads, server.logins]).toEqual([4, house.sessions.firstLogins + 1]);
    for (const visit of server.of("login")) expect(credentialHeadersOf(visit)).toEqual([]);
    for (const visit of server.of("read")) expect(credentialHeadersOf(visit)).toEqual([house.sessions.header]);
    expect(new Set(server.of("read").map((visit) => headerValues(visit, house.sessions.header)[0])).size).toBe(2);
  });

  test("not the caller's: each is refused, in any spelling, before anything is sent", async () => {
    const { server, client, text } = await withGiven(house);
    const planted = canary("planted-by-the-caller-of-the-client");
    for (const name of spellings) {
      const refusal = { code: "INVALID_CONFIGURATION", message: expect.stringContaining(name.toLowerCase()), mayHaveExecuted: false };
      const headers = { [name]: planted };
      expect(await failure(client.read({ headers }))).toMatchObject(refusal);
      expect(await failure(client.write({ headers }))).toMatchObject(refusal);
      expect(refusedOptions(() => callerAt(house, server.base, { ...giving(house.given[0], text), headers }))).toMatchObject(refusal);
    }
    expect(server.connections).toBe(0);
  });
});

const unfit: readonly [what: string, make: (good: string) => unknown][] = [
  ["empty", () => ""],
  ["white space", () => " \t\n"],
  ["with a line break inside", (good) => `${good}\r\nx-evil: 1`],
  ["with a space inside", (good) => `${good} ${good}`],
  ["not ASCII", (good) => `${good}é`],
  ["a character that no header can carry", (good) => `${good}\u0000`],
  ["too long", (good) => good + "x".repeat(4096)],
  ["undefined as text", () => "undefined"],
  ["null as text", () => "null"],
  ["with Bearer in front", (good) => `Bearer ${good}`],
  ["with bearer in front, in small letters", (good) => `bearer ${good}`],
  ["a number", () => 5],
  ["an object", () => ({})],
];

describe.each(clients)(`$name over ${transportName}: a credential is valid text`, (house) => {
  test.each(unfit)("one that is %s is refused by name, not by value, before any I/O", async (_what, make) => {
    const server = await serverOf(house);
    for (const given of house.given) {
      const text = make(given.sample());
      const refusal = { code: "INVALID_CONFIGURATION", message: expect.stringContaining(given.option) };
      if (typeof text === "string" && text.length > 12) canary(text);
      expect(refusedOptions(() => callerAt(house, server.base, giving(given, text)))).toMatchObject(refusal);
      expect(await failure(callerAt(house, server.base, giving(given, () => text)).read())).toMatchObject(refusal);
      if (typeof text !== "string") continue;
      expect(refusedOptions(() => callerAt(house, server.base, giving(given, new Secret(text))))).toMatchObject(refusal);
    }
    expect(server.connections).toBe(0);
  });

  test("text, a Secret, and functions of either are sent, without the white space around", async () => {
    const server = await serverOf(house);
    for (const given of house.given) {
      const text = accepted(server, given);
      const values = [`\r\n\t ${text} \n`, new Secret(text), () => text, () => Promise.resolve(new Secret(`${text}\n`))];
      for (const value of values) await callerAt(house, server.base, giving(given, value)).read();
      const sent = server.visits.slice(-values.length).map((visit) => headerValues(visit, given.header));
      expect(sent).toEqual(values.map(() => [given.prefix + text]));
    }
  });

  test("a key in the environment that is unfit is refused by the variable's name", async () => {
    const server = await serverOf(house);
    for (const { variable, sample } of house.given) {
      if (variable === undefined) continue;
      for (const text of ["undefined", `${sample()} x`, `Bearer ${sample()}`]) {
        const env = { ...environmentWithout(house.environment(server.base, ""), house.given.map((given) => given.variable)), [variable]: text };
        expect(refusedOptions(() => house.make({ env })).message).toContain(variable);
      }
    }
    expect(server.connections).toBe(0);
  });
});

function environmentWithout(all: Record<string, string>, names: readonly (string | undefined)[]): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

describe.each(clients)(`$name over ${transportName}: explicit beats environment, wholly`, (house) => {
  test("the environment alone is enough", async () => {
    const server = await serverOf(house);
    const [given] = house.given;
    const text = accepted(server, given);
    const client = house.make({ env: house.environment(server.base, ` ${text}\n`) });
    await client.read();
    await client.close();
    expect(server.visits.map((visit) => headerValues(visit, given.header))).toEqual([[given.prefix + text]]);
  });

  test.each(house.given)("$name as an option: nothing of the environment's reaches the server, also when it is rejected", async (given) => {
    const server = await serverOf(house);
    const env = house.environment(server.base, house.given[0].sample());
    const text = accepted(server, given);
    const client = house.make({ env, ...quick, ...giving(given, text) });
    await client.read();
    server.expire();
    expect(await failure(client.read())).toMatchObject({ code: given.rejection });
    await client.close();
    expect(server.visits.map((visit) => headerValues(visit, given.header))).toEqual(Array(2).fill([given.prefix + text]));
    expect(server.logins).toBe(0);
  });

  test("an unfit option is an error, not a reason to take the environment's", async () => {
    const server = await serverOf(house);
    const env = house.environment(server.base, house.given[0].sample());
    for (const given of house.given) expect(refusedOptions(() => house.make({ env, ...giving(given, "") })).message).toContain(given.option);
    expect(server.connections).toBe(0);
  });

  test("empty variables count as unset: without a credential a call fails before any I/O, and says what would do", async () => {
    const server = await serverOf(house);
    const env = Object.fromEntries(Object.keys(house.environment(server.base, "")).map((name) => [name, " \t"]));
    const client = house.make({ ...house.at(server.base), env });
    const error = await failure(client.read());
    expect(error.code).toBe(house.withoutCredential);
    for (const text of [house.given[0].option, house.given[0].variable]) expect(error.hint).toContain(text);
    await client.close();
    expect(server.connections).toBe(0);
  });

  test("the environment is read once: what changes later changes nothing", async () => {
    const server = await serverOf(house);
    const text = accepted(server, house.given[0]);
    const env = house.environment(server.base, text);
    const client = house.make({ env });
    for (const name of Object.keys(env)) env[name] = "changed";
    await client.read();
    await client.close();
    expect(server.reads).toBe(1);
  });

  test("options of a prototype are no options", async () => {
    const server = await serverOf(house);
    const inherited: object = Object.create(giving(house.given[0], house.given[0].sample()));
    const client = house.make(Object.assign(inherited, { ...house.at(server.base), env: {} }));
    expect((await failure(client.read())).code).toBe(house.withoutCredential);
    await client.close();
    expect(server.connections).toBe(0);
  });

  test("options that exclude each other are refused, both named", async () => {
    const server = await serverOf(house);
    const ways = [{ fetch: globalThis.fetch, proxy: "http://127.0.0.1:9" }];
    for (const pair of [...house.exclusive, ...ways]) {
      const credential = ways.some((way) => way === pair) ? giving(house.given[0], house.given[0].sample()) : {};
      const error = refusedOptions(() => callerAt(house, server.base, { ...credential, ...pair }));
      for (const name of Object.keys(pair)) expect(error.message).toContain(name);
    }
    expect(server.connections).toBe(0);
  });
});
