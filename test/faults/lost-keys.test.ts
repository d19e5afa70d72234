import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, type RequestOptions } from "keylight";
import { transportName } from "../support/transport.ts";
import { errorsOf, unauthenticated, type Fault } from "./fault.ts";
import { failure, quick, rejection, until, withToken, withUserKey, type World } from "./support.ts";

const create = "CreateServiceAccountKey";

const lost: readonly [what: string, fault: Fault, made: 0 | 1, options?: RequestOptions][] = [
  ["the connection is cut after the request was read", { drop: "answer" }, 0],
  ["it ran and the connection is cut then", { drop: "answer", commits: true }, 1],
  ["the answer breaks off in the middle", { drop: "body" }, 1],
  ["the answer is shorter than its length", { truncate: "length" }, 1],
  ["the last piece of the answer is missing", { truncate: "chunked" }, 1],
  ["the answer is badly compressed", { body: "no gzip", headers: { "content-encoding": "gzip" }, commits: true }, 1],
  ["the answer is packed and cut off", { body: gzipSync("{}").subarray(0, 12), headers: { "content-encoding": "gzip" }, commits: true }, 1],
  ["the answer is a web page", { body: "<p>hello</p>", commits: true }, 1],
  ["a gateway gives up waiting", { status: 504, body: "", commits: true }, 1],
  ["the server breaks down", { status: 500, body: errorsOf("INTERNAL_SERVER_ERROR"), commits: true }, 1],
  ["no answer comes in time", { delay: Infinity }, 1, { timeout: 250 }],
  ["the answer stalls", { stall: Infinity }, 1, { timeout: 250 }],
  ["the answer never ends", { endless: true, commits: true }, 1],
];

/** A key is asked for, and its answer is lost; the server counts one request. */
async function lose({ server, client }: World, fault: Fault, options?: RequestOptions): Promise<AmbiguousMutationError> {
  server.script(create, fault);
  const error = await failure(client.serviceAccounts.keys.create(server.lumar.serviceAccount.id, { name: "deploy" }, options));
  expect(error).toBeInstanceOf(AmbiguousMutationError);
  expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", mayHaveExecuted: true, operationName: create });
  expect(server.of(create)).toHaveLength(1);
  return error as AmbiguousMutationError;
}

describe(`over ${transportName}`, () => {
  test.each(lost)("a key whose answer is lost because %s: recover() leaves no working key behind", async (_what, fault, made, options) => {
    const world = await withToken({ ...quick, maxResponseBytes: 200_000 });
    const { lumar } = world.server;
    const other = lumar.addKey("deploy");
    other.lastUsedAt = new Date().toISOString();
    const error = await lose(world, fault, options);
    expect(lumar.effect(create)).toBe(made);
    const recovery = await error.recover();
    expect(recovery.outcome).toBe(made === 1 ? "revoked" : "not-found");
    expect(recovery.candidates).toHaveLength(made);
    expect([lumar.effect(create), lumar.effect("RevokeServiceAccountKey")]).toEqual([made, made]);
    expect(lumar.keys.filter(({ revokedAt }) => revokedAt === null)).toEqual([other]);
    expect(world.server.of(create)).toHaveLength(1);
  });

  test("a key whose creation is aborted while it is out: the outcome is unknown, and recover() revokes it", async () => {
    const { server, client } = await withToken();
    server.script(create, { stall: Infinity });
    const controller = new AbortController();
    const creating = client.serviceAccounts.keys.create(server.lumar.serviceAccount.id, {}, { signal: controller.signal });
    await until(() => server.of(create).length === 1);
    controller.abort(new Error("left"));
    const error = await rejection(creating);
    if (!(error instanceof AmbiguousMutationError)) throw error;
    expect(await error.recover()).toMatchObject({ outcome: "revoked" });
    expect(server.lumar.keys.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect([server.lumar.effect(create), server.lumar.effect("RevokeServiceAccountKey")]).toEqual([1, 1]);
  });

  test("two keys that it could be: nothing is touched", async () => {
    const world = await withToken();
    const error = await lose(world, { drop: "answer", commits: true });
    world.server.lumar.addKey("deploy");
    const recovery = await error.recover();
    expect([recovery.outcome, recovery.candidates.length]).toEqual(["undecided", 2]);
    expect(world.server.lumar.effect("RevokeServiceAccountKey")).toBe(0);
  });

  test("recover() that fails itself can be called again", async () => {
    const world = await withToken({ retry: { attempts: 0 } });
    const error = await lose(world, { drop: "answer", commits: true });
    world.server.script("ListServiceAccountKeys", { drop: "answer" });
    expect(await failure(error.recover())).toMatchObject({ code: "NETWORK_ERROR" });
    world.server.script("RevokeServiceAccountKey", { drop: "answer", commits: true });
    expect(await failure(error.recover())).toMatchObject({ mayHaveExecuted: true });
    // It was revoked, though the answer did not come.
    expect(world.server.lumar.keys.map(({ revokedAt }) => revokedAt)).not.toContain(null);
    expect(world.server.lumar.effect("RevokeServiceAccountKey")).toBe(1);
  });

  test.each([200, 400, 500, 502, 503])("a secret with errors beside it, under a %i, is returned: it is shown once", async (status) => {
    const { server, client } = await withToken();
    const { apiKey, id } = server.lumar.addKey("deploy");
    const key = { id, name: "deploy", secret: apiKey, createdAt: new Date().toISOString(), expiresAt: null };
    server.script(create, { status, body: { data: { createServiceAccountKey: key }, errors: [{ message: "the audit log is full", path: ["createServiceAccountKey", "name"] }] }, commits: true });
    const created = await client.serviceAccounts.keys.create(server.lumar.serviceAccount.id, { name: "deploy" });
    expect(created.apiKey.reveal()).toBe(apiKey);
    expect(JSON.stringify(created)).not.toContain(apiKey);
    expect(server.of(create)).toHaveLength(1);
  });

  test("the name reaches the server as it is", async () => {
    const { server, client } = await withToken();
    const name = '  "déploy" \\u0000 🔑 lmr_sa_\t ';
    await client.serviceAccounts.keys.create(server.lumar.serviceAccount.id, { name });
    expect(server.of(create)[0]?.variables).toMatchObject({ input: { name } });
    expect(server.lumar.keys[0]?.name).toBe(name);
  });

  test("keys.create is sent again after a 429 and a 401, and makes one key", async () => {
    const { server, client } = await withUserKey(quick);
    server.script(create, { status: 429, body: "" }, unauthenticated);
    await client.serviceAccounts.keys.create(server.lumar.serviceAccount.id);
    expect([server.of(create).length, server.logins, server.lumar.effect(create)]).toEqual([3, 2, 1]);
  });
});
