import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ScopeEnded } from "../../../src/core/transport/scope.ts";
import { WireError } from "../../../src/core/transport/wire.ts";
import { transportName } from "../../support/transport.ts";
import { json, serve, serveRaw } from "./server.ts";
import { exchangeOf, exchangeWith, open } from "./support.ts";

describe(`over ${transportName}`, () => {
  test("a request arrives as it was given, with its length", async () => {
    const { url, seen } = await serve((response) => { json(response, {}); });
    const body = JSON.stringify({ query: "{ me }", text: "ü€😀" });
    await exchangeWith(await open(), new URL("?a=b", url), { body, headers: { "x-a": "b c" } });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/graphql?a=b", body });
    expect(seen[0]?.headers).toMatchObject({ "x-a": "b c", "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) });
    expect(seen[0]?.headers).not.toHaveProperty("cookie");
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });

  test("an answer is read to its end, with status, headers and length", async () => {
    const { url } = await serve((response) => {
      response.writeHead(418, { "content-type": "text/plain", "x-request-id": "r1", "set-cookie": ["a=1", "b=2"] });
      response.write("täs");
      setTimeout(() => response.end("t€"), 20);
    });
    const { response, exchange } = await exchangeWith(await open(), url);
    expect(response).toMatchObject({ status: 418, body: "täst€", byteLength: 8 });
    expect(response?.header("x-request-id")).toBe("r1");
    expect(response?.header("x-absent")).toBeUndefined();
    expect(response?.headers().get("x-request-id")).toBe("r1");
    expect(response?.headers().getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(exchange.phase).toBe("body");
  });

  test("a character that two pieces share is put together", async () => {
    const { url } = await serve((response) => {
      const bytes = Buffer.from('"€😀"');
      response.write(bytes.subarray(0, 2));
      setTimeout(() => response.write(bytes.subarray(2, 6)), 15);
      setTimeout(() => response.end(bytes.subarray(6)), 30);
    });
    expect((await exchangeWith(await open(), url)).response?.body).toBe('"€😀"');
  });

  test("a cookie that the server sets is not sent back", async () => {
    const { url, seen } = await serve((response) => { json(response, {}, 200, { "set-cookie": "session=1; Path=/" }); });
    const transport = await open();
    await exchangeWith(transport, url);
    await exchangeWith(transport, url);
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });

  test.each([301, 302, 303, 307, 308])("a %i is handed over, and nothing goes where it points", async (status) => {
    const elsewhere = await serve((response) => { json(response, {}); });
    const { url, seen } = await serve((response) => { response.writeHead(status, { location: elsewhere.url.href }).end(); });
    const { response } = await exchangeWith(await open(), url, { headers: { "x-api-key": "k" } });
    expect(response?.status).toBe(status);
    expect(response?.header("location")).toBe(elsewhere.url.href);
    expect(seen).toHaveLength(1);
    expect([elsewhere.seen.length, elsewhere.connections()]).toEqual([0, 0]);
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
  ] as const)("a body in %s is unpacked, and its length is that of the text", async (encoding, pack) => {
    const text = JSON.stringify({ data: { text: "x".repeat(5000) } });
    const { url } = await serve((response) => { response.writeHead(200, { "content-encoding": encoding }).end(pack(text)); });
    expect((await exchangeWith(await open(), url)).response).toMatchObject({ body: text, byteLength: text.length });
  });

  test.each(["gzip", "br"])("a body that is not the %s it says is badly encoded, wherever it ends", async (encoding) => {
    const { url } = await serve((response, nth) => {
      response.writeHead(200, { "content-encoding": encoding, "content-type": "application/json" });
      response.write("this is not compressed at all, whatever the header says");
      // At the second time the end does not come: the fault shows before it.
      if (nth === 0) response.end();
    });
    const transport = await open();
    for (let round = 0; round < 2; round += 1) {
      const { error } = await exchangeWith(transport, url);
      expect(error).toBeInstanceOf(WireError);
      expect(error).toMatchObject({ kind: "bad-encoding", status: 200, contentType: "application/json" });
    }
  });

  test("a packed body that is whole as HTTP but cut within its packing is no answer", async () => {
    const packed = gzipSync(JSON.stringify({ data: { text: "x".repeat(100) } }));
    const { url } = await serve((response) => { response.writeHead(200, { "content-encoding": "gzip" }).end(packed.subarray(0, packed.length - 12)); });
    const { error, response } = await exchangeWith(await open(), url);
    // The runtime's fetch hands out what it could unpack; that is no JSON, so that reading it fails.
    if (response !== undefined) expect(() => { JSON.parse(response.body); }).toThrow(SyntaxError);
    else expect(error).toMatchObject({ kind: "bad-encoding", status: 200 });
  });

  test("a packed body of no bytes is an empty one, or badly encoded, but ends the exchange", async () => {
    const { url } = await serve((response) => { response.writeHead(200, { "content-encoding": "gzip" }).end(); });
    const { error, response } = await exchangeWith(await open(), url);
    if (response === undefined) expect(error).toMatchObject({ kind: "bad-encoding" });
    else expect(response.body).toBe("");
  });

  test("an encoding that was not asked for is not guessed at", async () => {
    const { url } = await serve((response) => { response.writeHead(200, { "content-encoding": "x-odd" }).end("{}"); });
    expect((await exchangeWith(await open(), url)).response?.body).toBe("{}");
  });

  test("a body within the limit is read, and one byte more is too large", async () => {
    const { url } = await serve((response) => response.end("x".repeat(1000)));
    const transport = await open();
    expect((await exchangeWith(transport, url, { maxResponseBytes: 1000 })).response?.byteLength).toBe(1000);
    const { error } = await exchangeWith(transport, url, { maxResponseBytes: 999 });
    expect(error).toMatchObject({ kind: "too-large", status: 200 });
  });

  test("a compressed bomb is stopped at the limit of the unpacked bytes", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { url } = await serve((response) => { response.writeHead(200, { "content-encoding": "gzip" }).end(bomb); });
    const { error } = await exchangeWith(await open(), url, { maxResponseBytes: 1024 * 1024 });
    expect(error).toMatchObject({ kind: "too-large" });
    // It was given up on the way, not unpacked and then measured.
    expect((error as WireError).byteLength).toBeGreaterThan(1024 * 1024);
    expect((error as WireError).byteLength).toBeLessThan(8 * 1024 * 1024);
  });

  test("an endless body is stopped at the limit, and its connection is closed", async () => {
    let closed = false;
    const { url } = await serve((response) => {
      const more = setInterval(() => response.write("x".repeat(1000)), 1);
      response.on("close", () => {
        clearInterval(more);
        closed = true;
      });
    });
    const { error } = await exchangeWith(await open(), url, { maxResponseBytes: 5000 });
    expect(error).toMatchObject({ kind: "too-large" });
    await expect.poll(() => closed).toBe(true);
  });

  test("connections are used again", async () => {
    const { url, seen, connections } = await serve((response) => { json(response, {}); });
    const transport = await open();
    for (let round = 0; round < 5; round += 1) await exchangeWith(transport, url);
    expect(seen).toHaveLength(5);
    // The runtime's fetch may open a second one while the first is being given back.
    expect(connections()).toBeLessThanOrEqual(transportName === "fetch" ? 4 : 1);
  });

  test("an exchange whose call has ended already sends nothing", async () => {
    const { url, connections } = await serve((response) => { json(response, {}); });
    const exchange = exchangeOf();
    exchange.scope.end({ cause: "closed" });
    const sending = (await open()).send({ url, method: "POST", headers: {}, body: "{}" }, exchange);
    await expect(sending).rejects.toBeInstanceOf(ScopeEnded);
    expect([exchange.phase, connections()]).toEqual(["connect", 0]);
  });

  test("a request without a body has none", async () => {
    const { url, seen } = await serve((response) => { json(response, {}); });
    await (await open()).send({ url, method: "DELETE", headers: {} }, exchangeOf());
    expect(seen[0]).toMatchObject({ method: "DELETE", body: "" });
  });

  test("an answer without a body has an empty one", async () => {
    const { url } = await serve((response) => response.writeHead(204).end());
    expect((await exchangeWith(await open(), url)).response).toMatchObject({ status: 204, body: "", byteLength: 0 });
  });

  test("a byte order mark is no reason to fail", async () => {
    const { url } = await serveRaw((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n\ufeff{}"));
    });
    const { response } = await exchangeWith(await open(), url);
    expect(response?.body.replace("\ufeff", "")).toBe("{}");
  });
});
