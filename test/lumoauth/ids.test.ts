import { describe, expect, test } from "vitest";
import { ConfigurationError, ValidationError } from "keylight";
import type { LumoAuthClient, LumoAuthId } from "keylight/lumoauth";
import { adminOf, answering, defined, failure, fakeLumoAuth, operationsAt, user, wrong } from "./support.ts";

/** Every method that puts an id into a path. */
const methods: [string, (client: LumoAuthClient, id: LumoAuthId) => Promise<unknown>, method: string, path: string][] = [
  ["users.get", ({ users }, id) => users.get(id), "GET", "users/{id}"],
  ["users.update", ({ users }, id) => users.update(id, { name: "x" }), "PUT", "users/{id}"],
  ["users.delete", ({ users }, id) => users.delete(id), "DELETE", "users/{id}"],
  ["users.block", ({ users }, id) => users.block(id), "POST", "users/{id}/block"],
  ["users.unblock", ({ users }, id) => users.unblock(id), "POST", "users/{id}/unblock"],
  ["users.sendPasswordReset", ({ users }, id) => users.sendPasswordReset(id), "POST", "users/{id}/password-reset"],
  ["users.setPassword", ({ users }, id) => users.setPassword(id, "long enough"), "PUT", "users/{id}/password"],
  ["users.setRoles", ({ users }, id) => users.setRoles(id, []), "PUT", "users/{id}/roles"],
  ["users.setGroups", ({ users }, id) => users.setGroups(id, []), "PUT", "users/{id}/groups"],
  ["roles.get", ({ roles }, id) => roles.get(id), "GET", "roles/{id}"],
  ["roles.setPermissions", ({ roles }, id) => roles.setPermissions(id, []), "PUT", "roles/{id}/permissions"],
  ["groups.get", ({ groups }, id) => groups.get(id), "GET", "groups/{id}"],
  ["groups.addMembers", ({ groups }, id) => groups.addMembers(id, [1]), "POST", "groups/{id}/members"],
  ["groups.removeMember", ({ groups }, id) => groups.removeMember(id, 1), "DELETE", "groups/{id}/members/1"],
  ["groups.removeMember's user", ({ groups }, id) => groups.removeMember("g", id), "DELETE", "groups/g/members/{id}"],
  ["groups.setRoles", ({ groups }, id) => groups.setRoles(id, []), "PUT", "groups/{id}/roles"],
  ["clients.get", ({ clients }, id) => clients.get(id), "GET", "clients/{id}"],
  ["clients.rotateSecret", ({ clients }, id) => clients.rotateSecret(id), "POST", "clients/{id}/rotate-secret"],
  ["clients.enable", ({ clients }, id) => clients.enable(id), "POST", "clients/{id}/enable"],
  ["clients.disable", ({ clients }, id) => clients.disable(id), "POST", "clients/{id}/disable"],
];

/** Whatever a server knows objects by, as it stands in the path. */
const good: [LumoAuthId, string][] = [
  [42, "42"],
  ["42", "42"],
  [user.id, user.id],
  ["web-team", "web-team"],
  ["ada+test@example.com", "ada%2Btest%40example.com"],
  ["a/b", "a%2Fb"],
  ["a\\b", "a%5Cb"],
  ["%2e%2e", "%252e%252e"],
  ["..a", "..a"],
  ["jürgen@exämple.de", "j%C3%BCrgen%40ex%C3%A4mple.de"],
  ["a?b#c&d;e", "a%3Fb%23c%26d%3Be"],
  ["with space", "with%20space"],
];

const bad: unknown[] = ["", "  ", ".", "..", "a/..", "../admin", "a\\..\\b", "a/./b", "undefined", "null", undefined, null, 0, -1, 1.5, NaN, {}, [], "a\nb", "a\0b", "\ud800", "x".repeat(256)];

