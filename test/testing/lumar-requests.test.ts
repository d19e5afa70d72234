import { describe, expect, test } from "vitest";
import { createFakeLumar, type FakeLumarOptions } from "keylight/testing";
import { createClockedFake, endpoint, login, numberIn, operations, requestOf, send, start } from "./support.ts";

describe("a request that cannot run", () => {
  test.each([
    ["a syntax error", "{", {}, "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", "{ unknown }", {}, "GRAPHQL_VALIDATION_FAILED"],
    ["a bad enum value", "mutation { createServiceAccount(input: {accountId: 1, name: \"n\", roleCode: Owner}) { __typename } }", {}, "GRAPHQL_VALIDATION_FAILED"],
    ["a bad id in the document", "{ node(id: true) { id } }", {}, "GRAPHQL_VALIDATION_FAILED"],
    ["a missing variable", "query ($id: ObjectID!) { node(id: $id) { id } }", {}, "BAD_USER_INPUT"],
    ["a mistyped variable", "query ($id: ObjectID!) { node(id: $id) { id } }", { id: {} }, "BAD_USER_INPUT"],
    ["a fraction as id", "query ($id: ObjectID!) { node(id: $id) { id } }", { id: 1.5 }, "BAD_USER_INPUT"],
    ["a bad enum variable", "CreateServiceAccount", { input: { accountId: 1, name: "n", roleCode: "Owner" } }, "BAD_USER_INPUT"],
    ["a bad instant", "CreateServiceAccountKey", { input: { serviceAccountId: 1, expiresAt: "tomorrow" } }, "BAD_USER_INPUT"],
    ["an impossible instant", "CreateServiceAccountKey", { input: { serviceAccountId: 1, expiresAt: "2024-13-01T00:00:00Z" } }, "BAD_USER_INPUT"],
    ["a number as instant", "CreateServiceAccountKey", { input: { serviceAccountId: 1, expiresAt: start } }, "BAD_USER_INPUT"],
    ["an unknown operation name", "Unknown", {}, "BAD_USER_INPUT"],
  ])("because of %s is answered 400 without data", async (_, operation, variables, code) => {
    const { fake } = createClockedFake();
    const { status, body } = await send(fake, operation, variables, await login(fake));
    expect(status).toBe(400);
    expect(Object.keys(body)).toEqual(["errors"]);
    expect(body.errors[0].message).toEqual(expect.any(String));
    expect(body.errors[0].extensions).toEqual({ code });
  });

  test("is told about before its caller is asked for a credential", async () => {
    const { fake } = createClockedFake();
    expect((await send(fake, "{ unknown }")).status).toBe(400);
    const two = await send(fake, "query A { version } query B { version }");
    expect([two.status, two.body.errors[0].extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
  });

  test.each([
    ["is no JSON", "{"],
    ["is a list", []],
    ["is null", "null"],
    ["has no query", {}],
    ["has variables that are no object", { query: "{ version }", variables: [] }],
    ["has an operationName that is no string", { query: "{ version }", operationName: 1 }],
  ])("because its body %s is answered 400", async (_, body) => {
    const { fake } = createClockedFake();
    const response = await fake.handle(requestOf(body));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ errors: [{ message: expect.any(String), extensions: { code: "BAD_REQUEST" } }] });
    expect(fake.requests).toMatchObject([{ operationName: undefined, variables: {}, status: 400 }]);
  });

  test("because of its method or content type is answered 405 or 415", async () => {
    const { fake } = createClockedFake();
    const get = await fake.handle(new Request(endpoint));
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    for (const type of ["text/plain", "application/jsonp", undefined]) {
      const headers = new Headers(type === undefined ? {} : { "content-type": type });
      const body = new TextEncoder().encode("{}");
      expect((await fake.handle(new Request(endpoint, { method: "POST", headers, body }))).status).toBe(415);
    }
    expect(fake.requests.map(({ status }) => status)).toEqual([405, 415, 415, 415]);
  });
});

