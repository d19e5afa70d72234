import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ClientClosedError, ConfigurationError, ResponseFormatError } from "../../src/errors/index.ts";
import type { CallPlan, ConnectionOptions } from "../../src/core/connection.ts";
import { GraphQLConnection } from "../../src/core/graphql-connection.ts";
import { Lines } from "../../src/core/lines.ts";
import { LiveSecrets } from "../../src/core/live-secrets.ts";
import { readSettings, type CommonOptions } from "../../src/core/options.ts";
import type { CallScope } from "../../src/core/transport/scope.ts";
import { canary } from "../oracle/oracle.ts";
import { dialect, rejection, sourceOf } from "./transport/support.ts";

const key = canary("key-of-connection-tests");
const another = canary("another-key-of-connection-tests");
const ok = () => new Response(JSON.stringify({ data: { me: { id: 1 } } }), { headers: { "x-request-id": "r-7" } });

type Sent = (url: string, init: { method: string; headers: Record<string, string>; body: string }) => Promise<Response>;

function connectionOver(answer: () => Response | Promise<Response> = ok, overrides: Partial<ConnectionOptions> = {}, client: CommonOptions = {}) {
  const fetch = vi.fn<Sent>(async () => answer());
  const settings = readSettings({ fetch: fetch as unknown as typeof globalThis.fetch, retry: { attempts: 2, maxDelay: 0 }, ...client }, () => undefined);
  const connection = new GraphQLConnection({
    endpoint: new URL("https://api.test/graphql"), settings, dialect, secrets: new LiveSecrets(), headers: {}, credential: sourceOf(key),
    noCredential: () => new ConfigurationError("there is no credential"), ...overrides,
  });
  onTestFinished(() => { connection.close(); });
  const headers = (nth = 0): Record<string, string> => fetch.mock.calls[nth]?.[1].headers ?? {};
  return { connection, fetch, headers, settings };
}

const hanging = (): Promise<Response> => new Promise(() => undefined);
const query = "query Me { me { id } }";

describe("the headers of a request", () => {
  test("are those of GraphQL, then the service's, the client's and the call's, each over those before", async () => {
    const own = { "x-client": "service", "x-call": "service", "x-service": "service" };
    const { connection, headers } = connectionOver(ok, { headers: own }, { headers: { "x-client": "client", "x-call": "client" } });
    await connection.send(query, undefined, { headers: { "x-call": "call" } });
    await connection.send(query, undefined, undefined);
    expect(headers()).toEqual({
      accept: "application/graphql-response+json, application/json", "content-type": "application/json",
      "x-service": "service", "x-client": "client", "x-call": "call", "x-api-key": key,
    });
    expect(headers(1)).toMatchObject({ "x-call": "client" });
  });
});

test("what is changed after a call was made is not sent with it, not even by the first call", async () => {
  const { connection, fetch, headers } = connectionOver();
  const variables = { id: 0 };
  const given = { headers: { "x-call": "" } };
  const calls: Promise<unknown>[] = [];
  for (const id of [1, 2, 3]) {
    variables.id = id;
    given.headers["x-call"] = String(id);
    calls.push(connection.send("mutation Revoke($id: Int) { revoke(id: $id) }", variables, given));
  }
  await Promise.all(calls);
  const sent = fetch.mock.calls.map(([, { body }], nth) => [(JSON.parse(body) as { variables: { id: number } }).variables.id, headers(nth)["x-call"]]);
  expect(sent).toEqual([[1, "1"], [2, "2"], [3, "3"]]);
});

