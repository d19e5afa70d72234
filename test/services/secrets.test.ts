import { describe, expect, test } from "vitest";
import type { Fault } from "../faults/fault.ts";
import { headerValues } from "../faults/ledger.ts";
import { failure } from "../faults/support.ts";
import { formsOf } from "../oracle/forms.ts";
import { everythingOf, Searcher } from "../oracle/look.ts";
import { transportName } from "../support/transport.ts";
import type { House } from "./house.ts";
import { clients, houses } from "./houses.ts";
import { once, withGiven, withLiveSession } from "./world.ts";

const ways: readonly (readonly [how: string, quote: (secret: string) => string])[] = [
  ["raw", (secret) => secret],
  ["JSON-escaped", (secret) => JSON.stringify(secret)],
  ["JSON-escaped with its slashes", (secret) => JSON.stringify(secret).replaceAll("/", "\\/")],
  ["URL-encoded", (secret) => encodeURIComponent(secret)],
  ["URL-encoded in small letters", (secret) => encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase())],
  ["base64", (secret) => Buffer.from(secret).toString("base64")],
  ["base64 of a name and the secret", (secret) => Buffer.from(`130:${secret}`).toString("base64")],
  ["base64url", (secret) => Buffer.from(secret).toString("base64url")],
  ["hex", (secret) => Buffer.from(secret).toString("hex").toUpperCase()],
];

/** The secret shows in no form in anything that the error gives away. */
function expectClean(error: unknown, secret: string): void {
  expect(new Searcher(formsOf(secret)).leaksIn(everythingOf(error), [])).toEqual([]);
}

const headerSafe = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, "");

/** Where a server may quote what it was sent. */
function places({ saying, requestIdHeader, permission }: House, text: string): Fault[] {
  const own = saying(text);
  return [
    own,
    { ...own, status: 500 },
    { ...own, status: 403 },
    { ...own, status: 401 },
    { ...own, status: 429 },
    { ...own, headers: { [requestIdHeader]: headerSafe(text) } },
    { ...permission[0]?.fault, headers: { [requestIdHeader]: headerSafe(text), "www-authenticate": `Bearer error="${headerSafe(text)}"` } },
    { status: 500, body: "", headers: { [requestIdHeader]: headerSafe(text) } },
    { body: "", headers: { "content-type": `text/${headerSafe(text)}` } },
    { body: "x", headers: { "content-type": `text/${headerSafe(text)}`, "content-encoding": "gzip" } },
    { body: "x", truncate: "length", headers: { "content-type": `text/${headerSafe(text)}` } },
    { status: 302, body: "", headers: { location: `https://user:${encodeURIComponent(text)}@x.example/${encodeURIComponent(text)}?k=${encodeURIComponent(text)}` } },
    { status: 500, body: `<p>${text}</p>` },
    { status: 418, body: { error: text, message: { text }, code: text, errors: [{ message: text, path: [text], code: text, extensions: { code: text } }] } },
  ];
}

describe.each(houses)(`$name over ${transportName}: a server that quotes the credential`, (house) => {
  test.each(ways)("%s, in whatever place, is not repeated", async (_how, quote) => {
    for (const given of house.given) {
      const { server, client, text } = await withGiven(house, once, given);
      const faults = places(house, quote(text));
      server.script("read", ...faults);
      for (const _ of faults) expectClean(await failure(client.read()), text);
      expect(server.reads).toBe(faults.length);
    }
  });

  test.each(ways)("%s, of a session, old or new, does not hear it repeated either", async (_how, quote) => {
    const { server, client } = await withLiveSession(house, once);
    const tokenOf = (): string => headerValues(server.of("read").at(-1) ?? { rawHeaders: [] }, house.sessions.header)[0]?.replace(house.sessions.prefix, "") ?? "";
    const old = tokenOf();
    server.expire();
    await client.read();
    const current = tokenOf();
    expect(old).not.toBe(current);
    server.script("read", house.saying(`${quote(old)} ${quote(current)}`));
    const error = await failure(client.read());
    for (const token of [old, current]) expectClean(error, token);
    expect(error.message).toContain("[redacted]");
  });
});

describe.each(clients)(`$name over ${transportName}: a login that quotes what it was sent`, (house) => {
  test.each(ways)("%s, in its refusal and in trouble, does not hear it repeated", async (_how, quote) => {
    const texts = (secret: string): Fault[] => [house.sessions.saying(quote(secret)), { status: 503, body: quote(secret) }, { status: 302, body: "", headers: { location: `https://x.example/${encodeURIComponent(quote(secret))}` } }];
    for (const index of [0, 1, 2]) {
      const { server, client, logins } = await withLiveSession(house, once);
      server.expire();
      server.script("login", texts(server.secret)[index]);
      expectClean(await failure(client.read()), server.secret);
      expect(logins()).toBe(1);
    }
  });
});
