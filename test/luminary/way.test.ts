/** The way of logins is that of calls: the client's proxy, the authorities it trusts, its own fetch, and no other. */
import { createServer } from "node:https";
import { get } from "node:http";
import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AuthenticationError } from "keylight";
import { canary, storableCanary } from "../oracle/oracle.ts";
import { makeAuthority, type Certificate } from "../support/certificates.ts";
import { testProxy } from "../support/proxy.ts";
import { overNode, transportName } from "../support/transport.ts";
import { clientOf, countAt, browser, defined, failure, personOf, siteOf } from "./support.ts";

const authority = makeAuthority("keylight test authority for logins");
const hasProxies = authority !== undefined && overNode("ca and proxy are for the built-in transport");

const auth = { domain: "login.test", clientId: "a-client", audience: "https://api.test", ports: [0] };
const tokens = { access_token: storableCanary("an-access-token-of-login-test"), refresh_token: storableCanary("a-refresh-token-of-login-test"), token_type: "Bearer", expires_in: 3600 };

/** Answers as API and identity provider, over TLS. */
async function secureServer(certificate: Certificate): Promise<{ url: URL; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer({ ...certificate }, (incoming, outgoing) => {
    incoming.resume().on("end", () => {
      asked.push(`${String(incoming.method)} ${String(incoming.headers.host)}${String(incoming.url)}`);
      outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(incoming.url === "/oauth/token" ? tokens : { data: [] }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { url: new URL(`https://127.0.0.1:${String(typeof address === "object" && address !== null ? address.port : 0)}`), asked };
}

/** The browser's part, without a server that sends it back, and without `fetch`. */
function comesBack(address: string): void {
  const { searchParams } = new URL(address);
  get(`${defined(searchParams.get("redirect_uri"))}?code=${canary("a-code-of-login-test")}&state=${defined(searchParams.get("state"))}`).end();
}

describe.skipIf(!hasProxies)("a login behind a proxy, at servers whose authority only the client trusts,", () => {
  test("goes through the proxy and trusts that authority, as calls do, and uses no fetch of the runtime", async () => {
    const certificate = defined(authority).issue("DNS:login.test", "DNS:api.test");
    const server = await secureServer(certificate);
    const proxy = await testProxy({ to: server.url });
    const fetch = vi.spyOn(globalThis, "fetch");
    onTestFinished(() => { fetch.mockRestore(); });
    const client = clientOf({ domain: "api.test", auth, proxy: proxy.url.href, ca: defined(authority).pem });
    await client.login({ open: comesBack });
    await client.request("GET", "pipelines");
    expect(server.asked).toEqual(["POST login.test/oauth/token", "GET api.test/rest/v0/pipelines"]);
    expect(proxy.asked.map(({ method, url }) => `${String(method)} ${String(url)}`)).toEqual(["CONNECT login.test:443", "CONNECT api.test:443"]);
    expect(fetch).not.toHaveBeenCalled();
  });

  test("fails without that trust, and says so", async () => {
    const server = await secureServer(defined(authority).issue("DNS:login.test"));
    const proxy = await testProxy({ to: server.url });
    const client = clientOf({ domain: "api.test", auth, proxy: proxy.url.href });
    const error = await failure(client.login({ open: comesBack }), AuthenticationError);
    expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    expect(server.asked).toEqual([]);
  });
});

test("a login with a fetch of the caller's own goes over that one, as calls do", async () => {
  const site = await siteOf();
  const seen: string[] = [];
  const own: typeof fetch = (input, init) => {
    seen.push(new URL(input instanceof Request ? input.url : input).pathname);
    return globalThis.fetch(input, init);
  };
  const client = personOf(site, { fetch: own });
  await client.login({ open: browser().open });
  await client.request("GET", "pipelines");
  expect(seen).toEqual(["/oauth/token", "/rest/v0/pipelines"]);
});

test(`a login over ${transportName} has connections of its own, and does not wait behind calls`, async () => {
  const site = await siteOf();
  const client = personOf(site);
  await client.login({ open: browser().open });
  site.fake.failNext(Array.from({ length: 20 }, () => ({ delay: 1_500, path: "/rest/v0/pipelines" })));
  const calls = Array.from({ length: 20 }, () => client.request("GET", "pipelines"));
  await expect.poll(() => countAt(site, "ListPipelines")).toBe(20);
  const started = performance.now();
  await client.login({ open: browser().open });
  expect(performance.now() - started).toBeLessThan(1_400);
  await Promise.all(calls);
});
