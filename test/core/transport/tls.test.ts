import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TimeoutError, TransportError } from "../../../src/errors/index.ts";
import { execute } from "../../../src/core/transport/execute.ts";
import { transportName } from "../../support/transport.ts";
import { json, serve, serveRaw } from "./server.ts";
import { callOf, exchangeWith, open, rejection, roadOf } from "./support.ts";

/** A certificate that nobody trusts, made on the spot; undefined where there is no openssl. */
function selfSigned(): { key: Buffer; cert: Buffer } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "keylight-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    console.warn("tls.test.ts: openssl made no certificate, so the tests with a self-signed server are skipped");
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const certificate = selfSigned();
const serveTls = () => serve((response) => { json(response, { data: {} }); }, (listener) => createServer({ ...certificate }, listener), "https");

describe(`over ${transportName}`, () => {
  test.skipIf(certificate === undefined)("a certificate that nobody trusts fails in the phase tls, before a request leaves", async () => {
    const { url, seen } = await serveTls();
    const { error, exchange } = await exchangeWith(await open(), url, { headers: { "x-api-key": "hunter2" } });
    expect(error).toMatchObject({ kind: "network", code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(exchange.phase).toBe("tls");
    expect(seen).toHaveLength(0);
  });

  test.skipIf(certificate === undefined)("a write that failed so is tried again, as it cannot have run", async () => {
    const { url, seen, connections } = await serveTls();
    const error = await rejection(execute(roadOf(await open()), callOf(url, { facts: { kind: "mutation" } })));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ phase: "tls", mayHaveExecuted: false, cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } });
    expect((error as TransportError).attempts).toHaveLength(3);
    expect([connections(), seen.length]).toEqual([3, 0]);
  });

  test("a server that speaks no TLS at all fails as one call, with the doubt that is left", async () => {
    const { url } = await serveRaw((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const secure = new URL(url.href.replace("http:", "https:"));
    const { error, exchange } = await exchangeWith(await open(), secure);
    expect(error).toMatchObject({ kind: "network" });
    expect(["tls", "send"]).toContain(exchange.phase);
  });

  test("a handshake that never ends is a timeout; node:http knows that nothing had left", async () => {
    const { url } = await serveRaw(() => undefined);
    const secure = new URL(url.href.replace("http:", "https:"));
    const error = await rejection(execute(roadOf(await open()), callOf(secure, { facts: { kind: "mutation" }, timeout: 120 })));
    expect(error).toBeInstanceOf(TimeoutError);
    // A fetch does not tell how far it came, so that doubt remains.
    expect(error).toMatchObject(transportName === "fetch" ? { mayHaveExecuted: true } : { phase: "tls", mayHaveExecuted: false });
  });
});
