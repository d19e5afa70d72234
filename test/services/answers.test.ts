import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { ResponseFormatError, TransportError } from "keylight";
import type { Fault } from "../faults/fault.ts";
import { failure, said, until } from "../faults/support.ts";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { clients, houses } from "./houses.ts";
import { once, withGiven, withLiveSession } from "./world.ts";

const MiB = 1_048_576;
const page = "<!doctype html><title>Login wall: session 4711 of Mr Smith</title>";
const half = '{"data":{"id":"quoted-by-nobody"';
const packed = { "content-encoding": "gzip" };

const unreadable: readonly (readonly [what: string, fault: Fault, bytes: number | undefined])[] = [
  ["a web page", { body: page }, page.length],
  ["a web page that is packed", { body: gzipSync(page), headers: packed }, page.length],
  ["a web page that says it is JSON", { body: Buffer.from(page) }, page.length],
  ["a web page with 404", { status: 404, body: page }, page.length],
  ["empty", { body: Buffer.alloc(0) }, 0],
  ["JSON that is cut off, though its length is right", { body: Buffer.from(half) }, half.length],
  ["shorter than its length", { body: Buffer.from(half), truncate: "length" }, undefined],
  ["of pieces without the last one", { body: Buffer.from(half), truncate: "chunked" }, undefined],
  ["text that says it is gzip", { body: Buffer.from(page), headers: packed }, undefined],
  ["text that says it is brotli", { body: Buffer.from(page), headers: { "content-encoding": "br" } }, undefined],
  ["gzip that is cut off", { body: gzipSync(page).subarray(0, 40), headers: packed }, undefined],
];

function* blanks(megabytes: number): Generator<Buffer> {
  const megabyte = Buffer.alloc(1_000_000, " ");
  for (let count = 0; count < megabytes; count += 1) yield megabyte;
}

let bomb: Buffer;
beforeAll(async () => {
  bomb = await buffer(Readable.from(blanks(60)).pipe(createGzip({ level: 9 })));
});

