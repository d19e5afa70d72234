import { describe, expect, test } from "vitest";
import { canary } from "../oracle/oracle.ts";
import { bearer, below, call, createClockedFake, refusal, send, statusOf, unauthorized, xApiKey } from "./fake-lumoauth-support.ts";

describe("an API key", () => {
  test.each([
    ["both", 200, 200],
    ["authorization", 200, 401],
    ["x-api-key", 401, 200],
  ] as const)("is taken as a bearer and as X-API-Key as keyHeaders %s says", async (keyHeaders, asBearer, asApiKey) => {
    const { fake } = createClockedFake({ keyHeaders });
    expect([await statusOf(fake, bearer(fake.apiKey)), await statusOf(fake, xApiKey(fake.apiKey))]).toEqual([asBearer, asApiKey]);
  });

  test("works as the samples of the documentation send it", async () => {
    const { fake } = createClockedFake();
    const answer = await send(fake, "GET /t/acme-corp/api/v1/admin/users", { Authorization: `Bearer ${fake.apiKey}` });
    expect(answer.status).toBe(200);
    expect(answer.body.data[0]).toMatchObject({ id: fake.user.id, email: fake.user.email });
  });

  test("in both headers at once is refused", async () => {
    const { fake } = createClockedFake();
    const both = { ...bearer(fake.apiKey), ...xApiKey(fake.apiKey) };
    const answer = await send(fake, below(fake, "GET /admin/users"), both);
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
  });

  test.each([
    ["none", () => ({})],
    ["garbage", () => bearer("garbage")],
    ["garbage as X-API-Key", () => xApiKey("garbage")],
    ["the legacy scheme", (key: string) => ({ authorization: `ApiKey ${key}` })],
    ["no scheme", (key: string) => ({ authorization: key })],
    ["a scheme alone", () => ({ authorization: "Bearer" })],
    ["part of the key", (key: string) => bearer(key.slice(0, -1))],
  ])("is not %s", async (_, headers) => {
    const { fake } = createClockedFake();
    const answer = await send(fake, below(fake, "GET /admin/users"), headers(fake.apiKey));
    expect([answer.status, answer.body]).toEqual([401, unauthorized]);
  });

  test("of another tenant is refused, and serves its own", async () => {
    const { fake } = createClockedFake();
    const other = fake.createTenant();
    canary(other.apiKey);
    expect(await statusOf(fake, bearer(other.apiKey))).toBe(401);
    const own = await send(fake, `GET ${other.tenant.pathPrefix}/admin/users`, bearer(other.apiKey));
    expect(own.status).toBe(200);
    expect(own.body.data.map((user: { id: string }) => user.id)).not.toContain(fake.user.id);
  });

  test("is shown by no call: there is no such path", async () => {
    const { fake } = createClockedFake();
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await call(fake, `${method} /admin/api-keys`);
      expect([answer.status, answer.body.code, answer.body.details]).toEqual([404, "resource_not_found", undefined]);
    }
  });
});

describe("the portal", () => {
  test("rotates a key: the old one is dead from the next request on", async () => {
    const { fake } = createClockedFake();
    expect(await statusOf(fake, bearer(fake.apiKey))).toBe(200);
    const fresh = canary(fake.rotateKey());
    expect(fresh).not.toBe(fake.apiKey);
    expect((await call(fake, "GET /admin/users")).body).toEqual(unauthorized);
    expect(await statusOf(fake, bearer(fresh))).toBe(200);
    expect(await statusOf(fake, xApiKey(fresh))).toBe(200);
  });

  test("rotates the first key again and again, and another one by its text", async () => {
    const { fake } = createClockedFake();
    const other = canary(fake.createKey());
    const [second, third] = [canary(fake.rotateKey()), canary(fake.rotateKey())];
    const fresh = canary(fake.rotateKey(other));
    const statuses = [];
    for (const key of [fake.apiKey, second, third, other, fresh]) statuses.push(await statusOf(fake, bearer(key)));
    expect(statuses).toEqual([401, 401, 200, 401, 200]);
    expect(() => fake.rotateKey(other)).toThrow("no such API key");
  });

  test("keeps the scopes of a key that it rotates", async () => {
    const { fake } = createClockedFake();
    const fresh = canary(fake.rotateKey(fake.createKey({ scopes: ["admin:roles:read"] })));
    expect(await statusOf(fake, bearer(fresh))).toBe(403);
  });

  test.each(["revokeKey", "deleteKey"] as const)("%s ends a key for good", async (end) => {
    const { fake } = createClockedFake();
    const other = canary(fake.createKey());
    fake[end](other);
    expect(await statusOf(fake, bearer(other))).toBe(401);
    expect(() => fake.rotateKey(other)).toThrow();
    expect(await statusOf(fake, bearer(fake.apiKey))).toBe(200);
    fake[end]();
    expect(await statusOf(fake, bearer(fake.apiKey))).toBe(401);
    expect(() => fake.rotateKey()).toThrow("cannot be rotated");
  });

  test("does not repeat a key in what it throws", () => {
    const { fake } = createClockedFake();
    expect(() => fake.rotateKey(canary("lmk_not-a-key-of-this-fake"))).toThrow(/^There is no such API key: it was rotated, deleted or never made\.$/);
  });
});