describe("a request that can run", () => {
  test.each(["application/json", "application/json; charset=utf-8", "Application/GraphQL+JSON"])("may be %s", async (type) => {
    const { fake } = createClockedFake();
    const init = { method: "POST", headers: { "content-type": type }, body: '{"query":"{ version }","variables":null,"operationName":null}' };
    const response = await fake.handle(new Request(endpoint, init));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  test("may write ids as literals of both kinds", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    const number = String(numberIn(fake.account.id));
    for (const id of [number, `"${number}"`, `"${fake.account.id}"`]) {
      const query = `mutation { createServiceAccount(input: { accountId: ${id}, name: "n", roleCode: Viewer }) { serviceAccount { id } } }`;
      expect((await send(fake, query, {}, session)).body.errors).toBeUndefined();
    }
    const key = `mutation { createServiceAccountKey(input: { serviceAccountId: 1, expiresAt: "2034-01-01T00:00:00+01:00" }) { secret } }`;
    expect((await send(fake, key, {}, session)).status).toBe(200);
  });

  test("is quick however often it comes, and however many texts there are", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    const before = performance.now();
    for (let index = 0; index < 2000; index += 1) {
      expect((await send(fake, "Me", {}, session)).status).toBe(200);
    }
    for (let index = 0; index < 600; index += 1) {
      expect((await send(fake, `{ alias${String(index)}: version }`)).status).toBe(200);
    }
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe("the record of requests", () => {
  test("tells name, headers, variables, status and time, in order", async () => {
    const { fake, clock } = createClockedFake();
    const session = await login(fake);
    clock.time += 5;
    await send(fake, "query Named { version }");
    await send(fake, "{ version }", { extra: 1 });
    await send(fake, "Me", {}, { token: "bad" });
    await send(fake, "{ unknown }", {}, session);
    expect(fake.requests).toMatchObject([
      { operationName: "LoginWithUserKey", variables: { userKeyId: fake.userKey.id, secret: fake.userKey.secret }, status: 200, at: start },
      { operationName: "Named", variables: {}, status: 200, at: start + 5 },
      { operationName: undefined, variables: { extra: 1 }, status: 200, at: start + 5 },
      { operationName: "Me", headers: { "x-auth-token": "bad", "content-type": "application/json" }, status: 401 },
      { operationName: undefined, headers: { "x-auth-token": session.token }, status: 400 },
    ]);
  });

  test("takes the name from the document when the request leaves it out", async () => {
    const { fake } = createClockedFake();
    await fake.handle(requestOf({ query: "mutation First { deleteSession { token } }" }));
    await fake.handle(requestOf({ query: operations }));
    expect(fake.requests.map(({ operationName }) => operationName)).toEqual(["First", undefined]);
  });
});

describe("the rate limit", () => {
  test("answers 429 with Retry-After until its window has passed", async () => {
    const { fake, clock } = createClockedFake({ rateLimit: { requests: 2, perMs: 3000 } });
    const statuses = async () => (await send(fake, "Version")).status;
    expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 200, 429]);
    clock.time += 1500;
    const { status, response } = await send(fake, "Version");
    expect([status, response.headers.get("retry-after")]).toEqual([429, "2"]);
    clock.time += 1500;
    expect(await statuses()).toBe(200);
  });

  test("leaves Retry-After out with retryAfter false", async () => {
    const { fake } = createClockedFake({ rateLimit: { requests: 0, perMs: 1000, retryAfter: false } });
    const { status, response } = await send(fake, "Version");
    expect([status, response.headers.get("retry-after")]).toEqual([429, null]);
  });
});

test("the clock is the real one unless another is given", async () => {
  const options: FakeLumarOptions = {};
  Object.assign(options, { now: undefined });
  const fake = createFakeLumar(options);
  const before = Date.now();
  await send(fake, "Version");
  expect(fake.requests[0]?.at).toBeGreaterThanOrEqual(before);
});
