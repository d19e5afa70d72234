import { createServer } from "node:https";
import { inspect } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { ClientOptions } from "keylight";
import { canary } from "../oracle/oracle.ts";
import { makeAuthority, type Authority, type Certificate } from "../support/certificates.ts";
import { testProxy, type TestProxy } from "../support/proxy.ts";
import { overNode } from "../support/transport.ts";
import { run } from "./child.ts";
import { faultServer, type FaultServer } from "./server.ts";
import { clientAt, failure, said, until, write } from "./support.ts";

const authority = makeAuthority("the service's");
const runs = overNode("a fetch knows nothing of the option proxy") && authority !== undefined;
const endpoint = "https://api.test/graphql";
let certificate: Certificate;
let ca: string;
beforeAll(() => {
  if (!runs) return;
  const { issue, pem } = authority;
  certificate = issue("DNS:api.test", "IP:127.0.0.1");
  ca = pem;
});

interface World {
  readonly server: FaultServer;
  readonly proxy: TestProxy;
  readonly apiKey: string;
}

/** A service by https, and a proxy that leads to it. */
async function world(secureProxy = false): Promise<World> {
  const server = await faultServer((listener) => createServer({ ...certificate }, listener), "https");
  const own = secureProxy ? { certificate: (authority as Authority).issue("IP:127.0.0.1") } : {};
  const proxy = await testProxy({ to: new URL(server.endpoint), ...own });
  return { server, proxy, apiKey: server.lumar.addKey("robot").apiKey };
}

