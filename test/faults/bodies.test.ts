import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { GraphQLRequestError, ResponseFormatError, TransportError } from "keylight";
import { canary } from "../oracle/oracle.ts";
import { transportName } from "../support/transport.ts";
import { errorsOf, type Fault } from "./fault.ts";
import { failure, said, withApiKey, withToken, write } from "./support.ts";

const page = "<!doctype html><title>Login wall: session 4711 of Mr Smith</title>";
const half = '{"data":{"me":{"id":"quoted-by-nobody"';
const query = "query Read { me { id username } version }";

interface Unreadable {
  readonly fault: Fault;
  readonly kind: typeof ResponseFormatError | typeof TransportError;
  readonly status: number;
  readonly contentType: string;
  readonly bytes: number;
}

const html = { "content-type": "text/html; charset=utf-8" };
const unreadable: readonly [what: string, expected: Unreadable][] = [
  ["a web page", { fault: { body: page, headers: html }, kind: ResponseFormatError, status: 200, contentType: "text/html; charset=utf-8", bytes: page.length }],
  ["a web page that is packed", { fault: { body: gzipSync(page), headers: { ...html, "content-encoding": "gzip" } }, kind: ResponseFormatError, status: 200, contentType: "text/html; charset=utf-8", bytes: page.length }],
  ["a web page with 404", { fault: { status: 404, body: page }, kind: ResponseFormatError, status: 404, contentType: "text/html", bytes: page.length }],
  ["a web page that says it is JSON", { fault: { body: Buffer.from(page) }, kind: ResponseFormatError, status: 200, contentType: "application/json", bytes: page.length }],
  ["empty", { fault: { body: Buffer.alloc(0) }, kind: ResponseFormatError, status: 200, contentType: "application/json", bytes: 0 }],
  ["JSON that is cut off, though its length is right", { fault: { body: Buffer.from(half) }, kind: ResponseFormatError, status: 200, contentType: "application/json", bytes: half.length }],
  ["JSON of another kind", { fault: { body: { message: page } }, kind: ResponseFormatError, status: 200, contentType: "application/json", bytes: JSON.stringify({ message: page }).length }],
  ["shorter than its length", { fault: { body: Buffer.from(half), truncate: "length" }, kind: TransportError, status: 200, contentType: "application/json", bytes: half.length }],
  ["of pieces without the last one", { fault: { body: Buffer.from(half), truncate: "chunked" }, kind: TransportError, status: 200, contentType: "application/json", bytes: half.length }],
];

const badlyPacked: readonly [what: string, fault: Fault][] = [
  ["text that says it is gzip", { body: Buffer.from(page), headers: { "content-encoding": "gzip" } }],
  ["text that says it is brotli", { body: Buffer.from(page), headers: { "content-encoding": "br" } }],
  ["gzip that says it is brotli", { body: gzipSync(page), headers: { "content-encoding": "br" } }],
  ["gzip with a broken middle", { body: spoiled(gzipSync(`${page}${"x".repeat(500)}`)), headers: { "content-encoding": "gzip" } }],
  ["gzip that is cut off", { body: gzipSync(page).subarray(0, 40), headers: { "content-encoding": "gzip" } }],
  ["brotli that is cut off", { body: brotliCompressSync(page).subarray(0, 30), headers: { "content-encoding": "br" } }],
];

function spoiled(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 20, 40);
  return copy;
}

