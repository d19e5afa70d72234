import type { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TimeoutError, TransportError } from "../../../src/errors/index.ts";
import { readProxy } from "../../../src/core/proxy.ts";
import { execute } from "../../../src/core/transport/execute.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import type { Transport } from "../../../src/core/transport/wire.ts";
import { canary } from "../../oracle/oracle.ts";
import { makeAuthority } from "../../support/certificates.ts";
import { testProxy } from "../../support/proxy.ts";
import { overNode } from "../../support/transport.ts";
import { closedPort, serveRaw, until } from "./server.ts";
import { callOf, exchangeOf, rejection, roadOf, sourceOf, type CallOverrides } from "./support.ts";
import { serveSecurely, through } from "./through-proxy.ts";

const runs = overNode("a fetch knows nothing of the option proxy");
const api = new URL("https://api.test/graphql");
const write: CallOverrides = { facts: { kind: "mutation" } };
const page = `<html>blocked by policy, says ${canary("hunter2-of-the-proxy")}</html>`;

/** A proxy's own answer to CONNECT, after which it closes. */
const says = (status: string, body = page, type = "text/html") => (socket: Duplex) =>
  socket.end(`HTTP/1.1 ${status}\r\nproxy-authenticate: Basic realm="${page}"\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);

async function callThrough(proxy: string | URL, overrides: CallOverrides = write): Promise<TransportError> {
  const error = await rejection(execute(roadOf(await through(proxy)), callOf(api, overrides)));
  if (error instanceof TransportError) return error;
  throw new Error(`expected a TransportError, not ${String(error)}`);
}

describe.skipIf(!runs)("a write through a proxy that refuses is said not to have run:", () => {
  test.each([
    ["407 Proxy Authentication Required", "PROXY_407", 1],
    ["403 Forbidden", "PROXY_403", 1],
    ["404 Not Found", "PROXY_404", 1],
    ["429 Too Many Requests", "PROXY_429", 3],
    ["500 Internal Server Error", "PROXY_500", 3],
    ["502 Bad Gateway", "PROXY_502", 3],
    ["503 Service Unavailable", "PROXY_503", 3],
    ["302 Found", "PROXY_302", 3],
    ["204 No Content", "PROXY_204", 3],
    ["nonsense", "PROXY_BAD_ANSWER", 3],
  ])("%s is %s in the phase connect, after %i attempts", async (status, code, attempts) => {
    const proxy = await testProxy({ answer: says(status) });
    const error = await callThrough(proxy.url);
    expect(error).toMatchObject({ code: "NETWORK_ERROR", phase: "connect", mayHaveExecuted: false, retryable: attempts > 1, cause: { code } });
    expect(error.status).toBeUndefined();
    expect(error.attempts?.map((one) => one.code)).toEqual(Array(attempts).fill(code));
    expect(proxy.asked).toHaveLength(attempts);
    if (attempts === 1) expect(error.hint).toContain("HTTPS_PROXY");
  });

  test("an answer of the proxy that looks like one of the target renews nothing", async () => {
    const refusal = JSON.stringify({ errors: [{ message: "no", extensions: { code: "UNAUTHENTICATED" } }], data: null });
    const proxy = await testProxy({ answer: says("401 Unauthorized", refusal, "application/json") });
    const source = sourceOf(canary("first-credential"), canary("second-credential"));
    const error = await callThrough(proxy.url, { credential: { source, need: "required" } });
    expect(error).toMatchObject({ phase: "connect", cause: { code: "PROXY_401" } });
    expect(proxy.asked).toHaveLength(1);
  });
});

describe.skipIf(!runs)("a write is tried again when the proxy", () => {
  test("refuses connections", async () => {
    const error = await callThrough((await closedPort()).origin);
    expect(error).toMatchObject({ phase: "connect", mayHaveExecuted: false, cause: { code: "ECONNREFUSED" } });
    expect(error.attempts).toHaveLength(3);
  });

  test("does not exist", async () => {
    const error = await callThrough("http://proxy.invalid:3128");
    expect(error).toMatchObject({ phase: "connect", mayHaveExecuted: false, cause: { code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) } });
  });

  test.each<[string, (socket: Duplex) => unknown]>([
    ["hangs up without a word", (socket) => socket.end()],
    ["breaks off in the middle of its answer", (socket) => socket.end("HTTP/1.1 200 Connec")],
    ["answers in headers that are none", (socket) => socket.end("HTTP/1.1 200 OK\r\nno header\r\n\r\n")],
  ])("%s, whose failure proves that nothing was sent", async (_what, answer) => {
    const proxy = await testProxy({ answer });
    const error = await callThrough(proxy.url);
    expect(error).toMatchObject({ phase: "connect", mayHaveExecuted: false, cause: { code: "PROXY_NO_ANSWER" } });
    expect(proxy.asked).toHaveLength(3);
  });

  test("makes a tunnel that breaks before TLS stands", async () => {
    const proxy = await testProxy({ answer: (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n", () => setTimeout(() => socket.end(), 20)) });
    const error = await callThrough(proxy.url);
    expect(error).toMatchObject({ phase: "tls", mayHaveExecuted: false, cause: { code: "ECONNRESET" } });
    expect(proxy.asked).toHaveLength(3);
  });

  test("leads to a server that nobody trusts", async () => {
    const authority = makeAuthority("nobody's");
    if (authority === undefined) return;
    const server = await serveSecurely(authority.issue("DNS:api.test"));
    const error = await callThrough((await testProxy({ to: server.url })).url);
    expect(error).toMatchObject({ phase: "tls", mayHaveExecuted: false, cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } });
    expect([error.attempts?.length, server.connections(), server.seen.length]).toEqual([3, 3, 0]);
  });
});

test.skipIf(!runs)("a write whose tunnel breaks after it was sent is sent once, and may have run", async () => {
  const authority = makeAuthority("the target's");
  if (authority === undefined) return;
  const server = await serveSecurely(authority.issue("DNS:api.test"), () => undefined);
  const proxy = await testProxy({ to: server.url });
  const working = rejection(execute(roadOf(await through(proxy.url, authority.pem)), callOf(api, write)));
  await until(() => server.seen.length === 1);
  proxy.cut();
  expect(await working).toMatchObject({ phase: "headers", mayHaveExecuted: true, cause: { code: "ECONNRESET" } });
  expect([proxy.asked.length, server.seen.length]).toEqual([1, 1]);
});

describe.skipIf(!runs)("a proxy that never answers", () => {
  test.each<[string, () => Promise<{ url: URL; open: () => number }>]>([
    ["takes CONNECT and is silent", () => testProxy({ answer: () => undefined })],
    ["takes connections and is silent", silent],
  ])("%s: the deadline holds, nothing has run, and nothing stays open", async (_what, make) => {
    const { url, open } = await make();
    const started = performance.now();
    const error = await callThrough(url.origin, { ...write, timeout: 150 });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "connect", mayHaveExecuted: false });
    await until(() => open() === 0);
  });

  test("is left at once when the call is aborted, with the signal's own reason", async () => {
    const proxy = await testProxy({ answer: () => undefined });
    const abort = new AbortController();
    const working = rejection(execute(roadOf(await through(proxy.url)), callOf(api, { ...write, signal: abort.signal })));
    await until(() => proxy.asked.length === 1);
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await working).toBe(reason);
    await until(() => proxy.open() === 0);
  });

  test("is left after 4 s by a request that nobody waits for, since it would keep the process alive", async () => {
    const proxy = await testProxy({ answer: () => undefined });
    const exchange = { ...exchangeOf(), scope: new CallScope({ timeout: 30_000, background: true }) };
    const transport = await through(proxy.url);
    const error = await rejection(transport.send({ url: api, method: "POST", headers: {}, body: "{}" }, exchange));
    exchange.scope.dispose();
    expect(error).toMatchObject({ kind: "network", code: "PROXY_NO_ANSWER" });
    await until(() => proxy.open() === 0);
  });
});

test.skipIf(!runs)("agents that are not installed are named, and nothing is sent past the proxy", async () => {
  vi.doMock("https-proxy-agent", () => { throw new Error("not here"); });
  onTestFinished(() => { vi.doUnmock("https-proxy-agent"); vi.resetModules(); });
  vi.resetModules();
  const { nodeTransport } = await import("../../../src/core/transport/node-http.ts");
  const proxy = await testProxy({});
  const transport = await nodeTransport({ proxy: readProxy(proxy.url.href, () => undefined) });
  const error = await rejection(execute(roadOf(transport as Transport), callOf(api, write)));
  expect(error).toMatchObject({ code: "INVALID_CONFIGURATION", hint: expect.stringContaining("https-proxy-agent") });
  transport?.close();
  expect(proxy.connections()).toBe(0);
});

/** Below HTTP. */
async function silent(): Promise<{ url: URL; open: () => number }> {
  let open = 0;
  const { url } = await serveRaw((socket) => {
    open += 1;
    socket.on("data", () => undefined).on("close", () => (open -= 1));
  });
  return { url, open: () => open };
}
