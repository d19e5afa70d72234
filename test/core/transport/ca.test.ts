import * as tls from "node:tls";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { Lines } from "../../../src/core/lines.ts";
import { readSettings, type CommonOptions } from "../../../src/core/options.ts";
import type { Transport } from "../../../src/core/transport/wire.ts";
import { trusting } from "../../../src/core/transport/trust.ts";
import { makeAuthority, type Authority } from "../../support/certificates.ts";
import { testProxy } from "../../support/proxy.ts";
import { overFetch, overNode } from "../../support/transport.ts";
import { exchangeWith, rejection } from "./support.ts";
import { serveSecurely } from "./through-proxy.ts";

const made = makeAuthority("an appliance's authority");
const otherMade = makeAuthority("another authority");
const runs = overNode("a fetch knows nothing of the option ca") && made !== undefined;
let authority: Authority;
let other: Authority;
beforeAll(() => {
  if (!runs) return;
  authority = made;
  other = otherMade as Authority;
});

/** The connections of a client with these options, closed after the test. */
async function transportOf(options: CommonOptions): Promise<Transport> {
  const lines = new Lines(readSettings(options, () => undefined));
  lines.retain();
  onTestFinished(() => { lines.release(); });
  return lines.calls();
}

describe.skipIf(!runs)("over node:http", () => {
  test("a server of that authority is trusted, over one connection that is used again", async () => {
    const server = await serveSecurely(authority.issue("IP:127.0.0.1"));
    const transport = await transportOf({ ca: authority.pem });
    for (let nth = 0; nth < 3; nth += 1) expect((await exchangeWith(transport, server.url)).response?.status).toBe(200);
    expect([server.connections(), server.seen.length]).toEqual([1, 3]);
  });

  test("bytes, and several authorities in one text, do as well", async () => {
    const servers = [await serveSecurely(authority.issue("IP:127.0.0.1")), await serveSecurely(other.issue("IP:127.0.0.1"))];
    const transport = await transportOf({ ca: Buffer.from(`${authority.pem}${other.pem}`) });
    for (const { url } of servers) expect((await exchangeWith(transport, url)).response?.status).toBe(200);
  });

  test("nobody else is trusted for it: a client without it, or with another, is not, before and after", async () => {
    const server = await serveSecurely(authority.issue("IP:127.0.0.1"));
    const [trusting, plain, wrong] = [await transportOf({ ca: authority.pem }), await transportOf({}), await transportOf({ ca: other.pem })];
    for (let round = 0; round < 2; round += 1) {
      for (const transport of [plain, wrong]) {
        const { error, exchange } = await exchangeWith(transport, server.url, { headers: { "x-api-key": "hunter2" } });
        expect(error).toMatchObject({ kind: "network", code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
        expect(exchange.phase).toBe("tls");
      }
      expect((await exchangeWith(trusting, server.url)).response?.status).toBe(200);
    }
    expect(server.seen).toHaveLength(2);
  });

  test("a certificate of that authority for another host is refused", async () => {
    const server = await serveSecurely(authority.issue("DNS:other.test", "IP:10.0.0.1"));
    const { error, exchange } = await exchangeWith(await transportOf({ ca: authority.pem }), server.url);
    expect(error).toMatchObject({ kind: "network", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect([exchange.phase, server.seen.length]).toEqual(["tls", 0]);
  });

  test("it counts behind a proxy too, and does not make up for a proxy's own certificate", async () => {
    const server = await serveSecurely(authority.issue("DNS:api.test"));
    const proxy = await testProxy({ to: server.url });
    const api = new URL("https://api.test/graphql");
    const tunnel = { proxy: proxy.url.href };
    expect((await exchangeWith(await transportOf({ ...tunnel, ca: authority.pem }), api)).response?.status).toBe(200);
    for (const options of [tunnel, { ...tunnel, ca: other.pem }]) {
      const { error, exchange } = await exchangeWith(await transportOf(options), api);
      expect(error).toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
      expect(exchange.phase).toBe("tls");
    }
    expect([server.seen.length, proxy.asked.length]).toEqual([1, 3]);
  });

  test.each<[string, (own: Authority, extra: Authority) => typeof tls]>([
    ["tells its authorities", (_own, extra) => ({ ...tls, getCACertificates: () => [extra.pem] })],
    ["leaves its authorities to OpenSSL", () => ({ ...tls, getCACertificates: () => [] })],
    ["does not tell them", () => tls],
    ["neither tells them nor lets them be added to", (_own, extra) => ({ ...tls, rootCertificates: [extra.pem], createSecureContext: (options) => (options === undefined ? { context: {} } : tls.createSecureContext(options)) })],
  ])("a runtime that %s comes to trust the given one besides", async (what, runtime) => {
    const server = await serveSecurely(authority.issue("IP:127.0.0.1"));
    const known = await serveSecurely(other.issue("IP:127.0.0.1"));
    const secureContext = await trusting(authority.pem, runtime(authority, other));
    const codes = [];
    for (const { url } of [server, known]) codes.push(await handshake(Number(url.port), secureContext));
    const keeps = what.startsWith("tells") || what.startsWith("neither");
    expect(codes).toEqual(["trusted", keeps ? "trusted" : "UNABLE_TO_VERIFY_LEAF_SIGNATURE"]);
  });
});

async function handshake(port: number, secureContext: tls.SecureContext): Promise<unknown> {
  const socket = tls.connect({ host: "127.0.0.1", port, secureContext });
  onTestFinished(() => { socket.destroy(); });
  return new Promise((resolve) => {
    socket.once("secureConnect", () => resolve("trusted")).once("error", (error) => resolve(Reflect.get(error, "code")));
  });
}

test.skipIf(!overFetch("only a runtime without node:http lacks them")).each<[string, CommonOptions]>([
  ["ca", { ca: tls.rootCertificates[0] ?? "" }],
  ["proxy", { proxy: "http://proxy.example" }],
])("without node:http the option %s fails at the first use and is not passed over", async (name, options) => {
  const lines = new Lines(readSettings(options, () => undefined));
  lines.retain();
  const unusable = Promise.all([lines.calls()]);
  const error = await rejection(unusable);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({ message: `${name} needs node:http, which this runtime does not have` });
  lines.release();
});

test.skipIf(!overFetch("only a runtime without node:http leaves them to its fetch"))("without node:http the proxies of variables are the fetch's own affair", async () => {
  const env = (name: string): string | undefined => (name === "HTTPS_PROXY" ? "http://proxy.example" : undefined);
  const lines = new Lines(readSettings({}, env));
  expect(typeof (await lines.calls()).send).toBe("function");
});
