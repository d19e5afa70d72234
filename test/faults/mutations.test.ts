import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { RequestOptions } from "keylight";
import { transportName } from "../support/transport.ts";
import { times, unauthenticated, type Fault } from "./fault.ts";
import { FaultServer, faultServer } from "./server.ts";
import { clientAt, failure, freePort, quick, sleep, withToken, withUserKey, write } from "./support.ts";

afterEach(() => vi.restoreAllMocks());

/** A certificate that nobody trusts, made on the spot; undefined where there is no openssl. */
function selfSigned(): { key: Buffer; cert: Buffer } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "keylight-faults-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const certificate = selfSigned();

/** What leaves it open whether the write ran, and how often it did. */
const doubtful: readonly [what: string, fault: Fault, effects: number, options?: RequestOptions][] = [
  ["the connection is cut after the request was read", { drop: "answer" }, 0],
  ["the write runs and the connection is cut then", { drop: "answer", commits: true }, 1],
  ["the answer breaks off in the middle", { drop: "body" }, 1],
  ["the answer is shorter than its length", { truncate: "length" }, 1],
  ["the last piece of the answer is missing", { truncate: "chunked" }, 1],
  ["the answer is badly compressed", { body: "no gzip", headers: { "content-encoding": "gzip" }, commits: true }, 1],
  ["the answer is packed and cut off", { body: gzipSync('{"data":{}}').subarray(0, 12), headers: { "content-encoding": "gzip" }, commits: true }, 1],
  ["the answer is a web page", { body: "<html></html>", commits: true }, 1],
  ["the answer is empty", { body: "", commits: true }, 1],
  ["the answer never ends", { endless: true, commits: true }, 1],
  ["a gateway says 502", { status: 502, body: "", commits: true }, 1],
  ["a gateway says 503", { status: 503, body: "" }, 0],
  ["a gateway says 504", { status: 504, body: "", commits: true }, 1],
  ["the server says 500", { status: 500, body: "" }, 0],
  ["a 503 asks to come back", { status: 503, body: "", headers: { "retry-after": "0" } }, 0],
  ["no answer comes in time", { delay: Infinity }, 1, { timeout: 250 }],
  ["the answer stalls", { stall: Infinity }, 1, { timeout: 250 }],
  ["the answer is no HTTP", { raw: "SSH-2.0-OpenSSH_9.6\r\n", commits: true }, 1],
];