describe.each(houses)(`$name over ${transportName}: an answer`, (house) => {
  test.each(unreadable)("that is %s is an error which tells status, type and length, and no text", async (_what, fault, bytes) => {
    canary("session 4711 of Mr Smith");
    const { server, client } = await withGiven(house, once);
    server.script("read", fault);
    const error = await failure(client.read());
    expect(error instanceof ResponseFormatError || error instanceof TransportError).toBe(true);
    expect(error.status).toBe(fault.status ?? 200);
    if (bytes !== undefined) expect(error).toMatchObject({ code: "BAD_RESPONSE", byteLength: bytes, hint: expect.any(String) });
    expect(said(error)).toMatch(/text\/html|application\/json/);
    expect(said(error)).not.toMatch(/Mr Smith|quoted-by-nobody|doctype/);
    expect(server.reads).toBe(1);
  });

  test("that is too large is left at the limit, decoded, packed or not, and a body of just that size is not", async () => {
    const { server, client } = await withGiven(house, { ...once, maxResponseBytes: 50_000 });
    const whole = JSON.stringify(house.goodRead);
    const filled = (bytes: number): Buffer => Buffer.from(whole + " ".repeat(bytes - whole.length));
    server.script("read", { body: filled(50_000) }, { body: gzipSync(filled(50_000)), headers: packed });
    await client.read();
    await client.read();
    server.script("read", { body: filled(50_001) }, { body: gzipSync(filled(50_001)), headers: packed });
    for (let round = 0; round < 2; round += 1) expect(await failure(client.read())).toMatchObject({ code: "BAD_RESPONSE", status: 200 });
    expect(server.reads).toBe(4);
  });

  test("of 60 kB that expand to 60 MB stops at the limit, and an endless one is left: the server stops writing", async () => {
    const { server, client } = await withGiven(house, { ...once, maxResponseBytes: MiB });
    expect(bomb.length).toBeLessThan(70_000);
    server.script("read", { body: bomb, headers: packed }, { endless: true });
    const error = await failure(client.read());
    expect(error).toBeInstanceOf(ResponseFormatError);
    const { byteLength } = error as ResponseFormatError;
    expect(byteLength).toBeGreaterThan(MiB);
    expect(byteLength).toBeLessThan(4 * MiB);
    expect(await failure(client.read())).toMatchObject({ code: "BAD_RESPONSE" });
    const [, endless] = server.of("read");
    await until(() => endless?.left === true);
    expect(endless?.bytesWritten).toBeLessThan(32 * MiB);
    await client.read();
    expect(server.reads).toBe(3);
  });

  test.each([...house.said, ...house.permission])("in the service's own words, $what, has its class, is sent once, and keeps its text", async ({ fault, error: kind, code }) => {
    const { server, client } = await withGiven(house, once);
    const headers = { [house.requestIdHeader]: "request-7" };
    server.script("read", { ...fault, headers });
    const error = await failure(client.read());
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, status: fault.status ?? 200, requestId: "request-7", mayHaveExecuted: false });
    expect(JSON.stringify(fault.body)).toContain(JSON.stringify(error.message).slice(1, -1));
    expect(server.reads).toBe(1);
  });

  const polluting = '"__proto__":{"polluted":"yes","id":"root","token":"t","code":"FORBIDDEN","message":"m"}';
  const polluted = (value: unknown): string => JSON.stringify(value).replaceAll(/\{(?!\})/g, `{${polluting},`);

  test("with __proto__ in it changes nothing", async () => {
    const { server, client } = await withGiven(house, once);
    const json = { "content-type": "application/json" };
    server.script("read", { body: polluted(house.goodRead), headers: json });
    server.script("write", { body: polluted(house.goodWrite), headers: json });
    for (const result of [await client.read(), await client.write()]) {
      expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
      expect(Reflect.get(Object(result), "polluted")).toBeUndefined();
    }
    const { fault, code } = house.said[0] ?? {};
    server.script("read", { ...fault, body: polluted(fault?.body), headers: json });
    expect((await failure(client.read())).code).toBe(code);
    // Nothing but that: no data, no error.
    server.script("read", { body: `{"__proto__":${JSON.stringify(house.goodRead)}}`, headers: json, status: 418 });
    expect(await failure(client.read())).toMatchObject({ status: 418 });
    expect([Reflect.get({}, "polluted"), Reflect.get({}, "code"), Reflect.get({}, "token")]).toEqual([undefined, undefined, undefined]);
  });
});

describe.each(clients)(`$name over ${transportName}: the answer to a login`, (house) => {
  test("that is of no use is trouble: no call goes out with what it brought", async () => {
    const { server, client, logins, reads } = await withLiveSession(house, once);
    server.expire();
    const token = server.addSession();
    const whole = JSON.stringify(house.sessions.answer(token, server.secret));
    server.script("login", { body: `${whole}${" ".repeat(MiB)}`, headers: { "content-type": "application/json" } });
    server.expire();
    expect(await failure(client.read())).toMatchObject({ code: "LOGIN_FAILED", cause: { code: "BAD_RESPONSE" } });
    expect([logins(), reads()]).toEqual([1, 1]);
  });

  test.each([
    ["a web page", { body: page }],
    ["empty", { body: Buffer.alloc(0) }],
    ["JSON of another kind", { body: { hello: "you" } }],
    ["a token under __proto__", "__proto__"],
    ["a token that no header can carry", "line\nbreak"],
    ["gzip that is cut off", { body: gzipSync(page).subarray(0, 40), headers: packed }],
  ] as const)("that is %s logs nobody in", async (_what, given) => {
    const { server, client, logins, reads } = await withLiveSession(house, once);
    server.expire();
    const answer = house.sessions.answer("t0ken", server.secret);
    const text = given === "__proto__" ? `{"__proto__":${JSON.stringify(answer)}}` : JSON.stringify(house.sessions.answer("line\nbreak", server.secret));
    server.script("login", typeof given === "string" ? { body: text, headers: { "content-type": "application/json" } } : given);
    const error = await failure(client.read());
    expect(error.name).toBe("AuthenticationError");
    expect(said(error)).not.toMatch(/Mr Smith|line\\nbreak/);
    expect([logins(), reads()]).toEqual([1, 1]);
  });
});
