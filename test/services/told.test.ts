import { tracingChannel } from "node:diagnostics_channel";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Logger } from "keylight";
import type { Fault } from "../faults/fault.ts";
import { headerValues } from "../faults/ledger.ts";
import { failure } from "../faults/support.ts";
import { formsOf } from "../oracle/forms.ts";
import { everythingOf, Searcher } from "../oracle/look.ts";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { houses } from "./houses.ts";
import { withGiven, withLiveSession } from "./world.ts";

const inHeader = "a header of the caller's own, for nobody else";
const inBody = "a body that only the server knows of, and its reader";

function collecting(): { lines: unknown[][]; logger: Logger } {
  const lines: unknown[][] = [];
  const note = (...line: unknown[]): void => void lines.push(line);
  return { lines, logger: { error: note, warn: note, info: note, debug: note } };
}

interface Heard {
  readonly channel: string;
  readonly phase: string;
  readonly event: object;
}

/** Events of the diagnostics channels, from now to the end of the test, as they were when they were told. */
function events(): Heard[] {
  const heard: Heard[] = [];
  for (const name of ["keylight:request", "keylight:login"]) {
    const hear = (phase: string) => (event: object) => void heard.push({ channel: name, phase, event: { ...event } });
    const all = { start: hear("start"), end: hear("end"), asyncStart: hear("asyncStart"), asyncEnd: hear("asyncEnd"), error: hear("error") };
    const channel = tracingChannel<unknown, object>(name);
    channel.subscribe(all);
    onTestFinished(() => {
      channel.unsubscribe(all);
    });
  }
  return heard;
}

/** What an error may hold; `stack` and `message` are read as well. */
const ofErrors = new Set([
  ...["stack", "message", "name", "code", "status", "requestId", "operationName", "variableNames", "retryable", "mayHaveExecuted", "retryAfterMs", "attempts", "hint", "cause", "phase"],
  ...["targetOrigin", "contentType", "byteLength", "errors", "data", "issues", "serviceCode", "rateLimit", "requiredScopes", "grantedScopes"],
]);

/** What a request's and a login's event may hold. */
const members = new Set(["operationName", "kind", "url", "attempt", "status", "durationMs", "requestId", "error"]);

const faults: readonly (readonly [what: string, fault: Fault])[] = [
  ["good", {}],
  ["a web page", { body: `<p>${inBody}</p>` }],
  ["JSON of another kind", { status: 400, body: { hidden: inBody } }],
  ["broken off", { body: { hidden: inBody }, truncate: "length" }],
  ["a 403 with more than its message", { status: 403, body: { message: "no", debug: inBody } }],
  ["a redirect", { status: 302, body: inBody, headers: { location: `https://elsewhere.example/${encodeURIComponent(inBody)}` } }],
  ["no HTTP", { raw: `HTTP/9 ${inBody}\r\n\r\n` }],
];

describe.each(houses)(`$name over ${transportName}: logger and channels`, (house) => {
  test.each(faults)("tell of an answer that is %s, and nothing of credentials, headers or bodies", async (_what, fault) => {
    const hidden = [inHeader, inBody].map((text) => canary(text));
    const { lines, logger } = collecting();
    const heard = events();
    const { server, client, text } = await withGiven(house, { retry: { attempts: 1, maxDelay: 1 }, logger, logLevel: "debug", headers: { "x-own": inHeader } });
    server.decide = () => fault;
    const outcomes = await Promise.allSettled([client.read(), client.write()]);
    const search = new Searcher([text, ...hidden].flatMap((secret) => [...formsOf(secret)]));
    for (const told of [...lines, ...heard]) expect(search.leaksIn(everythingOf(told), [])).toEqual([]);
    for (const { event } of heard) expect(Object.keys(event).filter((name) => !members.has(name) && name !== "result")).toEqual([]);
    expect(heard.filter(({ phase }) => phase === "start")).toHaveLength(2);
    const errors = heard.filter(({ phase }) => phase === "error").map(({ event }) => Reflect.get(event, "error"));
    expect(errors).toEqual(expect.arrayContaining(outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []))));
    for (const error of errors) {
      expect(Reflect.ownKeys(Object(error)).filter((name) => typeof name === "string" && !ofErrors.has(name))).toEqual([]);
      expect(Object.keys(Object(Reflect.get(Object(error), "cause"))).filter((name) => !["name", "code", "syscall"].includes(name))).toEqual([]);
      expect(search.leaksIn(everythingOf(error), [])).toEqual([]);
    }
    expect(lines.length).toBeGreaterThanOrEqual(2);
  });

  test("tell of a renewal and of a refused login, one login event each, and nothing of tokens or of what logs in", async () => {
    const { lines, logger } = collecting();
    const { server, client } = await withLiveSession(house, { retry: { attempts: 0 }, logger, logLevel: "debug" });
    const heard = events();
    server.expire();
    await client.read();
    server.expire();
    server.script("login", house.sessions.refused);
    expect((await failure(client.read())).code).toBe(house.sessions.refusal);
    const logins = heard.filter(({ channel }) => channel === "keylight:login");
    expect(logins.map(({ phase }) => phase).filter((phase) => phase === "start" || phase === "error")).toEqual(["start", "start", "error"]);
    const tokens = server.of("read").map((visit) => headerValues(visit, house.sessions.header)[0]?.replace(house.sessions.prefix, "") ?? "");
    const search = new Searcher([server.secret, ...tokens].flatMap((secret) => [...formsOf(secret)]));
    for (const told of [...lines, ...heard]) expect(search.leaksIn(everythingOf(told))).toEqual([]);
    expect(new Set(tokens).size).toBe(2);
    expect(lines.length).toBeGreaterThan(2);
  });

  test("that throw or reject fail no call", async () => {
    const broken = (): never => {
      throw new Error("disk full");
    };
    const logger = { error: broken, warn: () => Promise.reject(new Error("disk full")), info: () => Promise.reject(new Error("disk full")), debug: broken };
    const { server, client, logins } = await withLiveSession(house, { retry: { attempts: 1, maxDelay: 1 }, logger, logLevel: "debug" });
    server.script("read", { drop: "answer" }, house.sessions.expired[0]?.[1]);
    await client.read();
    expect(logins()).toBe(1);
  });
});
