import { describe, expect, test } from "vitest";
import { KeylightError, NotFoundError, PermissionError, ResponseFormatError, RestRequestError, Secret, ValidationError } from "keylight";
import type { FakeLumoAuthOptions } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { adminOf, answering, clientOf, defined, failure, fakeLumoAuth, listeningFake, operationsAt, rejection, user, wrong } from "./support.ts";

/** Each switch of the fake where the documents contradict each other. */
const generations: [string, FakeLumoAuthOptions][] = [
  ["the older API", {}],
  ["the newer API", { prefix: "orgs", errorShape: "code", lists: "items", deletion: 200, keyHeaders: "x-api-key" }],
  ["an API in between", { errorShape: "code", lists: "pagination", validationStatus: 422, keyHeaders: "authorization" }],
];

describe.each(generations)("the whole life of each kind of object, on %s", (_, options) => {
  async function open() {
    const { fake, baseUrl } = await listeningFake(options);
    const header = options.keyHeaders === "x-api-key" ? "x-api-key" : "authorization";
    return { fake, client: clientOf({ baseUrl, pathPrefix: fake.tenant.pathPrefix, apiKey: fake.apiKey, header }) };
  }

  test("users", async () => {
    const { client } = await open();
    const made = await client.users.create({ email: "ada@example.com", password: canary("correct-horse-battery"), name: "Ada", roles: ["user"] });
    expect(made).toMatchObject({ email: "ada@example.com", name: "Ada", blocked: false, roles: [{ slug: "user" }] });
    expect(await client.users.update(made.id, { name: "Ada L." })).toMatchObject({ name: "Ada L.", email: "ada@example.com" });
    const group = await client.groups.create({ name: "Web" });
    await client.users.setRoles(made.id, ["admin", "user"]);
    await client.users.setGroups(made.id, [group.slug]);
    await client.users.setPassword(made.id, new Secret(canary("another-horse-battery")));
    await client.users.sendPasswordReset(made.email);
    await client.users.block(made.id);
    expect(await client.users.get(made.email)).toMatchObject({ blocked: true, roles: [{ slug: "admin" }, { slug: "user" }], groups: [{ slug: "web" }] });
    const filters = [{ blocked: true }, { role: "user" }, { group: "web" }, { search: "ada@" }];
    for (const filter of filters) expect((await client.users.list(filter).toArray()).map(({ id }) => id)).toEqual([made.id]);
    await client.users.unblock(made.id);
    await client.users.setRoles(made.id, []);
    expect(await client.users.get(made.id)).toMatchObject({ blocked: false, roles: [] });
    await client.users.delete(made.id);
    await failure(client.users.get(made.id), NotFoundError);
  });

  test("roles", async () => {
    const { client, fake } = await open();
    const made = await client.roles.create({ name: "Report reader", permissions: ["reports.read"] });
    expect(made).toMatchObject({ slug: "report-reader", isSystem: false, permissions: [{ slug: "reports.read" }] });
    await client.roles.setPermissions("report-reader", ["reports.read", "reports.write"]);
    expect((await client.roles.get(made.id)).permissions).toHaveLength(2);
    await client.users.setRoles(fake.user.id, ["report-reader"]);
    expect((await client.roles.users(made.id).toArray()).map(({ email }) => email)).toEqual([fake.user.email]);
    expect((await client.roles.list({ isSystem: false }).toArray()).map(({ slug }) => slug)).toEqual(["report-reader"]);
    const error = await failure(client.roles.delete("admin"), PermissionError);
    expect([error.serviceCode, error.message]).toEqual(["permission_denied", "System roles cannot be modified or deleted"]);
    await client.roles.delete(made.id);
    await failure(client.roles.get("report-reader"), NotFoundError);
  });

  test("groups", async () => {
    const { client, fake } = await open();
    const made = await client.groups.create({ name: "Web", slug: "web", roles: ["user"] });
    const member = await client.users.create({ email: "ada@example.com" });
    await client.groups.addMembers("web", [member.id, fake.user.id]);
    expect((await client.groups.members(made.id, { limit: 1 }).toArray()).map(({ email }) => email).sort()).toEqual([member.email, fake.user.email].sort());
    await client.groups.removeMember(made.id, member.email);
    await failure(client.groups.removeMember(made.id, member.email), NotFoundError);
    await client.groups.setRoles(made.id, []);
    expect(await client.groups.update("web", { description: "They make pages" })).toMatchObject({ memberCount: 1, roles: [], description: "They make pages" });
    await client.groups.delete("web");
    expect(await client.groups.list().toArray()).toEqual([]);
  });

  test("clients", async () => {
    const { client } = await open();
    const made = await client.clients.create({ name: "Web", redirectUris: ["https://a.example/callback"], allowedScopes: ["openid"] });
    canary(defined(made.secret).reveal());
    expect(made).toMatchObject({ name: "Web", isConfidential: true, isActive: true, allowedScopes: ["openid"] });
    const { clientId, secret } = await client.clients.rotateSecret(made.id);
    expect([clientId, canary(secret.reveal()) === defined(made.secret).reveal()]).toEqual([made.clientId, false]);
    await client.clients.disable(made.id);
    expect((await client.clients.get(made.id)).isActive).toBe(false);
    await client.clients.enable(made.id);
    expect(await client.clients.update(made.id, { name: "Web 2" })).toMatchObject({ name: "Web 2", isActive: true });
    expect((await client.clients.list({ search: "Web 2" }).toArray()).map(({ id }) => id)).toEqual([made.id]);
    const open2 = await client.clients.create({ name: "Phone", redirectUris: ["http://127.0.0.1/"], isConfidential: false });
    expect("secret" in open2).toBe(false);
    for (const { id } of [made, open2]) await client.clients.delete(id);
    await failure(client.clients.get(made.id), NotFoundError);
  });

  test("what is there already is a conflict that keeps the service's code", async () => {
    const { client, fake } = await open();
    const error = await failure(client.users.create({ email: fake.user.email }), RestRequestError);
    expect(error).toMatchObject({ code: "REST_ERROR", status: 409, mayHaveExecuted: false, retryable: false, message: "User with this email already exists" });
    expect(error.serviceCode).toBe(options.errorShape === "code" ? "conflict" : "duplicate_resource");
  });

  test("what the server finds wrong names each field", async () => {
    const { client } = await open();
    const error = await failure(client.users.create({ email: "no address", password: "short" }), ValidationError);
    expect(error).toMatchObject({ status: options.validationStatus ?? 400, serviceCode: "validation_error", mayHaveExecuted: false });
    expect(error.issues).toEqual(expect.arrayContaining([{ path: "email", message: "Invalid email format" }, { path: "password", message: expect.any(String) }]));
  });
});

