import { setupServer } from "msw/node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createFakeCloudTower, type Fault } from "keylight/testing";
import { createClockedTower, createFurnishedTower, graphql, operations, origin, refusal, requestOf, rest, start } from "./fake-cloudtower-support.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const post = (url: string, credential: string, body: unknown = { where: {} }) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: credential },
    body: JSON.stringify(body),
    redirect: "manual",
  });

async function listening(options: Parameters<typeof createFurnishedTower>[0] = {}) {
  const tower = createFurnishedTower(options);
  const server = await tower.fake.listen();
  closers.push(server.close);
  return { ...tower, url: server.url };
}

describe("the handlers", () => {
  test.each([
    ["https://cloudtower.example", {}],
    ["https://10.0.0.1:8443", { endpoint: "https://10.0.0.1:8443/" }],
    ["http://10.0.0.1", { endpoint: "http://10.0.0.1/v2/api" }],
    ["https://proxy.example/tower", { endpoint: "https://proxy.example/tower/api/" }],
  ])("answer below %s, and nowhere else", async (base, options) => {
    const fake = createFakeCloudTower(options);
    expect(fake.endpoint).toBe(base);
    const server = setupServer(...fake.handlers);
    server.listen({ onUnhandledRequest: "error" });
    closers.push(() => {
      server.close();
    });
    const token = fake.issueToken();
    expect(await (await post(`${base}/v2/api/get-vms?x=1`, token)).json()).toHaveLength(2);
    for (const path of ["/api/", "/api"]) {
      const answer = await post(`${base}${path}`, token, { query: operations, operationName: "CreateApiKey", variables: { name: "ci" } });
      expect((await answer.json()).data.createApiKey.key).toEqual(expect.any(String));
    }
    expect(await (await fetch(`${base}/v2/api/get-version`)).json()).toBe("4.8.1");
    expect(fake.requests).toHaveLength(4);
    const unhandled = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await expect(post("https://elsewhere.example/v2/api/get-vms", token)).rejects.toThrow();
    unhandled.mockRestore();
    expect(fake.requests).toHaveLength(4);
  });
});

describe("a listening server", () => {
  test("answers on 127.0.0.1 below its origin", async () => {
    const { fake, url, key } = await listening();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await post(`${url}/v2/api/get-vms`, key)).json()).toHaveLength(2);
    const nowhere = await post(`${url}/`, key);
    expect([nowhere.status, await nowhere.json()]).toEqual([404, refusal(404, "/", expect.any(String))]);
    expect(fake.requests.map(({ method, url: asked, status }) => [method, asked, status])).toEqual([
      ["POST", `${url}/v2/api/get-vms`, 200],
      ["POST", `${url}/`, 404],
    ]);
  });

  test("has the prefix of a reverse proxy, and nothing beside it", async () => {
    const { fake, url, key } = await listening({ endpoint: "https://proxy.example/tower" });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tower$/);
    expect((await post(`${url}/v2/api/get-vms`, key)).status).toBe(200);
    expect((await post(`${new URL(url).origin}/v2/api/get-vms`, key)).status).toBe(404);
    expect(fake.requests).toHaveLength(1);
    expect((await fake.handle(requestOf("/v2/api/get-vms", {}, key))).status).toBe(404);
  });

  test("knows nothing of another one", async () => {
    const [one, other] = [await listening(), await listening()];
    expect((await post(`${other.url}/v2/api/get-vms`, one.key)).status).toBe(401);
    expect((await post(`${other.url}/v2/api/get-vms`, one.token)).status).toBe(401);
    expect(one.fake.requests).toEqual([]);
  });
});

describe("a redirect", () => {
  test.each([301, 302, 307, 308] as const)("from http to https with %i", async (redirectHttp) => {
    const { fake, url, key } = await listening({ redirectHttp });
    for (const path of ["/v2/api/get-vms", "/api/?a=b"]) {
      const response = await post(`${url}${path}`, key);
      expect([response.status, response.headers.get("location")]).toEqual([redirectHttp, `${url.replace("http:", "https:")}${path}`]);
    }
    expect(fake.requests.map(({ status }) => status)).toEqual([redirectHttp, redirectHttp]);
    expect((await rest(fake, "get-vms", {}, key)).status).toBe(200);
  });

  test.each([301, 302, 307, 308] as const)("from /api to /api/ with %i", async (redirectSlash) => {
    const { fake, token } = createFurnishedTower({ redirectSlash });
    const response = await fake.handle(requestOf("/api?a=b", { query: "{ authnStrategies { id } }" }, token));
    expect([response.status, response.headers.get("location")]).toEqual([redirectSlash, "/api/?a=b"]);
    expect((await graphql(fake, "AuthnStrategies")).status).toBe(200);
  });

  test("behind a reverse proxy keeps the prefix", async () => {
    const { fake, token } = createFurnishedTower({ endpoint: `${origin}/tower`, redirectSlash: 308 });
    const response = await fake.handle(requestOf("/tower/api", {}, token));
    expect([response.status, response.headers.get("location")]).toEqual([308, "/tower/api/"]);
  });
});

