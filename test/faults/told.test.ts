import { tracingChannel } from "node:diagnostics_channel";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Logger } from "keylight";
import { formsOf } from "../oracle/forms.ts";
import { everythingOf, Searcher } from "../oracle/look.ts";
import { canary, listen, stopListening } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { errorsOf, unauthenticated, type Fault } from "./fault.ts";
import { failure, quick, withUserKey, write } from "./support.ts";

const inVariables = 'a "variable" of the caller/with?odd&characters';
const inBody = "<p>the body of the answer, word for word</p>";
const inHeader = "the-value-of-a-callers-own-header";

const faults: readonly [what: string, fault: Fault][] = [
  ["dropped", { drop: "answer" }],
  ["cut off in the middle", { drop: "body" }],
  ["too short", { truncate: "length", body: inBody }],
  ["badly packed", { body: inBody, headers: { "content-encoding": "gzip" } }],
  ["packed well, but a web page", { body: gzipSync(inBody), headers: { "content-encoding": "gzip" } }],
  ["a web page", { body: inBody }],
  ["a web page with 500", { status: 500, body: inBody }],
  ["a web page with 401", { status: 401, body: inBody }],
  ["a web page with 403", { status: 403, body: inBody }],
  ["a web page with 429", { status: 429, body: inBody }],
  ["JSON of another kind", { body: { said: inBody } }],
  ["an error with extensions", { body: { errors: [{ message: "no", extensions: { code: "ODD", stacktrace: [inBody], request: { body: inBody } } }], data: null } }],
  ["a refusal", { status: 403, body: { ...Object(errorsOf("FORBIDDEN")), debug: inBody } }],
  ["a redirect", { status: 302, body: inBody, headers: { location: `https://elsewhere.example/${encodeURIComponent(inBody)}` } }],
  ["stalling", { stall: Infinity, body: `${inBody}${inBody}` }],
  ["no HTTP", { raw: `HTTP/9 ${inBody}\r\n\r\n` }],
];

/** What an error may hold; `stack` and `message` are read as well. */
const members = new Set([
  "stack", "message", "name", "code", "status", "requestId", "operationName", "variableNames", "retryable", "mayHaveExecuted", "retryAfterMs", "attempts", "hint", "cause",
  "phase", "targetOrigin", "contentType", "byteLength", "errors", "data", "issues",
]);

function collecting(): { lines: unknown[][]; logger: Logger } {
  const lines: unknown[][] = [];
  const note = (...line: unknown[]): void => void lines.push(line);
  return { lines, logger: { error: note, warn: note, info: note, debug: note } };
}

/** Events of the diagnostics channels, from now to the end of the test. */
function events(): object[] {
  const heard: object[] = [];
  const hear = (event: object): void => void heard.push(event);
  const all = { start: hear, end: hear, asyncStart: hear, asyncEnd: hear, error: hear };
  for (const name of ["keylight:request", "keylight:login"]) {
    const channel = tracingChannel<unknown, object>(name);
    channel.subscribe(all);
    onTestFinished(() => {
      channel.unsubscribe(all);
    });
  }
  return heard;
}

describe(`over ${transportName}`, () => {
  test.each(faults)("an answer that is %s: no variable, body, header or credential is in the error, the log or an event", async (_what, fault) => {
    const private_ = [inVariables, inBody, inHeader].map((text) => canary(text));
    const { lines, logger } = collecting();
    const heard = events();
    // Only what stalls needs its deadline; a first fetch may take longer than that.
    const timeout = fault.stall === undefined ? 5_000 : 200;
    const { server, client } = await withUserKey({ ...quick, timeout, logger, logLevel: "debug", headers: { "x-own": inHeader } });
    server.decide = ({ operation }) => (operation === "LoginWithUserKey" ? undefined : fault);
    const thrown = [await failure(client.request(`query Read { version }`, { note: inVariables })), await failure(client.request(write, { note: inVariables }))];
    server.decide = () => fault;
    await client.login({ timeout: 60 }).catch(() => undefined);
    const secrets = [...private_, server.lumar.userKey.secret, ...server.lumar.sessions.keys()];
    const search = new Searcher(secrets.flatMap((secret) => [...formsOf(secret)]));
    for (const told of [...thrown, ...lines, ...heard]) expect(search.leaksIn(everythingOf(told))).toEqual([]);
    for (const error of thrown) {
      expect(Reflect.ownKeys(error).filter((name) => typeof name === "string" && !members.has(name))).toEqual([]);
      expect(Object.keys(error.cause ?? {}).filter((name) => !["name", "code", "syscall"].includes(name))).toEqual([]);
      expect(error.variableNames).toEqual(["note"]);
    }
    expect([lines.length > 0, heard.length > 0]).toEqual([true, true]);
    expect(server.visits.length).toBeGreaterThanOrEqual(4);
  });

  test("a session that was renewed, a login that was refused and a call that succeeded say nothing of secrets either", async () => {
    const { lines, logger } = collecting();
    const heard = events();
    const { server, client } = await withUserKey({ ...quick, logger, logLevel: "debug" });
    server.script("Me", { drop: "answer" }, unauthenticated);
    await client.me();
    server.lumar.sessions.clear();
    server.script("LoginWithUserKey", { body: errorsOf("INCORRECT_USER_KEY_ID_OR_SECRET", `not ${server.lumar.userKey.secret}`) });
    expect(await failure(client.me())).toMatchObject({ code: "INVALID_CREDENTIALS" });
    const search = new Searcher(formsOf(server.lumar.userKey.secret));
    for (const told of [...lines, ...heard]) expect(search.leaksIn(everythingOf(told))).toEqual([]);
    expect(lines.length).toBeGreaterThan(2);
    expect(server.logins).toBe(3);
  });

  test("a logger that throws, or whose promise is rejected, fails no call", async () => {
    const broken = (): never => {
      throw new Error("disk full");
    };
    const logger = { error: broken, warn: broken, info: () => Promise.reject(new Error("disk full")), debug: broken };
    const { server, client } = await withUserKey({ ...quick, logger, logLevel: "debug" });
    server.script("Me", { drop: "answer" }, unauthenticated);
    expect((await client.me()).username).toBe("someone");
    expect(server.of("Me")).toHaveLength(3);
  });

  test("a call that nobody listens to goes the same way", async () => {
    stopListening();
    onTestFinished(listen);
    const { server, client } = await withUserKey(quick);
    server.script("Me", { drop: "answer" }, unauthenticated);
    expect((await client.me()).username).toBe("someone");
    server.script("Me", { body: inBody });
    expect(await failure(client.me())).toMatchObject({ code: "BAD_RESPONSE" });
    expect([server.of("Me").length, server.logins]).toEqual([4, 2]);
  });
});
