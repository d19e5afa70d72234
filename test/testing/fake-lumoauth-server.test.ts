import { setupServer } from "msw/node";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { createFakeLumoAuth, type FakeLumoAuth, type Listening } from "keylight/testing";
import { bearer, below, call, createClockedFake, form, host, refusal, send, start, unauthorized } from "./fake-lumoauth-support.ts";

describe("a rate limit", () => {
  const rateLimit = { requests: 2, perMs: 30_000 };

  test("tells the quota, and refuses one request too many as the documentation shows", async () => {
    const { fake, clock } = createClockedFake({ rateLimit });
    clock.time += 10;
    const quotas = [];
    for (let index = 0; index < 3; index += 1) {
      const { status, headers } = await call(fake, "GET /admin/users");
      quotas.push([status, ...["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`))]);
    }
    const reset = String(start / 1000 + 31);
    expect(quotas).toEqual([
      [200, "2", "1", reset],
      [200, "2", "0", reset],
      [429, "2", "0", reset],
    ]);
    const { body, headers } = await call(fake, "GET /admin/users");
    expect(headers.get("retry-after")).toBe("30");
    expect(body).toEqual(refusal(429, "rate_limit_exceeded", "Rate limit exceeded. Retry after 30 seconds."));
    clock.time += 30_000;
    expect((await call(fake, "GET /admin/users")).status).toBe(200);
  });

  test("executes nothing that it refuses", async () => {
    const { fake, clock } = createClockedFake({ rateLimit: { requests: 1, perMs: 1000 } });
    await call(fake, "GET /admin/users");
    expect((await call(fake, "POST /admin/users", { email: "a@b.example" })).status).toBe(429);
    clock.time += 1000;
    expect((await call(fake, "GET /admin/users")).body.meta.total).toBe(1);
  });

  test("can say when as a date, which is never too early, or not at all", async () => {
    for (const [retryAfter, expected] of [["date", "Mon, 06 May 2024 07:08:40 GMT"], [false, null]] as const) {
      const { fake, clock } = createClockedFake({ rateLimit: { ...rateLimit, requests: 0, retryAfter } });
      clock.time += 10;
      expect((await call(fake, "GET /admin/users")).headers.get("retry-after")).toBe(expected);
    }
  });

  test("has the shape of OAuth for its endpoints, and where it is told so", async () => {
    const body = { error: "rate_limit_exceeded", error_description: "Rate limit exceeded. Retry after 30 seconds.", retry_after: 30 };
    const { fake } = createClockedFake({ rateLimit: { ...rateLimit, requests: 0 } });
    expect((await form(fake, "token", {})).body).toEqual(body);
    expect((await call(fake, "POST /connect/register", {})).body).toEqual(body);
    const oauth = createClockedFake({ rateLimit: { ...rateLimit, requests: 0, body: "oauth" } }).fake;
    expect((await call(oauth, "GET /admin/users")).body).toEqual(body);
    const admin = createClockedFake({ rateLimit: { ...rateLimit, requests: 0, body: "admin" }, errorShape: "code" }).fake;
    expect((await form(admin, "token", {})).body).toMatchObject({ error: "rate_limit_exceeded", status: 429 });
  });
});

describe("a fault", () => {
  test.each([
    [{ status: 500 }, 500, ""],
    [{ status: 503 }, 503, expect.stringContaining("<h1>Service Unavailable</h1>")],
    [{ status: 200, body: "<html>" }, 200, "<html>"],
  ])("%j is answered once", async (fault, status, body) => {
    const { fake } = createClockedFake();
    fake.failNext(fault);
    const answer = await call(fake, "GET /admin/users");
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect((await call(fake, "GET /admin/users")).status).toBe(200);
  });

  test("of status 401 has the body of its part of the API", async () => {
    const { fake } = createClockedFake();
    fake.failNext([{ status: 401 }, { status: 401 }, { status: 401 }]);
    expect((await call(fake, "GET /admin/users")).body).toEqual(unauthorized);
    expect((await call(fake, "POST /connect/register", {})).body.error).toBe("invalid_token");
    expect((await form(fake, "token", {})).body.error).toBe("invalid_client");
  });

  test("can send the client to another host", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ status: 307, headers: { location: "https://evil.example/" } });
    const answer = await call(fake, "GET /admin/users");
    expect([answer.status, answer.headers.get("location")]).toEqual([307, "https://evil.example/"]);
  });

  test("can cut the body", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ drop: "body" });
    const [, path] = below(fake, "GET /admin/users").split(" ");
    const response = await fake.handle(new Request(host + String(path), { headers: bearer(fake.apiKey) }));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("dropped");
  });

  test("can lose the answer to what was done: a created user, a rotated refresh token", async () => {
    const { fake } = createClockedFake();
    fake.failNext([{ drop: "after", operationName: "POST /admin/users" }, { drop: "after", operationName: "POST /oauth/token" }]);
    await call(fake, "POST /admin/users", { email: "a@b.example" });
    expect((await call(fake, "GET /admin/users")).body.meta.total).toBe(2);
    const refresh = { grant_type: "refresh_token", refresh_token: fake.logIn().refreshToken, client_id: fake.clientId };
    await form(fake, "token", refresh);
    expect((await form(fake, "token", refresh)).body.error).toBe("invalid_grant");
  });

  test("waits for the operation that it is meant for", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ status: 500, operationName: "PUT /admin/users/{id}" });
    expect((await call(fake, `GET /admin/users/${fake.user.id}`)).status).toBe(200);
    expect((await call(fake, `PUT /admin/users/${fake.user.id}`, {})).status).toBe(500);
  });
});