test("through MSW the same calls reach the fake, and each request is one of its operations", async () => {
  const fake = fakeLumoAuth();
  const client = adminOf(fake);
  const { id } = await client.users.create({ email: "ada@example.com" });
  await client.users.block(id);
  await client.users.delete(id);
  expect(await client.request("GET", "admin/users", { query: { limit: 1 } })).toMatchObject({ data: [{ email: fake.user.email }] });
  expect(await client.request("DELETE", `admin/users/${fake.user.id}`)).toBeUndefined();
  expect(operationsAt(fake)).toEqual(["POST /admin/users", "POST /admin/users/{id}/block", "DELETE /admin/users/{id}", "GET /admin/users", "DELETE /admin/users/{id}"]);
});

test("there are no keys to be managed: such a path is not found", async () => {
  const fake = fakeLumoAuth();
  await failure(adminOf(fake).request("GET", "admin/api-keys"), NotFoundError);
});

describe("an answer is taken as it is documented, with data around it or without", () => {
  test("an update sends PUT with what is given, and JSON", async () => {
    const { client, visits } = await answering({ body: { data: user, message: "User updated" } });
    await client.users.update(user.id, { name: "Ada", roles: [], emailVerified: false });
    expect(visits.map(({ method, text }) => [method, text])).toEqual([["PUT", '{"name":"Ada","roles":[],"emailVerified":false}']]);
    expect(defined(visits[0]).rawHeaders.join("\n")).toMatch(/accept\napplication\/json\n[^]*content-type\napplication\/json/i);
  });

  test("an action sends no body where it has none to send", async () => {
    const { client, visits } = await answering({ body: { message: "User blocked" } });
    await expect(client.users.block(1)).resolves.toBeUndefined();
    expect([defined(visits[0]).text, defined(visits[0]).rawHeaders.join("\n")]).toEqual(["", expect.not.stringMatching(/content-type/i)]);
  });

  test.each([
    ["204", { status: 204 }],
    ["200 with a message", { body: { message: "User deleted" } }],
  ])("a deletion may be answered with %s", async (_, reply) => {
    const { client, visits } = await answering(reply);
    await expect(client.users.delete(1)).resolves.toBeUndefined();
    expect(visits).toHaveLength(1);
  });

  test("a client without data around it is a client", async () => {
    const { client } = await answering({ status: 201, body: { id: 5, clientId: "app_5", name: "Web", secret: canary("cs_0123456789abcdef") } });
    const made = await client.clients.create({ name: "Web", redirectUris: ["https://a.example/"] });
    expect([made.id, defined(made.secret).reveal()]).toEqual([5, "cs_0123456789abcdef"]);
  });

  test.each(["{}", "[]", "null", '"ok"', '{"data":[]}', '{"data":null}', '{"status":"ok"}'])("a user that is %s is an error, for a write one that may have run", async (body) => {
    const { client, visits } = await answering({ body, headers: { "content-type": "application/json" } });
    expect(await failure(client.users.get(1), ResponseFormatError)).toMatchObject({ mayHaveExecuted: false, status: 200 });
    expect(await failure(client.users.create({ email: "a@b.example" }), ResponseFormatError)).toMatchObject({ mayHaveExecuted: true, operationName: "POST /admin/users" });
    expect(visits).toHaveLength(2);
  });

  test("names of an answer that mean something to JavaScript change nothing", async () => {
    const { client } = await answering({ body: '{"data":{"id":"1","email":"a@b.example","__proto__":{"polluted":true},"constructor":{"x":1}}}', headers: { "content-type": "application/json" } });
    await client.users.get(1);
    const made = await client.clients.create({ name: "x", redirectUris: ["https://a.example"] });
    expect([Reflect.get({}, "polluted"), Object.getPrototypeOf(made) === Object.prototype]).toEqual([undefined, true]);
  });
});

test("a write that failed on the server is not repeated, a read is", async () => {
  const { client, visits } = await answering({ status: 503, body: "" });
  const error = await failure(client.users.create({ email: "a@b.example" }), KeylightError);
  expect([error.mayHaveExecuted, visits.length]).toEqual([true, 1]);
  await failure(client.users.get(1), KeylightError);
  expect(visits).toHaveLength(4);
  await failure(client.users.update(1, { name: "x" }, { idempotent: true }), KeylightError);
  expect(visits).toHaveLength(7);
});

test("a closed client makes no call", async () => {
  const { client, visits } = await answering({});
  await client[Symbol.asyncDispose]();
  const calls = [
    () => client.users.get(1),
    () => client.users.list().toArray(),
    () => client.registerClient({ redirect_uris: ["https://a.example"] }),
    () => client.request("GET", "x", wrong(null)),
  ];
  for (const call of calls) expect(await rejection(call())).toMatchObject({ code: "CLIENT_CLOSED" });
  expect(visits).toEqual([]);
});
