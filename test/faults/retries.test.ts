import { afterEach, describe, expect, test, vi } from "vitest";
import { AuthenticationError, TransportError } from "keylight";
import { transportName } from "../support/transport.ts";
import { errorsOf, times, unauthenticated, type Fault } from "./fault.ts";
import { gaps } from "./ledger.ts";
import { failure, many, quick, withApiKey, withToken, withUserKey } from "./support.ts";

afterEach(() => vi.restoreAllMocks());

const bodies: readonly [what: string, body: unknown][] = [
  ["a web page", "<html>busy</html>"],
  ["nothing", ""],
  ["GraphQL errors without a code", { errors: [{ message: "busy" }], data: null }],
  ["GraphQL errors with a code that is not documented", errorsOf("SLOW_DOWN")],
  ["other JSON", { message: "busy" }],
];

const broken: readonly [what: string, fault: Fault][] = [
  ["dropped after the request was read", { drop: "answer" }],
  ["dropped after it ran", { drop: "answer", commits: true }],
  ["dropped in the middle of the body", { drop: "body" }],
  ["shorter than its content-length", { truncate: "length" }],
  ["of pieces without the last one", { truncate: "chunked" }],
  ["no HTTP at all", { raw: "SSH-2.0-OpenSSH_9.6\r\n" }],
];