describe("the credential of a call", () => {
  test.each<[string, CallPlan, string | undefined]>([
    ["is the connection's by default", {}, key],
    ["is the connection's where one is at hand", { credential: "at hand" }, key],
    ["is absent where none is to go out", { credential: "none" }, undefined],
    ["is another one where the plan says so", { credential: sourceOf(another) }, another],
  ])("%s", async (_what, plan, expected) => {
    const { connection, headers } = connectionOver();
    await connection.send(query, undefined, undefined, plan);
    expect(headers()["x-api-key"]).toBe(expected);
  });

  test("is missed where there is none and one is required, before anything is sent", async () => {
    const { connection, fetch } = connectionOver(ok, { credential: undefined });
    expect(await rejection(connection.send(query, undefined, undefined))).toMatchObject({ message: "there is no credential" });
    expect(fetch).not.toHaveBeenCalled();
    await connection.send(query, undefined, undefined, { credential: "at hand" });
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("the plan of a call", () => {
  const busy = () => new Response("", { status: 503 });

  test("may have its own number of further attempts", async () => {
    const { connection, fetch } = connectionOver(busy);
    await rejection(connection.send(query, undefined, undefined));
    expect(fetch).toHaveBeenCalledTimes(3);
    await rejection(connection.send(query, undefined, undefined, { retryAttempts: 0 }));
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  test("may have its own limit of an answer", async () => {
    const { connection } = connectionOver();
    await connection.send(query, undefined, undefined, { maxResponseBytes: 100 });
    expect(await rejection(connection.send(query, undefined, undefined, { maxResponseBytes: 5 }))).toBeInstanceOf(ResponseFormatError);
  });

  test.each<[CallPlan, string]>([[{}, "calls"], [{ forLogin: false }, "calls"], [{ maxResponseBytes: 1_000 }, "calls"], [{ forLogin: true }, "logins"]])("%j goes over the connections of %s", async (plan, used) => {
    const lines = new Lines(connectionOver().settings);
    const asked = { calls: vi.spyOn(lines, "calls"), logins: vi.spyOn(lines, "logins") };
    await connectionOver(ok, { lines }).connection.send(query, undefined, undefined, plan);
    expect([asked.calls, asked.logins].map((spy) => spy.mock.calls.length)).toEqual(used === "calls" ? [1, 0] : [0, 1]);
  });

  test("and the call's options both must want partial data", async () => {
    const partial = () => new Response(JSON.stringify({ data: { me: null }, errors: [{ message: "no" }] }));
    const { connection } = connectionOver(partial);
    expect((await connection.send(query, undefined, { allowPartial: true }, { mayBePartial: true })).value.data).toEqual({ me: null });
    await rejection(connection.send(query, undefined, { allowPartial: true }, {}));
    await rejection(connection.send(query, undefined, {}, { mayBePartial: true }));
    const { value } = await connection.send(query, undefined, undefined, { accepts: (data) => data["me"] === null });
    expect(value.data).toEqual({ me: null });
    await rejection(connection.send(query, undefined, undefined, { accepts: () => false }));
  });
});

describe("variables", () => {
  test.each([[null], [[]], [5], ["id"]])("%j are refused before anything is sent", async (variables) => {
    const { connection, fetch } = connectionOver();
    expect(await rejection(connection.send(query, variables as unknown as object, undefined))).toMatchObject({ message: "variables must be an object" });
    expect(() => connection.explain(query, variables as unknown as object)).toThrow("variables must be an object");
    expect(fetch).not.toHaveBeenCalled();
  });

  test("are named in an error, and an error of a call without any names none", async () => {
    const { connection } = connectionOver(() => new Response("", { status: 404 }));
    expect(await rejection(connection.send(query, { id: 1, name: 2 }, undefined))).toMatchObject({ variableNames: ["id", "name"], operationName: "Me" });
    expect(await rejection(connection.send(query, undefined, undefined))).toMatchObject({ variableNames: [] });
  });
});

describe("an answer that cannot be read", () => {
  const unreadable = () => { throw new ResponseFormatError("the answer lacks me", "application/json", 0); };

  test("of a query is told with what is known of its call", async () => {
    const { connection } = connectionOver();
    const error = await rejection(connection.ask(query, undefined, undefined, unreadable));
    expect(error).toMatchObject({ status: 200, requestId: "r-7", operationName: "Me", attempts: [{ status: 200 }], hint: dialect.hints.badDocument, mayHaveExecuted: false });
  });

  test("of a mutation may have run", async () => {
    const { connection } = connectionOver();
    const error = await rejection(connection.ask("mutation Make { make { id } }", undefined, undefined, unreadable));
    expect(error).toMatchObject({ mayHaveExecuted: true, hint: "The write may have taken effect: look before you repeat it." });
  });

  test("for a reason that is not ours is told as it is", async () => {
    const own = new TypeError("mine");
    expect(await rejection(connectionOver().connection.ask(query, undefined, undefined, () => { throw own; }))).toBe(own);
  });

  test("is no answer that can: what reading gives is given", async () => {
    expect(await connectionOver().connection.ask(query, undefined, undefined, ({ value }) => value.data)).toEqual({ me: { id: 1 } });
  });
});

describe("an action inside the time of a call", () => {
  test("gives what it gives, and leaves no scope behind", async () => {
    const { connection } = connectionOver();
    let seen: CallScope | undefined;
    expect(await connection.within({ timeout: 77 }, async (scope) => (seen = scope).timeout)).toBe(77);
    const ended = vi.fn();
    seen?.onEnd(ended);
    connection.close();
    expect(ended).not.toHaveBeenCalled();
  });

  test("ends with its timeout, the caller's signal or the client, and fails with its own error", async () => {
    const { connection } = connectionOver();
    const waits = (scope: CallScope): Promise<unknown> => scope.race(hanging());
    expect(await rejection(connection.within({ timeout: 5 }, waits))).toMatchObject({ name: "TimeoutError", phase: "connect", message: "no answer within 5 ms" });
    const leaving = new AbortController();
    const left = rejection(connection.within({ signal: leaving.signal }, waits));
    leaving.abort("left");
    expect(await left).toBe("left");
    expect(await rejection(connection.within(undefined, () => Promise.reject(new RangeError("own"))))).toBeInstanceOf(RangeError);
    const closed = rejection(connection.within(undefined, waits));
    connection.close();
    expect(await closed).toBeInstanceOf(ClientClosedError);
  });

  test("does not begin after an abort, nor after the close", async () => {
    const { connection } = connectionOver();
    const action = vi.fn(() => Promise.resolve());
    expect(await rejection(connection.within({ signal: AbortSignal.abort("early") }, action))).toBe("early");
    connection.close();
    expect(await rejection(connection.within(undefined, action))).toBeInstanceOf(ClientClosedError);
    expect(action).not.toHaveBeenCalled();
  });
});

describe("a connection that is closed", () => {
  test("ends the calls in flight, and takes no other: not even one that is wrong", async () => {
    const { connection, fetch } = connectionOver(hanging);
    const call = rejection(connection.send(query, undefined, undefined));
    await vi.waitFor(() => { expect(fetch).toHaveBeenCalledTimes(1); });
    connection.close();
    expect(await call).toBeInstanceOf(ClientClosedError);
    expect(await rejection(connection.send("no document", undefined, undefined))).toBeInstanceOf(ClientClosedError);
  });

  test("gives up its share of the lines once, however often it is closed", () => {
    const lines = new Lines({});
    const released = vi.spyOn(lines, "release");
    const { connection } = connectionOver(ok, { lines });
    connection.close();
    connection.close();
    expect(released).toHaveBeenCalledTimes(1);
  });
});
