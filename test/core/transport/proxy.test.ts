import { beforeAll, describe, expect, test } from "vitest";
import { makeAuthority, type Authority, type Certificate } from "../../support/certificates.ts";
import { testProxy, wiretap } from "../../support/proxy.ts";
import { overNode } from "../../support/transport.ts";
import { canary } from "../../oracle/oracle.ts";
import { json, serve, until } from "./server.ts";
import { exchangeOf, exchangeWith } from "./support.ts";
import { phasesOf, serveSecurely, through } from "./through-proxy.ts";

const authority = makeAuthority("the target's authority");
const runs = overNode("a fetch knows nothing of the option proxy") && authority !== undefined;
const api = new URL("https://api.test/graphql");
const appliance = new URL("http://appliance.test:8080/graphql");
const key = canary("hunter2-the-api-key");
const headers = { "x-api-key": key, "x-auth-token": canary("hunter2-the-session") };

describe.skipIf(!runs)("to https, through a tunnel", () => {
  let certificate: Certificate;
  let ca: string;
  beforeAll(() => {
    const { issue, pem } = authority as Authority;
    certificate = issue("DNS:api.test", "IP:10.1.2.3", "IP:2001:db8::1");
    ca = pem;
  });

  test("the target gets the request whole, and the proxy sees its name and nothing else of it", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    const body = JSON.stringify({ query: "{ me }", secret: canary("hunter2-in-the-body") });
    const { response } = await exchangeWith(await through(proxy.url, ca), api, { headers, body });
    expect(response).toMatchObject({ status: 200, body: JSON.stringify({ nth: 0, body }) });
    expect(server.seen).toMatchObject([{ method: "POST", url: "/graphql", headers: { host: "api.test", "content-length": String(body.length), ...headers }, body }]);
    expect(server.seen[0]?.headers).not.toHaveProperty("transfer-encoding");
    expect(Object.keys(server.seen[0]?.headers ?? {}).filter((name) => name.startsWith("proxy-"))).toEqual([]);
    expect(proxy.asked).toEqual([{ method: "CONNECT", url: "api.test:443", headers: { host: "api.test:443", "proxy-connection": "Keep-Alive" } }]);
    expect(proxy.overheard().length).toBeGreaterThan(500);
    expect(proxy.overheard()).not.toMatch(/hunter2|graphql|x-api-key/);
  });

  test("a tunnel is used again, and each of many answers is the one to its own question", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    const transport = await through(proxy.url, ca);
    for (let nth = 0; nth < 5; nth += 1) await exchangeWith(transport, api);
    expect([proxy.connections(), proxy.asked.length, server.connections(), server.seen.length]).toEqual([1, 1, 1, 5]);
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, nth) => (await exchangeWith(transport, api, { body: `"${nth}"` })).response?.body));
    expect(answers.map((text) => (JSON.parse(text ?? "") as { body: string }).body)).toEqual(answers.map((_, nth) => `"${nth}"`));
    expect(proxy.asked.length).toBeLessThanOrEqual(20);
    expect(proxy.connections()).toBe(proxy.asked.length);
  });

  test("the phases are those of the connection to the target, and on a tunnel that stands it begins with sending", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    const transport = await through(proxy.url, ca);
    const phases: string[][] = [];
    for (let nth = 0; nth < 2; nth += 1) {
      const exchange = exchangeOf();
      phases.push(phasesOf(exchange));
      await transport.send({ url: api, method: "POST", headers, body: "{}" }, exchange);
    }
    expect(phases).toEqual([["connect", "tls", "send", "headers", "body"], ["connect", "send", "headers", "body"]]);
  });

  test("user name and password go to the proxy, percent-decoded, and no further", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    const password = canary("p@ss/wörd:hunter2");
    const url = `http://us%40er:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`;
    await exchangeWith(await through(url, ca), api, { headers });
    expect(proxy.asked.map(({ headers }) => headers["proxy-authorization"])).toEqual([`Basic ${Buffer.from(`us@er:${password}`).toString("base64")}`]);
    expect(server.seen.map(({ rawHeaders }) => rawHeaders.filter((text) => /^(proxy-|basic )/i.test(text)))).toEqual([[]]);
  });

  test.each(["https://10.1.2.3/graphql", "https://[2001:db8::1]:8443/graphql"])("%s is held against its address in the certificate", async (target) => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    const { response } = await exchangeWith(await through(proxy.url, ca), new URL(target));
    expect(response?.status).toBe(200);
    expect(proxy.asked.map(({ url }) => url)).toEqual([target.includes("[") ? "[2001:db8::1]:8443" : "10.1.2.3:443"]);
  });

  test.each(["https://10.1.2.3/graphql", "https://api.test/graphql"])("a certificate of the proxy's own name does not do for %s", async (target) => {
    const impostor = await serveSecurely((authority as Authority).issue("DNS:localhost", "IP:127.0.0.1"));
    const proxy = await testProxy({ to: impostor.url, hostname: "localhost" });
    const { error, exchange } = await exchangeWith(await through(proxy.url, ca), new URL(target), { headers });
    expect(error).toMatchObject({ kind: "network", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(exchange.phase).toBe("tls");
    expect(impostor.seen).toHaveLength(0);
  });

  test("closing closes the tunnels, idle and in use", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    const transport = await through(proxy.url, ca);
    await Promise.all([exchangeWith(transport, api), exchangeWith(transport, api)]);
    expect(proxy.open()).toBe(2);
    transport.close();
    await until(() => proxy.open() === 0);
  });

  test("an idle tunnel is given back before common servers drop it", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url });
    await exchangeWith(await through(proxy.url, ca), api);
    expect(proxy.open()).toBe(1);
    await expect.poll(() => proxy.open(), { timeout: 8_000 }).toBe(0);
  });

  test("the proxy may itself be reached by https: what is heard on the way to it tells neither its password nor the target", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url, certificate: (authority as Authority).issue("DNS:localhost") });
    const tap = await wiretap(proxy.port);
    const transport = await through(`https://user:${canary("hunter2-for-the-proxy")}@localhost:${tap.port}`, ca);
    for (let nth = 0; nth < 3; nth += 1) expect((await exchangeWith(transport, api, { headers })).response?.status).toBe(200);
    expect([proxy.connections(), proxy.asked.length, server.seen.length]).toEqual([1, 1, 3]);
    expect(proxy.asked[0]?.headers["proxy-authorization"]).toMatch(/^Basic /);
    expect(tap.heard().length).toBeGreaterThan(1_000);
    expect(tap.heard()).not.toMatch(/proxy-authorization|api\.test|hunter2/i);
    transport.close();
    await until(() => proxy.open() === 0);
  });

  test("an https proxy that nobody trusts gets neither password nor request", async () => {
    const server = await serveSecurely(certificate);
    const proxy = await testProxy({ to: server.url, certificate: (authority as Authority).issue("DNS:elsewhere.test"), hostname: "localhost" });
    const { error, exchange } = await exchangeWith(await through(proxy.url.href.replace("//", `//user:${canary("hunter2-for-the-proxy")}@`), ca), api, { headers });
    expect(error).toMatchObject({ kind: "network", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(exchange.phase).toBe("connect");
    expect([proxy.asked.length, server.connections()]).toEqual([0, 0]);
  });
});