describe(`over ${transportName}`, () => {
  test.each(unreadable)("a body that is %s: status, type and length are told, and no text", async (_what, { fault, kind, status, contentType, bytes }) => {
    canary("session 4711 of Mr Smith");
    const { server, client } = await withApiKey({ retry: { attempts: 0 } });
    server.script("Read", fault);
    const error = await failure(client.request(query));
    expect(error).toBeInstanceOf(kind);
    expect(error.status).toBe(status);
    if (error instanceof ResponseFormatError) {
      expect(error).toMatchObject({ contentType, byteLength: bytes });
      expect(error.hint).toContain("endpoint");
    } else {
      expect(error.message).toContain(contentType);
      expect(error.message).toContain(`${bytes} bytes`);
    }
    expect(said(error)).not.toMatch(/Mr Smith|quoted-by-nobody|doctype/);
    expect(server.visits).toHaveLength(1);
  });

  test.each(badlyPacked)("a body that is %s: an error of the answer, with status and type, and no text", async (_what, fault) => {
    const { server, client } = await withApiKey({ retry: { attempts: 0 } });
    server.script("Read", fault);
    const error = await failure(client.request(query));
    expect(error instanceof ResponseFormatError || error instanceof TransportError).toBe(true);
    expect(error.status).toBe(200);
    expect(said(error)).toContain("application/json");
    expect(said(error)).not.toMatch(/Mr Smith|doctype/);
    expect(server.visits).toHaveLength(1);
  });

  describe("JSON with data or errors is kept on any status", () => {
    test.each([200, 201, 400, 409, 418, 422, 500, 502, 503])("data with a %i", async (status) => {
      const { server, client } = await withApiKey();
      server.script("Read", { status, body: { data: { version: "7" } } });
      const answer = await client.rawRequest<{ version: string }>(query);
      expect([answer.data.version, answer.status]).toEqual(["7", status]);
      expect(server.visits).toHaveLength(1);
    });

    test.each([200, 400, 418, 422, 500, 503])("errors with a %i", async (status) => {
      const { server, client } = await withApiKey({ retry: { attempts: 0 } });
      server.script("Read", { status, body: { errors: [{ message: "the field is odd", path: ["me"], extensions: { code: "ODD" } }], data: null } });
      const error = await failure(client.request(query));
      expect(error).toBeInstanceOf(GraphQLRequestError);
      expect(error).toMatchObject({ status, message: "the field is odd", errors: [{ message: "the field is odd", path: ["me"], code: "ODD" }] });
      expect(server.visits).toHaveLength(1);
    });

    test.each([400, 404, 500, 503])("a documented code with a %i", async (status) => {
      const { server, client } = await withApiKey();
      server.script("Read", { status, body: errorsOf("ENTITY_NOT_FOUND") });
      expect(await failure(client.request(query))).toMatchObject({ code: "NOT_FOUND", status });
      expect(server.visits).toHaveLength(1);
    });

    test("whatever the content type says", async () => {
      const { server, client } = await withApiKey();
      server.script("Read", { body: { data: { version: "7" } }, headers: { "content-type": "text/plain" } });
      expect(await client.request(query)).toEqual({ version: "7" });
    });
  });

  describe("errors beside partial data", () => {
    const partial = { data: { me: null, version: "7" }, errors: [{ message: "no me", path: ["me"] }] };

    test("throw, with the data in the error", async () => {
      const { server, client } = await withApiKey();
      server.script("Read", { body: partial });
      expect(await failure(client.request(query))).toMatchObject({ code: "GRAPHQL_ERROR", data: partial.data, errors: partial.errors });
      expect(server.visits).toHaveLength(1);
    });

    test("come back with the data where allowPartial says so", async () => {
      const { server, client } = await withApiKey();
      server.script("Read", { body: partial }, { body: partial });
      expect(await client.rawRequest(query, {}, { allowPartial: true })).toMatchObject(partial);
      expect(await client.request(query, {}, { allowPartial: true })).toEqual(partial.data);
      expect(server.visits).toHaveLength(2);
    });

    test("of a write say that it may have run, and it is not sent again", async () => {
      const { server, client } = await withToken();
      server.script("Write", { body: { ...partial, data: { deleteSession: null } }, commits: true });
      expect(await failure(client.request(write))).toMatchObject({ code: "GRAPHQL_ERROR", mayHaveExecuted: true });
      expect([server.visits.length, server.lumar.effect("Write")]).toEqual([1, 1]);
    });
  });

  test.each([[[]], [null]])("errors: %j is success", async (errors) => {
    const { server, client } = await withApiKey();
    server.script("Read", { body: { data: { version: "7" }, errors } });
    expect(await client.request(query)).toEqual({ version: "7" });
    expect(server.visits).toHaveLength(1);
  });

  describe("__proto__ in an answer changes nothing", () => {
    const polluting = '"__proto__":{"polluted":"yes","username":"root","secret":"s"}';

    test("in results that are built by known names", async () => {
      const { server, client } = await withToken();
      const account = `{"id":"a","name":"n","description":null,"roleCode":"Viewer","enabled":true,"createdAt":"c","updatedAt":"u",${polluting}}`;
      server.script("Me", { body: `{"data":{"me":{"id":"u",${polluting}},${polluting}},${polluting}}` });
      server.script("CreateServiceAccount", { body: `{"data":{"createServiceAccount":{"serviceAccount":${account},${polluting}}}}` });
      const me = await client.me();
      const created = await client.serviceAccounts.create({ accountId: 715, name: "n", roleCode: "Viewer" });
      expect(me).toEqual({ id: "u", username: null });
      for (const result of [me, created]) {
        expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
        expect(Object.keys(result)).not.toContain("polluted");
        expect(Reflect.get(result, "polluted")).toBeUndefined();
      }
      expect(Reflect.get({}, "polluted")).toBeUndefined();
    });

    test("in data that a caller asked for by a document of its own", async () => {
      const { server, client } = await withApiKey();
      server.script("Read", { body: `{"data":{"version":"7",${polluting}}}` });
      const data = await client.request<Record<string, unknown>>(query);
      expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
      expect(data["polluted"]).toBeUndefined();
      expect(Reflect.get({}, "polluted")).toBeUndefined();
    });

    test("in errors, whose code it does not become", async () => {
      const { server, client } = await withApiKey();
      server.script("Read", { body: '{"errors":[{"message":"m","__proto__":{"code":"FORBIDDEN"},"extensions":{"__proto__":{"code":"FORBIDDEN"}}}],"data":null}' });
      expect(await failure(client.request(query))).toMatchObject({ code: "GRAPHQL_ERROR", errors: [{ message: "m" }] });
      expect(Reflect.get({}, "code")).toBeUndefined();
    });

    test("in an answer to a login, whose token it does not become", async () => {
      const { server, client } = await withApiKey();
      server.script("Read", { body: '{"__proto__":{"data":{"version":"7"}}}' });
      expect(await failure(client.request(query))).toMatchObject({ code: "BAD_RESPONSE" });
    });
  });
});
