import { createGzip, gzipSync } from "node:zlib";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { beforeAll, describe, expect, test } from "vitest";
import { AuthenticationError, ResponseFormatError } from "keylight";
import { transportName } from "../support/transport.ts";
import { run } from "./child.ts";
import { faultServer } from "./server.ts";
import { failure, timed, until, withApiKey, withUserKey } from "./support.ts";

const MiB = 1_048_576;

/** JSON of one answer, filled up to so many bytes. */
function answerOf(bytes: number, data: object): Buffer {
  const text = JSON.stringify({ data: { ...data, filling: "" } });
  return Buffer.from(text.replace('"filling":""', `"filling":"${"x".repeat(bytes - text.length)}"`));
}

function* zeros(megabytes: number): Generator<Buffer> {
  const megabyte = Buffer.alloc(1_000_000, " ");
  for (let count = 0; count < megabytes; count += 1) yield megabyte;
}

let bomb: Buffer;
beforeAll(async () => {
  bomb = await buffer(Readable.from(zeros(300)).pipe(createGzip({ level: 9 })));
});

describe(`over ${transportName}`, () => {
  test("300 kB of gzip that expand to 300 MB stop at the limit, with small memory", async () => {
    const server = await faultServer();
    const { apiKey } = server.lumar.addKey();
    expect(bomb.length).toBeLessThan(320_000);
    server.script("Me", undefined, { body: bomb, headers: { "content-encoding": "gzip" } });
    const { stdout, stderr, code } = await run("big-answer", { endpoint: server.endpoint, apiKey, maxResponseBytes: 8 * MiB });
    expect([code, stderr]).toEqual([0, ""]);
    const told = JSON.parse(stdout) as { code: string; byteLength: number; grown: number };
    expect(told.code).toBe("BAD_RESPONSE");
    expect(told.byteLength).toBeGreaterThan(8 * MiB);
    expect(told.byteLength).toBeLessThan(12 * MiB);
    expect(told.grown).toBeLessThan(80 * MiB);
    expect(server.of("Me")).toHaveLength(2);
  });

  test("64 MiB after decompression are the default limit", async () => {
    const { server, client } = await withApiKey();
    server.script("Me", { body: bomb, headers: { "content-encoding": "gzip" } });
    const error = await failure(client.me());
    expect(error).toBeInstanceOf(ResponseFormatError);
    const { byteLength } = error as ResponseFormatError;
    expect(byteLength).toBeGreaterThan(64 * MiB);
    expect(byteLength).toBeLessThan(68 * MiB);
    expect(server.of("Me")).toHaveLength(1);
  });

  test("the limit counts decoded bytes: a small gzip above it is too large, a body of just its size is not", async () => {
    const { server, client } = await withApiKey({ maxResponseBytes: 50_000 });
    const body = answerOf(50_000, { me: { id: "u", username: "big" } });
    const packed = { headers: { "content-encoding": "gzip" } };
    server.script("Me", { body }, { ...packed, body: gzipSync(body) }, { body: answerOf(50_001, {}) }, { ...packed, body: gzipSync(answerOf(50_001, {})) });
    expect((await client.me()).username).toBe("big");
    expect((await client.me()).username).toBe("big");
    for (let round = 0; round < 2; round += 1) expect(await failure(client.me())).toMatchObject({ code: "BAD_RESPONSE", status: 200, mayHaveExecuted: false });
    expect(server.of("Me")).toHaveLength(4);
  });

  test("an endless body is left at the limit: the connection is closed and the server stops writing", async () => {
    const { server, client } = await withApiKey({ maxResponseBytes: MiB });
    server.script("Me", { endless: true });
    const { outcome: error, ms } = await timed(() => failure(client.me()));
    expect(error).toMatchObject({ code: "BAD_RESPONSE", status: 200, contentType: "application/json" });
    expect(ms).toBeLessThan(4_000);
    await until(() => server.visits[0]?.left === true);
    // What lies in the buffers between the two comes on top.
    expect(server.visits[0]?.bytesWritten).toBeLessThan(32 * MiB);
    expect(server.of("Me")).toHaveLength(1);
    expect((await client.me()).username).toBe("robot");
  });

  test("a length that is promised above the limit is not waited for", async () => {
    const { server, client } = await withApiKey({ maxResponseBytes: 1_000, timeout: 10_000 });
    server.script("Me", { endless: true, headers: { "content-length": "5000000000" } });
    const { outcome: error, ms } = await timed(() => failure(client.me()));
    expect(error).toMatchObject({ code: "BAD_RESPONSE" });
    expect(ms).toBeLessThan(4_000);
  });

  test("the answer to a login may have 1 MiB, whatever the client allows for calls", async () => {
    const { server, client } = await withUserKey({ retry: { attempts: 0 } });
    const token = server.lumar.addSession();
    const data = { createSessionUsingUserKey: { token } };
    server.script("LoginWithUserKey", { body: answerOf(MiB + 1, data) });
    const error = await failure(client.me());
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: "LOGIN_FAILED", cause: { code: "BAD_RESPONSE" } });
    expect([server.logins, server.of("Me").length]).toEqual([1, 0]);
  });

  test("a login that is just as large logs in, and an endless one is left at the limit", async () => {
    const { server, client } = await withUserKey({ retry: { attempts: 0 } });
    const data = { createSessionUsingUserKey: { token: server.lumar.addSession() } };
    server.script("LoginWithUserKey", { body: answerOf(MiB, data) }, { endless: true });
    await client.me();
    expect(await failure(client.login())).toMatchObject({ code: "LOGIN_FAILED" });
    await until(() => server.of("LoginWithUserKey")[1]?.left === true);
    expect(server.of("LoginWithUserKey")[1]?.bytesWritten).toBeLessThan(32 * MiB);
  });
});
