import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fetchTransport } from "../../../src/core/transport/fetch.ts";
import { ScopeEnded } from "../../../src/core/transport/scope.ts";
import { WireError } from "../../../src/core/transport/wire.ts";
import { overFetch, transportName } from "../../support/transport.ts";
import { closedPort, json, serve, serveRaw, until } from "./server.ts";
import { exchangeWith, open } from "./support.ts";

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

describe(`over ${transportName}`, () => {
  test("a refused connection fails in the phase connect, with the system's code", async () => {
    const { error, exchange } = await exchangeWith(await open(), await closedPort());
    expect(error).toBeInstanceOf(WireError);
    expect(error).toMatchObject({ kind: "network", code: "ECONNREFUSED" });
    expect(exchange.phase).toBe("connect");
  });

  test("a name that does not exist fails in the phase connect", async () => {
    const { error, exchange } = await exchangeWith(await open(), new URL("http://nowhere.invalid/"));
    expect(error).toMatchObject({ kind: "network", code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
    expect(exchange.phase).toBe("connect");
  });

  test("a connection that is reset before the answer may have brought the request", async () => {
    const { url, connections } = await serveRaw((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const { error, exchange } = await exchangeWith(await open(), url);
    expect(error).toMatchObject({ kind: "network" });
    expect(["send", "headers"]).toContain(exchange.phase);
    expect(connections()).toBe(1);
  });

  test("a connection that is closed before the answer may have brought the request", async () => {
    const { url } = await serveRaw((socket) => socket.once("data", () => socket.end()));
    const { error, exchange } = await exchangeWith(await open(), url);
    expect(error).toMatchObject({ kind: "network" });
    expect(["send", "headers"]).toContain(exchange.phase);
  });

  test.each([
    ["shorter than its length", `${head}content-length: 100\r\n\r\n{"data":{}}`],
    ["of pieces without the last one", `${head}transfer-encoding: chunked\r\n\r\nb\r\n{"data":{}}\r\n`],
    ["packed and cut off", Buffer.concat([Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: 100\r\n\r\n`), gzipSync('{"data":{}}')])],
  ])("a body %s is no answer, though what came could be parsed", async (_what, bytes) => {
    const { url } = await serveRaw((socket) => socket.once("data", () => socket.end(bytes)));
    const { error, response, exchange } = await exchangeWith(await open(), url);
    expect(response).toBeUndefined();
    expect(error).toMatchObject({ kind: "network", status: 200, contentType: "application/json" });
    expect(exchange.phase).toBe("body");
  });

  test("a connection that is reset in the middle of the body fails in the phase body", async () => {
    const { url } = await serveRaw((socket) =>
      socket.once("data", () => {
        socket.write(`${head}content-length: 100\r\n\r\n{"data"`);
        setTimeout(() => socket.resetAndDestroy(), 30);
      }),
    );
    const { error, exchange } = await exchangeWith(await open(), url);
    expect(error).toMatchObject({ kind: "network", status: 200 });
    expect(exchange.phase).toBe("body");
  });

  test("what is not HTTP is a failure of the network, and nothing of it is quoted", async () => {
    const { url } = await serveRaw((socket) => socket.once("data", () => socket.end("SSH-2.0-hunter2\r\n\r\n")));
    const { error } = await exchangeWith(await open(), url);
    expect(error).toMatchObject({ kind: "network" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("hunter2");
  });

  test("a server that never answers is left at the deadline, and its connection is closed", async () => {
    let left = false;
    const { url } = await serve((response) => response.on("close", () => { left = true; }));
    const { error, exchange } = await exchangeWith(await open(), url, { timeout: 80 });
    expect(error).toBeInstanceOf(ScopeEnded);
    expect((error as ScopeEnded).end).toEqual({ cause: "timeout" });
    expect(exchange.phase).toBe(transportName === "fetch" ? "send" : "headers");
    await until(() => left);
  });

  test("a body that stalls counts against the deadline", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{");
    });
    const { error, exchange } = await exchangeWith(await open(), url, { timeout: 150 });
    expect((error as ScopeEnded).end).toEqual({ cause: "timeout" });
    expect(exchange.phase).toBe("body");
  });

  test("a body that drips is not given more time for each drop", async () => {
    const { url } = await serve((response) => {
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => { clearInterval(drip); });
    });
    const { error } = await exchangeWith(await open(), url, { timeout: 150 });
    expect((error as ScopeEnded).end).toEqual({ cause: "timeout" });
  });

  test("an abort ends the exchange with the signal's reason, and the connection with it", async () => {
    let left = false;
    const controller = new AbortController();
    const { url, seen } = await serve((response) => response.on("close", () => { left = true; }));
    const exchanging = exchangeWith(await open(), url, { signal: controller.signal });
    await until(() => seen.length === 1);
    controller.abort("enough");
    expect(((await exchanging).error as ScopeEnded).end).toEqual({ cause: "aborted", reason: "enough" });
    await until(() => left);
  });

  test("after a failure the next request goes through", async () => {
    const { url, seen } = await serve((response, nth) => {
      if (nth === 0) response.destroy();
      else json(response, {});
    });
    const transport = await open();
    expect((await exchangeWith(transport, url)).error).toBeInstanceOf(WireError);
    expect((await exchangeWith(transport, url)).response?.status).toBe(200);
    expect(seen).toHaveLength(2);
  });
});

test("an answer that takes longer than idle connections are kept is waited for", async () => {
  const { url } = await serve((response) => { setTimeout(() => { json(response, { data: {} }); }, 4_300); });
  expect((await exchangeWith(await open(), url)).response?.status).toBe(200);
});

const handedIn = overFetch("they hand in a fetch of their own");

test.runIf(handedIn).each([
  ["throws", () => { throw new TypeError("hunter2"); }],
  ["rejects", () => Promise.reject(new TypeError("hunter2"))],
  ["gives nothing", () => Promise.resolve(undefined)],
])("a fetch that %s is a failure of the network without its words", async (_what, fetch) => {
  const { error } = await exchangeWith(fetchTransport(fetch as never), new URL("https://api.example.com/"));
  expect(error).toMatchObject({ kind: "network", message: "network", code: undefined });
  expect(Object.hasOwn(error as object, "cause")).toBe(false);
});

test.runIf(handedIn)("a fetch that does not heed its signal is left all the same", async () => {
  const { error } = await exchangeWith(fetchTransport(() => new Promise(() => undefined)), new URL("https://api.example.com/"), { timeout: 30 });
  expect((error as ScopeEnded).end).toEqual({ cause: "timeout" });
});

test.runIf(handedIn)("a fetch of a caller's own gets plain arguments, follows no redirect and hears of the end", async () => {
  const calls: [unknown, RequestInit | undefined][] = [];
  const transport = fetchTransport(async (input, init) => (calls.push([input, init]), new Response('{"data":{}}', { status: 201 })));
  const { response } = await exchangeWith(transport, new URL("https://api.example.com/x"), { body: "{}" });
  expect(response).toMatchObject({ status: 201, body: '{"data":{}}' });
  expect(calls).toHaveLength(1);
  expect(calls[0]?.[0]).toBe("https://api.example.com/x");
  expect(calls[0]?.[1]).toMatchObject({ method: "POST", redirect: "manual", body: "{}" });
  expect(calls[0]?.[1]?.signal).toBeInstanceOf(AbortSignal);
  transport.close();
});

test.runIf(handedIn)("a browser's view of a redirect counts as one, and a reader without a stream is read as text", async () => {
  const headers = new Headers();
  const hidden = { type: "opaqueredirect", status: 0, headers, body: null, text: () => Promise.resolve("") };
  const plain = { type: "basic", status: 200, headers, text: () => Promise.resolve("täxt") };
  const bare = { type: "basic", status: 204, headers };
  const answers = [hidden, plain, bare];
  const transport = fetchTransport((async () => answers.shift()) as never);
  const url = new URL("https://api.example.com/");
  expect((await exchangeWith(transport, url)).response).toMatchObject({ status: 302 });
  expect((await exchangeWith(transport, url, { maxResponseBytes: 5 })).response).toMatchObject({ status: 200, body: "täxt", byteLength: 5 });
  expect((await exchangeWith(transport, url)).response).toMatchObject({ status: 204, body: "", byteLength: 0 });
  const { error } = await exchangeWith(fetchTransport((async () => plain) as never), url, { maxResponseBytes: 4 });
  expect(error).toMatchObject({ kind: "too-large", status: 200, byteLength: 5 });
});

test.runIf(handedIn).each([
  ["ETIMEDOUT", "connect", "connect"],
  ["ENODATA", "getaddrinfo", "connect"],
  ["ETIMEDOUT", "read", "send"],
  ["EPIPE", "write", "send"],
])("a fetch that fails with %s in %s has come to the phase %s", async (code, syscall, phase) => {
  const transport = fetchTransport(() => Promise.reject(new TypeError("x", { cause: Object.assign(new Error("x"), { code, syscall }) })));
  const { exchange } = await exchangeWith(transport, new URL("https://api.example.com/"));
  expect(exchange.phase).toBe(phase);
});