describe("a key without the scope", () => {
  test("is told which ones are needed and which it has", async () => {
    const { fake } = createClockedFake();
    const key = canary(fake.createKey({ scopes: ["admin:users:read"] }));
    const answer = await send(fake, below(fake, "POST /admin/users"), bearer(key), { email: "a@b.example" });
    const details = { required_scopes: ["admin:users:write"], granted_scopes: ["admin:users:read"] };
    expect([answer.status, answer.body]).toEqual([403, refusal(403, "insufficient_scope", "The credential lacks a required scope", details)]);
    expect((await call(fake, "GET /admin/users?search=a@b.example")).body.meta.total).toBe(0);
  });

  test.each([
    [[], 403, 403],
    [["admin:roles:read"], 403, 403],
    [["admin:users:read"], 200, 403],
    [["admin:users:write"], 403, 200],
    [["admin:read"], 200, 403],
    [["admin:write"], 403, 200],
    [["admin:users"], 200, 200],
    [["admin"], 200, 200],
  ])("with %j reads %i and writes %i", async (scopes, read, write) => {
    const { fake } = createClockedFake();
    const key = canary(fake.createKey({ scopes }));
    const written = await send(fake, below(fake, `POST /admin/users/${fake.user.id}/unblock`), xApiKey(key));
    expect([await statusOf(fake, xApiKey(key)), written.status]).toEqual([read, write]);
  });
});

describe("an address", () => {
  test("of an unknown tenant is not found, whatever the key", async () => {
    const { fake } = createClockedFake();
    for (const headers of [{}, bearer(fake.apiKey)]) {
      const answer = await send(fake, "GET /t/nobody/api/v1/admin/users", headers);
      expect([answer.status, answer.body]).toEqual([404, refusal(404, "tenant_not_found", "Tenant not found")]);
    }
    const discovery = await send(fake, "GET /t/nobody/api/v1/.well-known/openid-configuration");
    expect([discovery.status, discovery.body]).toEqual([404, { error: "invalid_tenant", error_description: "Tenant not found" }]);
  });

  test("has the prefix that was chosen, and no other", async () => {
    const older = createClockedFake().fake;
    const newer = createClockedFake({ prefix: "orgs" }).fake;
    expect(older.tenant.pathPrefix).toBe("/t/acme-corp/api/v1");
    expect(newer.tenant.pathPrefix).toBe(`/orgs/${newer.tenant.orgId}/api/v1`);
    for (const fake of [older, newer]) {
      const { slug, orgId } = fake.tenant;
      const prefixes = [`/t/${slug}`, `/t/${orgId}`, `/orgs/${slug}`, `/orgs/${orgId}`];
      const statuses = [];
      for (const prefix of prefixes) statuses.push((await send(fake, `GET ${prefix}/api/v1/admin/users`, bearer(fake.apiKey))).status);
      expect(statuses).toEqual(fake === older ? [200, 404, 404, 404] : [404, 404, 404, 200]);
    }
  });

  test.each(["/", "/admin/users", "/t/acme-corp", "/t/acme-corp/api/v1", "/t/acme-corp/api/v2/admin/users", "/t/acme-corp/api/v1/admin/users/", "/t/acme-corp/api/v1/admin/users/%zz"])(
    "%s is not found",
    async (path) => {
      const { fake } = createClockedFake();
      const answer = await send(fake, `GET ${path}`, bearer(fake.apiKey));
      expect([answer.status, answer.body]).toEqual([404, refusal(404, "resource_not_found", `No route found for "GET ${path}"`)]);
    },
  );

  test("can lie below a path of the base URL", async () => {
    const { fake } = createClockedFake({ baseUrl: "https://app.lumoauth.dev/auth/" });
    const { pathPrefix } = fake.tenant;
    expect((await send(fake, `GET /auth${pathPrefix}/admin/users`, bearer(fake.apiKey))).status).toBe(200);
    expect((await send(fake, `GET ${pathPrefix}/admin/users`, bearer(fake.apiKey))).status).toBe(404);
    const discovery = await send(fake, `GET /auth${pathPrefix}/.well-known/openid-configuration`);
    expect(discovery.body.issuer).toBe(`https://app.lumoauth.dev/auth${pathPrefix}`);
  });

  test("knows its methods", async () => {
    const { fake } = createClockedFake();
    const answer = await call(fake, "POST /admin/users/x", {});
    expect([answer.status, answer.body.code, answer.headers.get("allow")]).toEqual([405, "method_not_allowed", "GET, PUT, PATCH, DELETE"]);
  });
});

test("the newer error shape has the code as error, and newer names for two of them", async () => {
  const { fake } = createClockedFake({ errorShape: "code" });
  const message = "Invalid or expired access token";
  expect((await send(fake, below(fake, "GET /admin/users"))).body).toEqual({ error: "invalid_token", message, status: 401 });
  const missing = await call(fake, "GET /admin/users/nobody");
  expect(missing.body).toEqual({ error: "not_found", message: "User not found", status: 404, details: { user_id: "nobody" } });
  const twice = await call(fake, "POST /admin/users", { email: fake.user.email });
  expect(twice.body).toEqual({ error: "conflict", message: "User with this email already exists", status: 409 });
});
