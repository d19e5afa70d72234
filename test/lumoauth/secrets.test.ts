import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, ResponseFormatError, Secret } from "keylight";
import type { LumoAuthClient } from "keylight/lumoauth";
import { freePort } from "../faults/support.ts";
import { canary } from "../oracle/oracle.ts";
import { adminOf, answering, defined, expectHidden, failure, fakeLumoAuth, listeningFake, clientOf, operationsAt, page, rejection, type Reply } from "./support.ts";

const secret = canary("cs_8Zr4Wf1Lk9Bv7Ys+/secret");
const token = canary("reg_registration-access-token");
const input = { name: "Web", redirectUris: ["https://a.example/callback"] };
const metadata = { redirect_uris: ["https://a.example/callback"], client_name: "Web" };
const shown = { id: 5, clientId: "app_5", name: "Web", isConfidential: true, isActive: true, redirectUris: input.redirectUris, grantTypes: [], createdAt: "2026-01-15T10:30:00Z" };

/** The places that a careless server leaves a secret in. */
const careless = {
  _note: `Store ${secret} securely. It will not be shown again.`,
  client: { secret, nested: [{ client_secret: secret, text: `again: ${secret}` }] },
  clientSecret: secret,
  credentials: [`basic ${Buffer.from(`app_5:${secret}`).toString("base64")}`, encodeURIComponent(secret)],
};

