import { describe, expect, test } from "vitest";
import { formsOf } from "../oracle/forms.ts";
import { everythingOf, Searcher } from "../oracle/look.ts";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { errorsOf, type Fault } from "./fault.ts";
import { faultServer } from "./server.ts";
import { clientAt, failure, said, withApiKey, withToken, withUserKey } from "./support.ts";

const ways: readonly [how: string, quote: (secret: string) => string][] = [
  ["raw", (secret) => secret],
  ["JSON-escaped", (secret) => JSON.stringify(secret)],
  ["JSON-escaped with its slashes", (secret) => JSON.stringify(secret).replaceAll("/", "\\/")],
  ["URL-encoded", (secret) => encodeURIComponent(secret)],
  ["URL-encoded in small letters", (secret) => encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase())],
  ["base64", (secret) => Buffer.from(secret).toString("base64")],
  ["base64 of a name and the secret", (secret) => Buffer.from(`130:${secret}`).toString("base64")],
  ["base64 in the middle of more", (secret) => Buffer.from(`{"a":"${secret}"}`).toString("base64")],
  ["base64url", (secret) => Buffer.from(secret).toString("base64url")],
  ["hex", (secret) => Buffer.from(secret).toString("hex")],
  ["hex in capitals", (secret) => Buffer.from(secret).toString("hex").toUpperCase()],
];

/** The secret shows in no form in anything that the error gives away. */
function expectClean(error: unknown, secret: string): void {
  expect(new Searcher(formsOf(secret)).leaksIn(everythingOf(error))).toEqual([]);
}

const places: readonly [where: string, fault: (text: string) => Fault][] = [
  ["the message of an error", (text) => ({ body: { errors: [{ message: `cannot use ${text} here` }], data: null } })],
  ["the message of an error with a documented code", (text) => ({ status: 403, body: errorsOf("FORBIDDEN", `no: ${text}`) })],
  ["a code", (text) => ({ body: errorsOf(text) })],
  ["the path of an error", (text) => ({ body: { errors: [{ message: "m", path: [text] }], data: null } })],
  ["partial data", (text) => ({ body: { errors: [{ message: "m" }], data: { version: text } } })],
  ["the request id", (text) => ({ status: 500, body: "", headers: { "x-request-id": headerSafe(text) } })],
  ["the content type", (text) => ({ body: "", headers: { "content-type": `text/${headerSafe(text)}` } })],
  ["the content type of a body that is badly packed", (text) => ({ body: "x", headers: { "content-type": `text/${headerSafe(text)}`, "content-encoding": "gzip" } })],
  ["the content type of a body that breaks off", (text) => ({ body: "x", truncate: "length", headers: { "content-type": `text/${headerSafe(text)}` } })],
  ["the target of a redirect", (text) => ({ status: 302, body: "", headers: { location: `https://user:${encodeURIComponent(text)}@x.example/${encodeURIComponent(text)}?k=${encodeURIComponent(text)}` } })],
  ["the page of a server that broke down", (text) => ({ status: 500, body: `<p>${text}</p>` })],
];

function headerSafe(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "");
}

describe(`over ${transportName}, a server that quotes`, () => {
  describe.each(ways)("%s", (_how, quote) => {
    test.each(places)("the session token in %s", async (_where, fault) => {
      const { server, client } = await withToken({ retry: { attempts: 0 } });
      const [token = ""] = [...server.lumar.sessions.keys()];
      server.script("Read", fault(quote(token)));
      expectClean(await failure(client.request("query Read { version }")), token);
      expect(server.visits).toHaveLength(1);
    });

    test("a credential of odd characters in the message", async () => {
      const server = await faultServer();
      const odd = canary('a"b\\c/d+e=f&g%h?i>j<k~l{m}n|o');
      const client = clientAt(server.endpoint, { sessionToken: odd });
      server.script("Me", { body: { errors: [{ message: `bad token ${quote(odd)}!` }], data: null } });
      const error = await failure(client.me());
      expectClean(error, odd);
      expect(error.message).toMatch(/^bad token .*\[redacted\]/);
    });

    test("the API key", async () => {
      const { server, client, apiKey } = await withApiKey();
      server.script("Me", { status: 403, body: errorsOf("FORBIDDEN", `key ${quote(apiKey)}`) });
      expectClean(await failure(client.me()), apiKey);
      expect(server.visits).toHaveLength(1);
    });

    test("the user key's secret in the refusal of a login, and in trouble with one", async () => {
      for (const extensions of [{ code: "INCORRECT_USER_KEY_ID_OR_SECRET" }, {}]) {
        const { server, client } = await withUserKey({ retry: { attempts: 0 } });
        const { secret } = server.lumar.userKey;
        server.script("LoginWithUserKey", { body: { errors: [{ message: `you sent ${quote(secret)}`, extensions }], data: null } });
        expectClean(await failure(client.me()), secret);
        expect(server.logins).toBe(1);
      }
    });

    test("a key that was just created, in the refusal of the next call", async () => {
      const { server, client } = await withToken();
      const key = await client.serviceAccounts.keys.create(server.lumar.serviceAccount.id);
      server.script("Me", { body: { errors: [{ message: `beware of ${quote(key.apiKey.reveal())}` }], data: null } });
      expectClean(await failure(client.me()), key.apiKey.reveal());
    });
  });

  test("a key of a service account that this client never had is hidden by its shape", async () => {
    const { server, client } = await withToken();
    const strange = canary("lmr_sa_99_another-customers-key_1234567");
    server.script("Me", { body: { errors: [{ message: `did you mean ${strange}?` }], data: null } });
    expect((await failure(client.me())).message).toBe("did you mean [redacted]?");
  });

  test("an old token, after a renewal", async () => {
    const { server, client } = await withUserKey();
    await client.me();
    const [old = ""] = [...server.lumar.sessions.keys()];
    server.lumar.sessions.clear();
    server.script("Read", undefined, { body: { errors: [{ message: `not ${old} any more` }], data: null } });
    expect((await failure(client.request("query Read { version }"))).message).toBe("not [redacted] any more");
    expect(server.logins).toBe(2);
  });

  test.each([0, 1, 1_000, 2_000, 2_040, 2_047, 2_048, 8_100, 8_191, 8_200])("the token behind %i characters of a text without end: it is bounded to 2 kB, and nothing of the token is left", async (before) => {
    const { server, client } = await withToken();
    const [token = ""] = [...server.lumar.sessions.keys()];
    server.script("Me", { body: { errors: [{ message: `${".".repeat(before)}${token}${"!".repeat(100_000)}` }], data: null } });
    const { message } = await failure(client.me());
    expect(message.length).toBeLessThanOrEqual(2_048);
    for (let from = 0; from + 12 <= token.length; from += 4) expect(message).not.toContain(token.slice(from, from + 12));
  });

  test.each(places.filter(([where]) => /content type|request id/.test(where)))("the token where %s is cut: no part of it is left", async (_where, fault) => {
    for (const before of [0, 40, 90, 150, 190]) {
      const { server, client } = await withToken({ retry: { attempts: 0 } });
      const [token = ""] = [...server.lumar.sessions.keys()];
      server.script("Me", fault(`${".".repeat(before)}${token}`));
      const words = said(await failure(client.me()));
      expect(words).not.toContain(token.slice(0, 12));
    }
  });
});