describe(`over ${transportName}`, () => {
  describe("a query is sent again", () => {
    test.each([502, 503, 504, 429].flatMap((status) => bodies.map(([what, body]) => [status, what, body] as const)))("after a %i with %s", async (status, _what, body) => {
      const { server, client } = await withApiKey(quick);
      server.script("Me", { status, body }, { status, body });
      const { attempts } = await client.rawRequest("query Me { me { id } }");
      expect(server.of("Me").map(({ ran }) => ran)).toEqual([false, false, true]);
      expect(attempts.map((attempt) => attempt.status)).toEqual([status, status, 200]);
    });

    test.each(broken)("when the answer is %s", async (_what, fault) => {
      const { server, client } = await withApiKey(quick);
      server.script("Me", fault, fault);
      expect((await client.me()).username).toBe("robot");
      expect(server.of("Me")).toHaveLength(3);
    });

    test("when the connection is cut before the request is read", async () => {
      const { server, client } = await withApiKey(quick);
      server.hangUpOn = 2;
      await client.me();
      expect([server.unread, server.of("Me").length]).toEqual([2, 1]);
    });

    test("and then fails with what the last attempt met, each attempt told", async () => {
      const { server, client } = await withApiKey(quick);
      server.script("Me", { drop: "answer" }, { status: 503, body: "" }, { status: 502, body: "<p>bad gateway</p>" });
      const error = await failure(client.me());
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ status: 502, retryable: true, mayHaveExecuted: false, attempts: [{}, { status: 503 }, { status: 502 }] });
      expect(server.of("Me")).toHaveLength(3);
    });
  });

  test.each([
    ["FORBIDDEN", "PERMISSION_DENIED"],
    ["UNAUTHORIZED", "PERMISSION_DENIED"],
    ["INSUFFICIENT_PERMISSIONS", "PERMISSION_DENIED"],
    ["ENTITY_NOT_FOUND", "NOT_FOUND"],
    ["BAD_USER_INPUT", "BAD_USER_INPUT"],
    ["INCORRECT_USER_KEY_ID_OR_SECRET", "INVALID_CREDENTIALS"],
  ])("a 429 or 503 with the documented final code %s is final", async (code, expected) => {
    const { server, client } = await withApiKey(quick);
    for (const status of [429, 503]) {
      server.script("Me", { status, body: errorsOf(code) });
      expect(await failure(client.me())).toMatchObject({ code: expected, status });
    }
    expect(server.of("Me")).toHaveLength(2);
  });

  test("a 429 that says UNAUTHENTICATED renews the session", async () => {
    const { server, client } = await withUserKey(quick);
    server.script("Me", { status: 429, body: unauthenticated.body });
    await client.me();
    expect([server.of("Me").length, server.logins]).toEqual([2, 2]);
  });

  test.each([500, 501, 400, 404, 418])("a %i is not sent again", async (status) => {
    const { server, client } = await withApiKey(quick);
    server.script("Me", ...times(3, { status, body: "<p>no</p>" }));
    expect((await failure(client.me())).status).toBe(status);
    expect(server.of("Me")).toHaveLength(1);
  });

  test("a 407 is not sent again, unless a fetch makes a network failure of it, as its standard demands", async () => {
    const { server, client } = await withApiKey(quick);
    server.script("Me", ...times(3, { status: 407, body: "<p>no</p>" }));
    const error = await failure(client.me());
    expect([error.code, error.status]).toEqual(["NETWORK_ERROR", transportName === "fetch" ? undefined : 407]);
    expect(server.of("Me")).toHaveLength(transportName === "fetch" ? 3 : 1);
  });

  test.each([0, 1, 4])("retry.attempts %i is the number of further attempts", async (attempts) => {
    const { server, client } = await withApiKey({ retry: { attempts, maxDelay: 2 } });
    server.decide = () => ({ status: 503, body: "" });
    expect((await failure(client.me())).attempts).toHaveLength(attempts + 1);
    expect(server.of("Me")).toHaveLength(attempts + 1);
  });

  test("two further attempts are the default", async () => {
    const { server, client } = await withApiKey();
    vi.spyOn(Math, "random").mockReturnValue(0);
    server.decide = () => ({ status: 503, body: "" });
    await failure(client.me());
    expect(server.of("Me")).toHaveLength(3);
  });

  describe("the waits at the server", () => {
    // Timers fire up to a millisecond early by the clock of performance.now().
    test("reach the whole of 200 ms, doubled each time, when chance says so", async () => {
      const { server, client } = await withApiKey();
      vi.spyOn(Math, "random").mockReturnValue(0.999);
      server.script("Me", ...times(2, { status: 503, body: "" }));
      const { attempts } = await client.rawRequest("query Me { me { id } }");
      const [first = 0, second = 0] = gaps(server.of("Me"));
      expect(first).toBeGreaterThanOrEqual(197);
      expect(second).toBeGreaterThanOrEqual(397);
      expect(attempts.map(({ waitedMs }) => waitedMs)).toEqual([0, 200, 400]);
    });

    test("may be nothing at all, when chance says so", async () => {
      const { server, client } = await withApiKey();
      vi.spyOn(Math, "random").mockReturnValue(0);
      server.script("Me", ...times(2, { drop: "answer" }));
      const { attempts } = await client.rawRequest("query Me { me { id } }");
      expect(attempts.map(({ waitedMs }) => waitedMs)).toEqual([0, 0, 0]);
      expect(server.of("Me")).toHaveLength(3);
    });

    test("are never above maxDelay, and no two clients wait alike", async () => {
      const { server, client } = await withApiKey({ retry: { attempts: 4, maxDelay: 40 } });
      server.decide = ({ attempt }) => (attempt <= 40 ? { status: 503, body: "" } : undefined);
      const all = await many(10, () => client.rawRequest("query Me { me { id } }").catch((error: unknown) => error as { attempts: { waitedMs: number }[] }));
      const waits = all.flatMap(({ attempts }) => attempts.slice(1).map(({ waitedMs }) => waitedMs));
      expect(waits.length).toBeGreaterThanOrEqual(30);
      expect(Math.max(...waits)).toBeLessThanOrEqual(40);
      expect(new Set(waits).size).toBeGreaterThan(5);
    });
  });

  test("a failing server is met with a bounded number of retries in all, and with none once the budget is spent", async () => {
    const { server, client } = await withApiKey({ retry: { attempts: 10, maxDelay: 0 } });
    server.decide = () => ({ status: 503, body: "" });
    await many(60, () => failure(client.me()));
    expect(server.of("Me")).toHaveLength(60 + 500);
    await failure(client.me());
    expect(server.of("Me")).toHaveLength(61 + 500);
    // Ten successes earn one retry.
    server.decide = () => undefined;
    for (let call = 0; call < 10; call += 1) await client.me();
    server.decide = () => ({ status: 503, body: "" });
    expect((await failure(client.me())).attempts).toHaveLength(2);
  });

  test.each([
    ["a query whose name and text speak of mutations", "query Mutation { mutation: me { id } } # mutation Write { x }", 3],
    ["a mutation behind a comment and a fragment", "# query Me\nfragment query on Session { token }\nmutation Query { deleteSession { ...query } }", 1],
    ["a mutation without a name", "mutation { deleteSession { token } }", 1],
    ["a query without the word", "{ me { id } }", 3],
  ])("the kind comes from the parsed document: %s", async (_what, document, expected) => {
    const { server, client } = await withToken(quick);
    server.decide = () => ({ drop: "answer" });
    expect((await failure(client.request(document))).mayHaveExecuted).toBe(expected === 1);
    expect(server.visits).toHaveLength(expected);
  });

  test("a login is not retried as a call: a call with a login that fails has no attempts of its own", async () => {
    const { server, client } = await withUserKey({ retry: { attempts: 0 } });
    server.decide = ({ operation }) => (operation === "LoginWithUserKey" ? { drop: "answer" } : undefined);
    const error = await failure(client.me());
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: true, attempts: [] });
    expect([server.logins, server.of("Me").length]).toEqual([1, 0]);
  });
});