test("each request is recorded, also a refused one", async () => {
  const { fake } = createClockedFake();
  await call(fake, `GET /admin/groups/a%2Fb/members?limit=1`);
  await send(fake, "GET /nowhere");
  await form(fake, "token", { grant_type: "refresh_token" });
  const { pathPrefix } = fake.tenant;
  expect(fake.requests).toMatchObject([
    { operationName: "GET /admin/groups/{id}/members", method: "GET", path: `${pathPrefix}/admin/groups/a%2Fb/members`, headers: bearer(fake.apiKey), status: 404, at: start },
    { operationName: undefined, path: "/nowhere", status: 404 },
    { operationName: "POST /oauth/token", body: { grant_type: "refresh_token" }, status: 400 },
  ]);
});

describe("a fake that listens", () => {
  let listening: Listening | undefined;
  afterEach(() => listening?.close());

  const users = async (url: string, fake: FakeLumoAuth) => fetch(`${url}${fake.tenant.pathPrefix}/admin/users`, { headers: bearer(fake.apiKey) });

  test("answers below its URL and names itself in what it answers", async () => {
    const fake = createFakeLumoAuth();
    listening = await fake.listen();
    expect(listening.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await users(listening.url, fake)).status).toBe(200);
    const discovery = await fetch(`${listening.url}${fake.tenant.pathPrefix}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ issuer: listening.url + fake.tenant.pathPrefix });
    const deleted = await fetch(`${listening.url}${fake.tenant.pathPrefix}/admin/users/${fake.user.id}`, { method: "DELETE", headers: bearer(fake.apiKey) });
    expect([deleted.status, await deleted.text()]).toEqual([204, ""]);
  });

  test("keeps the path of its base URL", async () => {
    const fake = createFakeLumoAuth({ baseUrl: "https://id.example/auth" });
    listening = await fake.listen();
    expect(listening.url).toMatch(/:\d+\/auth$/);
    expect((await users(listening.url, fake)).status).toBe(200);
  });
});

test("handlers for MSW answer all that lies below the base URL, and nothing else", async () => {
  const fake = createFakeLumoAuth({ baseUrl: "https://id.example/auth" });
  const server = setupServer(...fake.handlers);
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => {
    server.close();
  });
  const url = `https://id.example/auth${fake.tenant.pathPrefix}/admin/users`;
  expect((await fetch(url, { headers: bearer(fake.apiKey) })).status).toBe(200);
  expect((await fetch(url)).status).toBe(401);
  await expect(fetch("https://id.example/other")).rejects.toThrow();
  expect(fake.requests).toHaveLength(2);
});