describe("an id is one step of the path, whatever it holds", () => {
  test.each(methods)("%s", async (_, call, method, path) => {
    const { client, visits } = await answering({ body: { data: { ...user, secret: "a-secret-of-a-client" } } });
    for (const [id] of good) await call(client, id);
    expect(visits.map((visit) => `${visit.method} ${visit.path}`)).toEqual(good.map(([, step]) => `${method} /t/acme/api/v1/admin/${path.replace("{id}", step)}`));
  });

  test.each(methods)("%s sends nothing for what is no id", async (_, call) => {
    const { client, visits } = await answering({});
    for (const id of bad) {
      const error = await failure(call(client, wrong(id)), ValidationError);
      expect(error.issues.map(({ path }) => path)).toEqual([expect.stringMatching(/^(id|userId)$/)]);
    }
    expect(visits).toEqual([]);
  });

  test("and the server finds the object by it: an e-mail address, a slug, a number", async () => {
    const fake = fakeLumoAuth();
    const client = adminOf(fake);
    const made = await client.users.create({ email: "ada+test/x@example.com" });
    expect((await client.users.get("ada+test/x@example.com")).id).toBe(made.id);
    const group = await client.groups.create({ name: "Web team" });
    expect([(await client.groups.get("web-team")).id, (await client.groups.get(String(group.id))).id]).toEqual([group.id, group.id]);
    expect(operationsAt(fake).slice(-2)).toEqual(["GET /admin/groups/{id}", "GET /admin/groups/{id}"]);
  });
});

test("errors name the operation without the id, which may be somebody's address", async () => {
  const { client } = await answering({ status: 409, body: { error: "conflict", message: "no" } });
  for (const [, call] of methods) {
    const error: unknown = await call(client, "ada@example.com").catch((thrown: unknown) => thrown);
    const { operationName } = error as { operationName: string };
    expect(operationName).toContain("{id}");
    expect(operationName).not.toMatch(/ada|%40/);
  }
});

describe("an input that is wrong is refused before anything is sent", () => {
  test.each<[string, (client: LumoAuthClient) => Promise<unknown>, string[]]>([
    ["a user without an address", ({ users }) => users.create(wrong({ name: "Ada" })), ["email"]],
    ["a user with a blank one", ({ users }) => users.create({ email: " " }), ["email"]],
    ["no input", ({ roles }) => roles.create(wrong(undefined)), ["input", "name"]],
    ["a list for an input", ({ groups }) => groups.create(wrong([])), ["input", "name"]],
    ["a client without redirects", ({ clients }) => clients.create({ name: "x", redirectUris: [] }), ["redirectUris"]],
    ["a client with nothing", ({ clients }) => clients.create(wrong({})), ["name", "redirectUris"]],
    ["no change", ({ users }) => users.update(1, {}), ["changes"]],
    ["two faults at once", ({ users }) => users.update("..", wrong(null)), ["changes", "id"]],
    ["roles in one text", ({ users }) => users.setRoles(1, wrong("admin")), ["roles"]],
    ["an empty slug", ({ users }) => users.setGroups(1, [""]), ["groups"]],
    ["no permissions", ({ roles }) => roles.setPermissions(1, wrong(undefined)), ["permissions"]],
    ["no member", ({ groups }) => groups.addMembers(1, []), ["userIds"]],
    ["no password", ({ users }) => users.setPassword(1, ""), ["password"]],
    ["metadata without redirects", (client) => client.registerClient(wrong({ client_name: "x" })), ["redirect_uris"]],
    ["metadata with one redirect", (client) => client.registerClient(wrong({ redirect_uris: "https://a.example" })), ["redirect_uris"]],
    ["no metadata", (client) => client.registerClient(wrong(null)), ["metadata", "redirect_uris"]],
  ])("%s", async (_, call, paths) => {
    const { client, visits } = await answering({});
    const error = await failure(call(client), ValidationError);
    expect(error.issues.map(({ path }) => path)).toEqual(paths);
    expect([error.status, error.mayHaveExecuted, visits.length]).toEqual([undefined, false, 0]);
  });

  test("the same of a method or a body of a caller's own", async () => {
    const { client, visits } = await answering({});
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    await failure(client.request("POST", "admin/webhooks", { body: loop }), ValidationError);
    for (const method of ["get", "TRACE", "POST\r\nx: y", wrong<string>(undefined)]) await failure(client.request(method, "admin/webhooks"), ConfigurationError);
    expect(visits).toEqual([]);
    expect(defined(await failure(client.users.get(0), ValidationError)).hint).toContain("Nothing was sent");
  });
});