describe.skipIf(!runs)("to plain http, by passing on", () => {
  test("the proxy gets the whole address, and its password does not reach the target", async () => {
    const server = await serve((response) => { json(response, { data: {} }); });
    const proxy = await testProxy({ to: server.url });
    const transport = await through(`http://user:${canary("hunter2-for-the-proxy")}@127.0.0.1:${proxy.port}`);
    for (let nth = 0; nth < 3; nth += 1) expect((await exchangeWith(transport, appliance, { headers, body: `{"nth":${nth}}` })).response?.status).toBe(200);
    expect(proxy.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill("POST http://appliance.test:8080/graphql"));
    expect(proxy.asked.map(({ headers }) => headers["proxy-authorization"])).toEqual(Array(3).fill(expect.stringMatching(/^Basic /)));
    expect(server.seen.map(({ url, body }) => `${url} ${body}`)).toEqual([0, 1, 2].map((nth) => `/graphql {"nth":${nth}}`));
    expect(server.seen[0]?.headers).toMatchObject({ host: "appliance.test:8080", "content-length": "9", ...headers });
    expect(proxy.asked.map(({ headers }) => headers["transfer-encoding"])).toEqual(Array(3).fill(undefined));
    expect(proxy.connections()).toBe(1);
  });

  test.each([["GET", undefined], ["POST", "0"], ["DELETE", undefined]])("a %s without a body says that its length is %s", async (method, length) => {
    const server = await serve((response) => { json(response, {}); });
    const transport = await through((await testProxy({ to: server.url })).url);
    for (let nth = 0; nth < 2; nth += 1) await transport.send({ url: appliance, method, headers: {} }, exchangeOf());
    expect(server.seen.map(({ headers }) => [headers["content-length"], headers["transfer-encoding"]])).toEqual(Array(2).fill([length, undefined]));
  });

  test("the phases are those of the connection to the proxy", async () => {
    const server = await serve((response) => { json(response, {}); });
    const transport = await through((await testProxy({ to: server.url })).url);
    const phases: string[][] = [];
    for (let nth = 0; nth < 2; nth += 1) {
      const exchange = exchangeOf();
      phases.push(phasesOf(exchange));
      await transport.send({ url: appliance, method: "POST", headers: {}, body: "{}" }, exchange);
    }
    expect(phases).toEqual(Array(2).fill(["connect", "send", "headers", "body"]));
  });

  test("what is on this machine is asked straight: a proxy would see the credential", async () => {
    const server = await serve((response) => { json(response, {}); });
    const proxy = await testProxy({ to: server.url });
    const { response } = await exchangeWith(await through(proxy.url), server.url, { headers });
    expect(response?.status).toBe(200);
    expect([server.seen.length, proxy.connections()]).toEqual([1, 0]);
  });
});