describe(`over ${transportName}`, () => {
  describe("a write is sent exactly once, and said to have run perhaps, when", () => {
    test.each(doubtful)("%s", async (_what, fault, effects, options) => {
      const { server, client } = await withToken({ ...quick, maxResponseBytes: 100_000 });
      server.decide = () => fault;
      const error = await failure(client.request(write, {}, options));
      expect(error.mayHaveExecuted).toBe(true);
      expect(server.of("Write")).toHaveLength(1);
      expect(server.lumar.effect("Write")).toBe(effects);
    });

    test("the connection is cut before the request is read", async () => {
      const { server, client } = await withToken(quick);
      server.hangUpOn = 3;
      expect((await failure(client.request(write))).mayHaveExecuted).toBe(true);
      expect([server.unread, server.visits.length]).toEqual([1, 0]);
    });

    test("it is one of the client's own, such as creating a service account", async () => {
      const { server, client } = await withToken(quick);
      server.script("CreateServiceAccount", { drop: "answer", commits: true });
      const creating = client.serviceAccounts.create({ accountId: 715, name: "Nightly", roleCode: "Viewer" });
      expect(await failure(creating)).toMatchObject({ code: "NETWORK_ERROR", mayHaveExecuted: true });
      expect(server.of("CreateServiceAccount")).toHaveLength(1);
      expect(server.lumar.serviceAccounts.map((account) => account.name)).toEqual(["CI", "Nightly"]);
    });
  });

  describe("a write is sent again on proof that it did not run:", () => {
    test("the connection is refused", async () => {
      const client = clientAt(`http://127.0.0.1:${await freePort()}/graphql`, { ...quick, sessionToken: "a-session-token" });
      const error = await failure(client.request(write));
      expect(error).toMatchObject({ code: "NETWORK_ERROR", phase: "connect", mayHaveExecuted: false, attempts: times(3, {}) });
      expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    });

    test("the connection is refused until the server is up, and the write takes effect once", async () => {
      const server = new FaultServer();
      const port = await freePort();
      onTestFinished(() => server.stop());
      vi.spyOn(Math, "random").mockReturnValue(0.9);
      const client = clientAt(`http://127.0.0.1:${port}/graphql`, { retry: { attempts: 6 }, sessionToken: server.lumar.addSession() });
      const writing = client.rawRequest(write);
      await sleep(100);
      await server.start(port);
      const { attempts } = await writing;
      expect(attempts.length).toBeGreaterThan(1);
      expect([server.of("Write").length, server.lumar.effect("Write")]).toEqual([1, 1]);
    });

    test("the name does not exist", async () => {
      const client = clientAt("https://nowhere.invalid/graphql", { ...quick, sessionToken: "a-session-token" });
      const error = await failure(client.request(write));
      expect(error).toMatchObject({ phase: "connect", mayHaveExecuted: false, attempts: times(3, {}) });
      expect(error.cause?.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    });

    test.skipIf(certificate === undefined)("the certificate is not trusted: no request arrives", async () => {
      const server = await faultServer((listener) => createSecureServer({ ...certificate }, listener), "https");
      const client = clientAt(server.endpoint, { ...quick, sessionToken: server.lumar.addSession() });
      expect(await failure(client.request(write))).toMatchObject({ phase: "tls", mayHaveExecuted: false, attempts: times(3, {}) });
      expect(server.visits).toHaveLength(0);
    });

    test("a 429, whatever its body", async () => {
      const { server, client } = await withToken(quick);
      server.script("Write", { status: 429, body: "<p>slow</p>" }, { status: 429, body: { errors: [{ message: "slow" }], data: null } });
      await client.request(write);
      expect([server.of("Write").length, server.lumar.effect("Write")]).toEqual([3, 1]);
    });

    test("a 401, with a new session", async () => {
      const { server, client } = await withUserKey(quick);
      await client.me();
      server.lumar.sessions.clear();
      await client.request(write);
      expect([server.of("Write").length, server.logins, server.lumar.effect("Write")]).toEqual([2, 2, 1]);
    });

    test("a 401 that is a web page", async () => {
      const { server, client } = await withUserKey(quick);
      server.script("Write", { ...unauthenticated, body: "<p>who are you?</p>" });
      await client.request(write);
      expect([server.of("Write").length, server.lumar.effect("Write")]).toEqual([2, 1]);
    });

    test("but what an earlier attempt may have done is remembered", async () => {
      const { server, client } = await withUserKey({ retry: { attempts: 1, maxDelay: 2 } });
      server.script("Write", { drop: "answer", commits: true }, { status: 429, body: "" }, unauthenticated);
      const error = await failure(client.request(write, {}, { idempotent: true }));
      expect(error).toMatchObject({ code: "RATE_LIMITED", mayHaveExecuted: true });
      expect([server.of("Write").length, server.lumar.effect("Write")]).toEqual([2, 1]);
    });
  });

  test("idempotent: true has a write sent again like a query, and the server counts the effects", async () => {
    const { server, client } = await withToken(quick);
    server.script("Write", { drop: "answer", commits: true }, { status: 502, body: "", commits: true });
    await client.request(write, {}, { idempotent: true });
    expect([server.of("Write").length, server.lumar.effect("Write")]).toEqual([3, 3]);
  });

  test("idempotent: true on one call is not remembered for the next", async () => {
    const { server, client } = await withToken(quick);
    await client.request(write, {}, { idempotent: true });
    server.script("Write", { drop: "answer" });
    await failure(client.request(write));
    expect(server.of("Write")).toHaveLength(2);
  });
});