describe("a fault", () => {
  test("of status 401 has the body of the API that it meets, and nothing is executed", async () => {
    const { fake, token } = createFurnishedTower({ errors: { restCredential: { status: 500, code: "X" }, graphqlCredential: { code: "NOT_MATCH_USER" } } });
    fake.failNext([{ status: 401 }, { status: 401 }, { status: 401 }]);
    const byRest = await rest(fake, "get-vms", {}, token);
    expect([byRest.status, byRest.body]).toEqual([401, refusal(401, "/get-vms", expect.any(String), { code: "X" })]);
    const byGraphql = await graphql(fake, "CreateApiKey", { name: "ci" }, token);
    expect([byGraphql.status, byGraphql.body.errors[0].code]).toEqual([401, "NOT_MATCH_USER"]);
    expect((await rest(fake, "login", {})).status).toBe(401);
    expect([fake.listApiKeys().length, fake.logins.length]).toEqual([1, 0]);
  });

  test.each<[string, Fault, number, string]>([
    ["an HTML page", { status: 502 }, 502, "<html>"],
    ["an empty body", { status: 200, body: "" }, 200, ""],
    ["a cut body", { status: 200, body: '{"data":{"to' }, 200, '{"data":{"to'],
    ["a body that is no GraphQL", { status: 500, body: { ec: "X", error: { msg: "m" }, data: {} } }, 500, '{"ec":"X"'],
    ["a slow body", { bodyDelay: 20 }, 200, '{"task_id":null'],
  ])("can be %s", async (_, fault, status, text) => {
    const { fake } = createFurnishedTower();
    fake.failNext({ ...fault, operationName: "login" });
    const { username, password } = fake.user;
    const response = await fake.handle(requestOf("/v2/api/login", { username, password }));
    expect([response.status, (await response.text()).slice(0, text.length)]).toEqual([status, text]);
    expect(fake.logins).toHaveLength(fault.bodyDelay === undefined ? 0 : 1);
  });

  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("that drops the connection %s the execution leaves %i keys", async (drop, made) => {
    const { fake, url, token, key } = await listening();
    fake.deleteApiKey(key);
    fake.failNext({ drop, operationName: "CreateApiKey" });
    const body = { query: operations, operationName: "CreateApiKey", variables: { name: "ci" } };
    await expect(post(`${url}/api/`, token, body)).rejects.toThrow(TypeError);
    expect(fake.listApiKeys()).toHaveLength(made);
    expect(fake.requests.map(({ status }) => status)).toEqual([0]);
  });

  test("that drops the connection in the body sends half of it", async () => {
    const { fake, url, key } = await listening();
    fake.failNext({ drop: "body" });
    const response = await post(`${url}/v2/api/get-vms`, key);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test("can wait for a path or a method", async () => {
    const { fake, key } = createFurnishedTower();
    fake.failNext([{ status: 500, path: "/v2/api/get-vms" }, { status: 504, method: "get" }]);
    expect((await rest(fake, "get-my-info", undefined, key)).status).toBe(200);
    expect((await rest(fake, "get-vms", {}, key)).status).toBe(500);
    const version = () => fake.handle(requestOf("/v2/api/get-version", undefined, undefined, { method: "GET" }));
    expect([(await version()).status, (await version()).status]).toEqual([504, 200]);
  });
});

test("requests are recorded as they came, with the name of their operation", async () => {
  const { fake, clock, token } = createFurnishedTower();
  await rest(fake, "get-vms", { where: {} }, token);
  clock.time += 7;
  await graphql(fake, "CreateApiKey", { name: "ci" }, token);
  await graphql(fake, "{ authnStrategies { id } }");
  const headers = { "content-type": "application/json", authorization: token };
  expect(fake.requests).toEqual([
    {
      operationName: "get-vms",
      method: "POST",
      url: `${origin}/v2/api/get-vms`,
      path: "/v2/api/get-vms",
      headers,
      variables: {},
      body: { where: {} },
      status: 200,
      dropped: false,
      at: start,
    },
    expect.objectContaining({ operationName: "CreateApiKey", path: "/api/", headers, variables: { name: "ci" }, at: start + 7 }),
    expect.objectContaining({ operationName: undefined, variables: {}, headers: { "content-type": "application/json" } }),
  ]);
});

test("the answer's date is that of the fake's clock", async () => {
  const { fake } = createClockedTower();
  expect((await rest(fake, "login", {})).response.headers.get("date")).toBe(new Date(start).toUTCString());
});

describe("the package graphql", () => {
  afterEach(() => {
    vi.doUnmock("graphql");
    vi.resetModules();
  });

  test("is needed by the GraphQL API alone, and its absence is explained then", async () => {
    vi.resetModules();
    vi.doMock("graphql", () => {
      throw new Error("Cannot find package 'graphql'");
    });
    const { createFakeCloudTower: create } = await import("keylight/testing");
    const fake = create();
    expect((await rest(fake, "get-vms", {}, fake.issueToken())).status).toBe(200);
    await expect(graphql(fake, "AuthnStrategies")).rejects.toThrow(/CloudTower.*npm install --save-dev graphql/);
  });
});
