import { describe, expect, test } from "vitest";
import { ConfigurationError, memorySessionStore, Secret } from "keylight";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { errorsOf, unauthenticated } from "./fault.ts";
import { credentialHeadersOf, headerValues } from "./ledger.ts";
import { faultServer } from "./server.ts";
import { clientAt, failure, many, quick, withApiKey, withToken, withUserKey, write } from "./support.ts";

const busy = { status: 503, body: "busy" };
const reserved = ["authorization", "x-api-key", "x-auth-token", "cookie", "host"];
const spellings = reserved.flatMap((name) => [name, name.toUpperCase(), name.replaceAll(/(^|-)[a-z]/g, (part) => part.toUpperCase())]);

describe(`over ${transportName}`, () => {
  describe("exactly one credential header leaves with a request", () => {
    test("of a client with an API key, after retries too", async () => {
      const { server, client, apiKey } = await withApiKey({ ...quick, headers: { "x-tenant": "a" } });
      server.script("Me", busy, { status: 429, body: "" }, undefined);
      await client.me({ headers: { "x-trace": "b" } });
      expect(server.of("Me")).toHaveLength(3);
      for (const visit of server.visits) {
        expect(credentialHeadersOf(visit)).toEqual(["x-api-key"]);
        expect(headerValues(visit, "x-api-key")).toEqual([apiKey]);
        expect([headerValues(visit, "x-tenant"), headerValues(visit, "x-trace")]).toEqual([["a"], ["b"]]);
      }
    });

    test("of a client with a session token, for writes too", async () => {
      const { server, client } = await withToken(quick);
      const [token] = [...server.lumar.sessions.keys()];
      server.script("Write", { status: 429, body: "" }, undefined);
      await client.request(write);
      expect(server.visits.map((visit) => [credentialHeadersOf(visit), headerValues(visit, "x-auth-token")])).toEqual(Array(2).fill([["x-auth-token"], [token]]));
    });

    test("of a client with a user key, after a renewal and retries too; a login carries none", async () => {
      const { server, client } = await withUserKey(quick);
      server.script("Me", busy, unauthenticated, busy, undefined);
      server.script("LoginWithUserKey", undefined, busy, undefined);
      await client.me();
      expect([server.of("Me").length, server.logins]).toEqual([4, 3]);
      for (const visit of server.of("Me")) expect(credentialHeadersOf(visit)).toEqual(["x-auth-token"]);
      for (const visit of server.of("LoginWithUserKey")) expect(credentialHeadersOf(visit)).toEqual([]);
      const sent = server.of("Me").map((visit) => headerValues(visit, "x-auth-token")[0]);
      expect(new Set(sent).size).toBe(2);
    });

    test("a key that a function gives is asked for once more when it is rejected, and never sent beside the old one", async () => {
      const server = await faultServer();
      const { apiKey: good } = server.lumar.addKey("good");
      const bad = canary("lmr_sa_9_revoked-long-ago-and-gone");
      const given = [bad, new Secret(good)];
      const client = clientAt(server.endpoint, { apiKey: () => given.shift() ?? good });
      await client.me();
      expect(server.visits.map((visit) => headerValues(visit, "x-api-key"))).toEqual([[bad], [good]]);
    });

    test("a logout carries its session, and the login after it carries none", async () => {
      const { server, client } = await withUserKey();
      await client.me();
      await client.logout();
      await client.me();
      expect(server.of("LoginWithUserKey").map((visit) => credentialHeadersOf(visit))).toEqual([[], []]);
      expect(server.of("DeleteSession").map((visit) => credentialHeadersOf(visit))).toEqual([["x-auth-token"]]);
    });
  });

  test.each(spellings)("a caller's header %s is refused before anything is sent", async (name) => {
    const { server, client } = await withApiKey();
    const planted = canary("planted-by-the-caller-of-the-client");
    const ofCall = await failure(client.me({ headers: { [name]: planted } }));
    expect(ofCall).toBeInstanceOf(ConfigurationError);
    expect(ofCall.message).toContain(name.toLowerCase());
    expect(() => clientAt(server.endpoint, { sessionToken: "a-token", headers: { [name]: planted } })).toThrow(ConfigurationError);
    expect(server.connections).toBe(0);
  });

  test.each([
    ["empty", ""],
    ["white space", " \t\n"],
    ["with a line break inside", "lmr_sa_1_abc\r\nx-evil: 1"],
    ["not ASCII", "lmr_sa_1_abcdé-and-more-of-it"],
    ["too long", `lmr_sa_1_${"x".repeat(4096)}`],
    ["undefined as text", "undefined"],
    ["null as text", "null"],
    ["with Bearer in front", "Bearer lmr_sa_1_abcdefghijkl"],
    ["of another service", "sk-live-another-service"],
  ])("an API key that is %s is refused by name, not by value, before any connection", async (_what, text) => {
    const server = await faultServer();
    if (text.length > 12) canary(text);
    const refusal = { code: "INVALID_CONFIGURATION", message: expect.stringContaining("apiKey") };
    expect(() => clientAt(server.endpoint, { apiKey: text })).toThrow(expect.objectContaining(refusal));
    const late = clientAt(server.endpoint, { apiKey: () => text });
    expect(await failure(late.me())).toMatchObject(refusal);
    expect(server.connections).toBe(0);
  });

  test("white space around a credential is not sent", async () => {
    const server = await faultServer();
    const { apiKey } = server.lumar.addKey();
    await clientAt(server.endpoint, { apiKey: `\r\n\t ${apiKey} \n` }).me();
    expect(server.visits.map((visit) => headerValues(visit, "x-api-key"))).toEqual([[apiKey]]);
  });

  test("an option beats the environment wholly: nothing of the environment's reaches the server", async () => {
    const server = await faultServer();
    const { userKey } = server.lumar;
    const token = server.lumar.addSession("by option");
    const env = { LC_API_KEY: server.lumar.addKey().apiKey, LC_USER_KEY_ID: String(userKey.id), LC_USER_KEY_SECRET: userKey.secret };
    const client = clientAt(server.endpoint, { sessionToken: token, env });
    expect((await client.me()).username).toBe("by option");
    server.lumar.sessions.clear();
    expect(await failure(client.me())).toMatchObject({ code: "SESSION_EXPIRED" });
    expect(server.visits.map((visit) => headerValues(visit, "x-auth-token"))).toEqual([[token], [token]]);
    expect(server.logins).toBe(0);
  });

  test("credentials that exclude each other are refused, both named, before any connection", async () => {
    const server = await faultServer();
    const { apiKey } = server.lumar.addKey();
    const { userKey } = server.lumar;
    expect(() => clientAt(server.endpoint, { apiKey, userKey })).toThrow(/apiKey.*userKey/);
    expect(() => clientAt(server.endpoint, { apiKey, sessionToken: "a-token" })).toThrow(/apiKey.*sessionToken/);
    expect(server.connections).toBe(0);
  });

  test("without a credential a call fails before any connection, saying what would do; version() goes without", async () => {
    const server = await faultServer();
    const client = clientAt(server.endpoint, { env: { LC_API_KEY: "", LC_SESSION_TOKEN: " ", LC_USER_KEY_ID: "" } });
    const error = await failure(client.me());
    expect(error).toBeInstanceOf(ConfigurationError);
    for (const name of ["apiKey", "userKey", "sessionToken", "LC_API_KEY", "LC_USER_KEY_ID", "LC_USER_KEY_SECRET", "LC_SESSION_TOKEN"]) expect(error.hint).toContain(name);
    expect(server.connections).toBe(0);
    expect(await client.version()).toBe("1");
    expect(server.visits.map((visit) => credentialHeadersOf(visit))).toEqual([[]]);
  });

  test("options and environment are read once, at construction, and own properties only", async () => {
    const server = await faultServer();
    const other = await faultServer();
    const { apiKey } = server.lumar.addKey();
    const env: Record<string, string> = { LC_API_KEY: apiKey, LC_API_URL: server.endpoint };
    const options = Object.assign(Object.create({ sessionToken: "inherited-token", endpoint: other.endpoint }) as object, { env, endpoint: server.endpoint });
    const client = clientAt(server.endpoint, options);
    env["LC_API_KEY"] = "lmr_sa_1_changed-afterwards";
    options.endpoint = other.endpoint;
    await client.me();
    expect(server.visits.map((visit) => headerValues(visit, "x-api-key"))).toEqual([[apiKey]]);
    expect(other.connections).toBe(0);
  });

  describe("a credential is bound to one origin", () => {
    test("a derived client with another endpoint logs in there; the first session is never shown to it", async () => {
      const [first, second] = [await faultServer(), await faultServer()];
      Object.assign(second.lumar.userKey, first.lumar.userKey);
      const client = clientAt(first.endpoint, { userKey: first.lumar.userKey, sessionStore: memorySessionStore() });
      await client.me();
      const moved = client.with({ endpoint: second.endpoint });
      await moved.me();
      await client.me();
      await moved.close();
      const [token = ""] = [...first.lumar.sessions.keys()];
      expect([first.logins, second.logins]).toEqual([1, 1]);
      expect(second.visits.flatMap(({ rawHeaders }) => rawHeaders)).not.toContain(token);
    });

    test.each([
      ["plain http to another machine", "http://api.example.com/graphql"],
      ["plain http to a name that begins like loopback", "http://127.0.0.1.example.com/graphql"],
      ["another protocol", "ftp://127.0.0.1/graphql"],
      ["a user name", "https://user:topsecretpassword@api.example.com/graphql"],
      ["a secret in its query", "https://api.example.com/graphql?api_key=topsecretpassword"],
    ])("an endpoint with %s is refused, and not quoted", (_what, endpoint) => {
      canary("topsecretpassword");
      expect(() => clientAt(endpoint, { sessionToken: "a-token" })).toThrow(ConfigurationError);
    });

    test("every request goes to the endpoint's own origin and path", async () => {
      const { server, client } = await withUserKey();
      await client.me();
      await client.serviceAccounts.keys.list(server.lumar.serviceAccount.id);
      expect(new Set(server.visits.map(({ path }) => path))).toEqual(new Set(["/graphql"]));
      const hosts = server.visits.flatMap((visit) => headerValues(visit, "host"));
      expect(new Set(hosts)).toEqual(new Set([new URL(server.endpoint).host]));
    });
  });

  test("two clients with different credentials never mix on one server, whatever it does", async () => {
    const server = await faultServer();
    const names = ["ada", "bob"];
    const clients = names.map((name) => clientAt(server.endpoint, { retry: { attempts: 6, maxDelay: 5 }, sessionToken: server.lumar.addSession(name) }));
    const robot = clientAt(server.endpoint, { retry: { attempts: 6, maxDelay: 5 }, apiKey: server.lumar.addKey("robot").apiKey });
    server.decide = ({ attempt }) => (attempt % 5 === 0 ? { drop: "answer" } : attempt % 7 === 0 ? busy : attempt % 11 === 0 ? { close: "announced" } : { delay: attempt % 3 });
    const [ada, bob, robots] = await Promise.all([...clients, robot].map((client) => many(60, async () => (await client.me()).username)));
    expect([new Set(ada), new Set(bob), new Set(robots)]).toEqual([new Set(["ada"]), new Set(["bob"]), new Set(["robot"])]);
    expect(server.of("Me").length).toBeGreaterThan(180);
  });

  test.each([403, 200])("a refusal with status %i is told as one, without a login or a second request", async (status) => {
    const { server, client } = await withApiKey();
    server.script("Me", { status, body: errorsOf("FORBIDDEN") });
    expect(await failure(client.me())).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(server.visits).toHaveLength(1);
  });

  test("a rejected API key makes one request and no login", async () => {
    const server = await faultServer();
    const client = clientAt(server.endpoint, { apiKey: canary("lmr_sa_1_never-a-key-of-this-server") });
    expect(await failure(client.me())).toMatchObject({ code: "KEY_REJECTED", status: 401 });
    expect([server.visits.length, server.logins]).toEqual([1, 0]);
  });
});