describe("a secret that is shown once is wrapped, and hidden wherever else the server writes it", () => {
  test.each<[string, (client: LumoAuthClient) => Promise<{ secret?: Secret }>]>([
    ["a new client's", ({ clients }) => clients.create(input)],
    ["a rotated one", ({ clients }) => clients.rotateSecret(5)],
  ])("%s", async (_, call) => {
    const { client } = await answering({ status: 201, body: { data: { ...shown, secret, ...careless }, message: `made with ${secret}` } });
    const made = await call(client);
    expect(defined(made.secret).reveal()).toBe(secret);
    expectHidden(made, [secret]);
  });

  test("a registered client's, and its registration token", async () => {
    const { client } = await answering({ status: 201, body: { client_id: "app_5", client_secret: secret, registration_access_token: token, note: `${token} ${secret}`, more: { client_secret: [secret] } } });
    const made = await client.registerClient(metadata);
    expect([made.client_secret?.reveal(), made.registration_access_token?.reveal()]).toEqual([secret, token]);
    expectHidden(made, [secret, token]);
  });

  test("also where a server shows it a second time, in a read or a list", async () => {
    const { client } = await answering(({ method, path }) => (method === "GET" && path.endsWith("/clients") ? page([{ ...shown, secret }]) : { body: { data: { ...shown, ...careless } } }));
    expectHidden([await client.clients.list().toArray(), await client.clients.get(5), await client.clients.update(5, { name: "x" })], [secret]);
  });

  test("and hidden in the errors of later calls", async () => {
    const { client } = await answering((_, nth) => (nth === 1 ? { status: 201, body: { data: { ...shown, secret } } } : { status: 400, body: { error: true, message: `no client has ${secret}` } }));
    await client.clients.create(input);
    expect(await rejection(client.clients.get(5))).toMatchObject({ message: "no client has [redacted]" });
  });

  test("but a client that has none has none, and a short one spoils no text", async () => {
    const { client } = await answering((_, nth) => ({ body: { data: { ...shown, secret: [null, "", "Web"][nth - 1] } } }));
    for (let index = 0; index < 2; index += 1) expect("secret" in (await client.clients.create(input))).toBe(false);
    const short = await client.clients.create(input);
    expect([short.name, short.secret?.reveal()]).toEqual(["Web", "Web"]);
  });

  test("and what is nested without an end is cut, not followed", async () => {
    const depth = 50_000;
    const body = `{"data":{"id":5,"secret":"${secret}","deep":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
    const { client } = await answering({ status: 201, body, headers: { "content-type": "application/json" } });
    expect((await client.clients.create(input)).secret?.reveal()).toBe(secret);
  });
});

test("at the fake, secrets are shown once, each new one kills the old, and none is in what is printed", async () => {
  const fake = fakeLumoAuth();
  const client = adminOf(fake);
  const made = await client.clients.create(input);
  const first = canary(defined(made.secret).reveal());
  const second = canary((await client.clients.rotateSecret(made.id)).secret.reveal());
  const read = await client.clients.get(made.id);
  expect([first === second, "secret" in read]).toEqual([false, false]);
  expectHidden([made, read], [first, second]);
});

test("a Secret in an input goes out as its value", async () => {
  const { client, visits } = await answering({ body: { data: { id: "1", email: "a@b.example" } } });
  const password = new Secret(canary("correct-horse-battery"));
  await client.users.create({ email: "a@b.example", password });
  await client.users.setPassword(1, password);
  expect(visits.map(({ body }) => body)).toEqual([{ email: "a@b.example", password: password.reveal() }, { password: password.reveal() }]);
});

/** How an answer to a write gets lost. */
const losses: [string, Reply][] = [
  ["a connection that breaks", { drop: true }],
  ["an answer that is cut", { status: 201, body: `{"data":{"secret":"${secret.slice(0, 9)}`, headers: { "content-type": "application/json" } }],
  ["a failure of the server", { status: 500, body: { error: true, message: "Internal server error", status: 500 } }],
  ["a gateway that gave up", { status: 504, body: "<html>", headers: { "content-type": "text/html" } }],
];

describe("a lost answer that held a secret is told as what it is, and nothing is sent again", () => {
  const calls: [string, (client: LumoAuthClient, signal?: AbortSignal) => Promise<unknown>, string][] = [
    ["clients.create", ({ clients }, signal) => clients.create(input, signal === undefined ? {} : { signal }), "recover()"],
    ["clients.rotateSecret", ({ clients }, signal) => clients.rotateSecret(5, signal === undefined ? {} : { signal }), "Rotate the secret once more"],
    ["registerClient", (client, signal) => client.registerClient(metadata, signal === undefined ? {} : { signal }), "recover()"],
  ];

  test.each(calls.flatMap(([name, call, hint]) => losses.map(([how, reply]) => ({ name, call, hint, how, reply }))))("$name: $how", async ({ call, hint, reply }) => {
    const { client, visits } = await answering(({ method }) => (method === "GET" ? page([]) : reply));
    const error = await failure(call(client), AmbiguousMutationError);
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", mayHaveExecuted: true, hint: expect.stringContaining(hint) });
    expect(visits.map(({ method }) => method)).toEqual(["POST"]);
    expect(await error.recover()).toEqual({ outcome: "undecided", candidates: [] });
  });

  test.each(calls)("%s: an abort while it is under way", async (_, call) => {
    const controller = new AbortController();
    const { client } = await answering(async () => {
      controller.abort(new Error("stop"));
      return new Promise(() => undefined);
    });
    await failure(call(client, controller.signal), AmbiguousMutationError);
  });

  test("recover() names the clients of this name, and touches none", async () => {
    const { fake, baseUrl } = await listeningFake();
    const client = clientOf({ baseUrl, tenant: fake.tenant.slug, apiKey: fake.apiKey });
    await client.clients.create({ ...input, name: "Web 2" });
    fake.failNext({ drop: "after", operationName: "POST /admin/clients" });
    const error = await failure(client.clients.create(input), AmbiguousMutationError);
    const { outcome, candidates } = await error.recover();
    expect([outcome, candidates.map(({ name }) => name)]).toEqual(["undecided", ["Web"]]);
    expect((await client.clients.get(defined(candidates[0]).id)).name).toBe("Web");
    expect(operationsAt(fake).filter((name) => name === "POST /admin/clients")).toHaveLength(2);
  });

  test("a refusal is no lost answer, and neither is a connection that never stood", async () => {
    const { client } = await answering({ status: 409, body: { error: "conflict", message: "no" } });
    expect(await rejection(client.clients.create(input))).toMatchObject({ code: "REST_ERROR", mayHaveExecuted: false });
    const nobody = clientOf({ baseUrl: `http://127.0.0.1:${String(await freePort())}`, tenant: "acme", apiKey: secret });
    expect(await rejection(nobody.clients.create(input))).toMatchObject({ code: "NETWORK_ERROR", mayHaveExecuted: false });
  });

  test("an answer to a rotation that holds no secret says so", async () => {
    const { client } = await answering({ body: { data: { clientId: "app_5" } } });
    expect(await failure(client.clients.rotateSecret(5), ResponseFormatError)).toMatchObject({ mayHaveExecuted: true, hint: "Rotate the secret once more." });
  });
});

test("a lost answer to another creation may be asked for again: a second one is a conflict", async () => {
  const { fake, baseUrl } = await listeningFake();
  const client = clientOf({ baseUrl, tenant: fake.tenant.slug, apiKey: fake.apiKey });
  fake.failNext({ drop: "after" });
  expect(await rejection(client.users.create({ email: "a@b.example" }))).toMatchObject({ code: "NETWORK_ERROR", mayHaveExecuted: true });
  expect(await rejection(client.users.create({ email: "a@b.example" }))).toMatchObject({ status: 409 });
});