describe.skipIf(!runs)("a client behind a proxy", () => {
  test("sends calls and logins through it, each over tunnels of their own, and no credential in the clear", async () => {
    const { server, proxy } = await world();
    const client = clientAt(endpoint, { userKey: server.lumar.userKey, ca, proxy: proxy.url.href });
    for (let call = 0; call < 3; call += 1) await client.me();
    expect([server.logins, server.of("Me").length]).toEqual([1, 3]);
    expect(proxy.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill("CONNECT api.test:443"));
    expect(server.connections).toBe(2);
    expect(new Set(server.visits.map(({ connection }) => connection)).size).toBe(2);
    expect(JSON.stringify(proxy.asked) + proxy.overheard()).not.toContain(server.lumar.userKey.secret);
    await client.close();
    await until(() => proxy.open() === 0);
  });

  test.each<[string, (proxy: string, other: string) => ClientOptions]>([
    ["HTTPS_PROXY", (proxy) => ({ env: { HTTPS_PROXY: proxy } })],
    ["https_proxy before HTTPS_PROXY", (proxy, other) => ({ env: { https_proxy: proxy, HTTPS_PROXY: other } })],
    ["HTTPS_PROXY when the lower-case one is empty", (proxy) => ({ env: { https_proxy: "", HTTPS_PROXY: proxy } })],
    ["the option before the variables, NO_PROXY among them", (proxy, other) => ({ proxy, env: { HTTPS_PROXY: other, NO_PROXY: "*" } })],
    ["NO_PROXY of other hosts", (proxy) => ({ env: { HTTPS_PROXY: proxy, NO_PROXY: "example.com, other.test api.test:8443" } })],
  ])("uses the one of %s", async (_which, options) => {
    const { server, proxy, apiKey } = await world();
    const other = await testProxy({});
    const given = options(proxy.url.href, other.url.href);
    await clientAt(endpoint, { apiKey, ca, ...given }).me();
    expect([proxy.asked.length, other.connections(), server.of("Me").length]).toEqual([1, 0, 1]);
  });

  test.each<[string, (proxy: string) => ClientOptions]>([
    ["proxy is false", (proxy) => ({ proxy: false, env: { HTTPS_PROXY: proxy } })],
    ["only HTTP_PROXY is set, for an https endpoint", (proxy) => ({ env: { HTTP_PROXY: proxy, http_proxy: proxy } })],
    ["NO_PROXY excepts the endpoint", (proxy) => ({ env: { HTTPS_PROXY: proxy, NO_PROXY: ".test" } })],
    ["no_proxy says so, whatever NO_PROXY says", (proxy) => ({ env: { HTTPS_PROXY: proxy, no_proxy: "*", NO_PROXY: "other.example" } })],
  ])("uses none when %s", async (_which, options) => {
    const { proxy, apiKey } = await world();
    const error = await failure(clientAt(endpoint, { apiKey, retry: { attempts: 0 }, ...options(proxy.url.href) }).me());
    expect(error.cause?.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(proxy.connections()).toBe(0);
  });

  test("asks this machine straight when a variable names a proxy, and through it when the option does", async () => {
    const { server, proxy, apiKey } = await world();
    await clientAt(server.endpoint, { apiKey, ca, env: { HTTPS_PROXY: proxy.url.href } }).me();
    expect([proxy.connections(), server.of("Me").length]).toEqual([0, 1]);
    await clientAt(server.endpoint, { apiKey, ca, proxy: proxy.url.href }).me();
    expect([proxy.connections(), server.of("Me").length]).toEqual([1, 2]);
  });

  test("never shows its password: not in an error, a log, an explanation, or what the server quotes", async () => {
    const { server, proxy, apiKey } = await world();
    const password = canary("hunter2-of-the-proxy");
    const basic = canary(Buffer.from(`user:${password}`).toString("base64"));
    const url = `http://user:${password}@127.0.0.1:${proxy.port}`;
    server.script("Me", { status: 400, body: { errors: [{ message: `your proxy said ${basic}, that is ${password}` }] } });
    const client = clientAt(endpoint, { apiKey, ca, env: { HTTPS_PROXY: url }, logLevel: "debug" });
    const error = await failure(client.me());
    expect(error.message).toContain("your proxy said [redacted], that is [redacted]");
    const { href } = new URL(url);
    const bad = await testProxy({ answer: (socket) => socket.end(`HTTP/1.1 407 No ${basic}\r\n\r\n`) });
    const refused = await failure(client.with({ proxy: href.replace(String(proxy.port), String(bad.port)) }).me());
    expect(refused).toMatchObject({ phase: "connect", cause: { code: "PROXY_407" } });
    const shown = [error, refused, client, client.explain(write)].map((one) => said(one) + inspect(one, { depth: 9 })).join();
    expect(shown).not.toMatch(/hunter2/);
    expect(shown).not.toContain(basic);
    expect(proxy.asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${basic}`);
  });
});

describe.skipIf(!runs)("a derived client", () => {
  test("with another proxy, or none, has connections of its own; its logins go the way of the first one", async () => {
    const { server, proxy } = await world();
    const second = await testProxy({ to: new URL(server.endpoint) });
    const client = clientAt(endpoint, { userKey: server.lumar.userKey, ca, proxy: proxy.url.href });
    await client.with({ proxy: second.url.href }).me();
    expect([proxy.asked.length, second.asked.length]).toEqual([1, 1]);
    await client.me();
    expect([proxy.asked.length, second.asked.length, server.logins]).toEqual([2, 1, 1]);
    const direct = await failure(client.with({ proxy: false, retry: { attempts: 0 } }).me());
    expect(direct.cause?.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    await client.with({ timeout: 9_000 }).me();
    expect([proxy.connections(), second.connections()]).toEqual([2, 1]);
  });

  test("with another environment goes by that one's proxy", async () => {
    const { server, proxy, apiKey } = await world();
    const second = await testProxy({ to: new URL(server.endpoint) });
    const client = clientAt(endpoint, { apiKey, ca, env: { HTTPS_PROXY: proxy.url.href } });
    await client.me();
    await client.with({ env: { HTTPS_PROXY: second.url.href } }).me();
    expect([proxy.asked.length, second.asked.length]).toEqual([1, 1]);
  });

  test("with an endpoint that NO_PROXY excepts goes there straight, though it shares the connections", async () => {
    const { server, proxy, apiKey } = await world();
    const client = clientAt(endpoint, { apiKey, ca, env: { HTTPS_PROXY: proxy.url.href } });
    await client.me();
    await client.with({ endpoint: server.endpoint }).me();
    expect([proxy.connections(), server.connections]).toEqual([1, 2]);
  });
});

describe.skipIf(!runs)("a script behind a proxy exits by itself", () => {
  const lingers = async (task: { credential: ClientOptions; agedToken?: string; calls?: ClientOptions }): Promise<number> => {
    const { code, stdout, stderr } = await run("linger", { endpoint, ...task });
    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: "", stdout: expect.stringMatching(/^\d+\n$/) });
    return Number(stdout);
  };

  test.each([["an http proxy", false], ["an https proxy", true]])("with an idle tunnel through %s", async (_kind, secure) => {
    const { server, proxy, apiKey } = await world(secure);
    // Idle connections are given back after 4 s.
    expect(await lingers({ credential: { apiKey, ca, proxy: proxy.url.href } })).toBeLessThan(3_000);
    expect([proxy.asked.length, server.of("Me").length]).toEqual([1, 1]);
  });

  test("soon, while a refresh in the background hangs at the proxy", async () => {
    const { server, proxy } = await world();
    const hanging = await testProxy({ answer: () => undefined });
    const credential = { userKey: server.lumar.userKey, ca, proxy: hanging.url.href };
    // The deadline of a login is 30 s.
    expect(await lingers({ credential, calls: { proxy: proxy.url.href }, agedToken: server.lumar.addSession() })).toBeLessThan(12_000);
    expect([proxy.asked.length, hanging.asked.length, server.of("Me").length, server.logins]).toEqual([1, 1, 1, 0]);
  });
});

describe.skipIf(!runs)("with DEBUG=*, which has the agents write down what they do,", () => {
  const shows = (text: string, what: string): void => {
    expect(text).toMatch(/proxy-agent/);
    expect(text).not.toContain(what);
    expect(text).not.toContain("hunter2");
  };

  test("neither the proxy's password nor a credential is written, through a tunnel", async () => {
    const { proxy, apiKey } = await world();
    const url = `http://user:${canary("hunter2-of-the-proxy")}@127.0.0.1:${proxy.port}`;
    const { code, stderr } = await run("one-call", { endpoint, credential: { apiKey, ca, proxy: url } }, { DEBUG: "*" });
    expect(code).toBe(0);
    shows(stderr, apiKey);
  });

  test("nor when a plain request is passed on", async () => {
    const { createServer: plain } = await import("node:http");
    const server = await faultServer(plain);
    const proxy = await testProxy({ to: new URL(server.endpoint) });
    const key = canary("hunter2-of-the-caller");
    const url = `http://user:${canary("hunter2-of-the-proxy")}@127.0.0.1:${proxy.port}`;
    await run("plain-proxy", { url: "http://appliance.test/graphql", proxy: url, key }, { DEBUG: "*" }).then(({ stderr }) => { shows(stderr, key); });
    expect(proxy.asked).toHaveLength(1);
  });
});
