import { describe, expect, test } from "vitest";
import type { Fault } from "keylight/testing";
import { b401, createClockedFake, createFurnishedFake, login, operations, requestOf, send } from "./support.ts";

const version = () => requestOf({ query: "query Version { version }" });
const good = { data: { version: "1.0.0" } };

describe("a canned answer", () => {
  test.each<[Fault, number, string | null, string]>([
    [{ status: 401 }, 401, "application/json; charset=utf-8", JSON.stringify(b401)],
    [{ status: 500 }, 500, null, ""],
    [{ status: 204 }, 204, null, ""],
    [{ status: 429, headers: { "Retry-After": "1" } }, 429, null, ""],
    [{ status: 500, body: { errors: [] } }, 500, "application/json; charset=utf-8", '{"errors":[]}'],
    [{ status: 400, body: "[1]" }, 400, "application/json; charset=utf-8", "[1]"],
    [{ body: "" }, 200, "text/plain; charset=utf-8", ""],
    [{ body: '{"data":{"ver' }, 200, "application/json; charset=utf-8", '{"data":{"ver'],
    [{ body: "<p>", headers: { "Content-Type": "text/x" } }, 200, "text/x", "<p>"],
    [{ status: 502, body: "<p>" }, 502, "text/html", "<p>"],
  ])("%j is sent as it is", async (fault, status, type, body) => {
    const { fake } = createClockedFake();
    fake.failNext(fault);
    const response = await fake.handle(version());
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([status, type, body]);
    for (const [name, value] of Object.entries(fault.headers ?? {})) expect(response.headers.get(name)).toBe(value);
    expect(fake.requests.map((request) => request.status)).toEqual([status]);
    expect(await (await fake.handle(version())).json()).toEqual(good);
  });

  test.each([502, 503, 504])("of %i without a body is an HTML page", async (status) => {
    const { fake } = createClockedFake();
    fake.failNext({ status });
    const response = await fake.handle(version());
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(await response.text()).toContain(`<title>${String(status)} `);
  });

  test("can send the client to another origin", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ status: 302, headers: { location: "https://elsewhere.example/graphql" } });
    const response = await fake.handle(version());
    expect([response.status, response.headers.get("location")]).toEqual([302, "https://elsewhere.example/graphql"]);
  });

  test("comes instead of the execution, or after it if executed", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    for (const executed of [false, true]) {
      fake.failNext({ status: 502, executed });
      expect((await fake.handle(requestOf({ query: operations, operationName: "DeleteSession" }, session))).status).toBe(502);
      expect((await send(fake, "Me", {}, session)).status).toBe(executed ? 401 : 200);
    }
  });

  test.each([199, 600, 200.5])("cannot have the status %d", (status) => {
    const { fake } = createClockedFake();
    expect(() => {
      fake.failNext([{ status: 500 }, { status }]);
    }).toThrow(RangeError);
  });
});

describe("the queue", () => {
  test("gives each request one fault, in order", async () => {
    const { fake } = createClockedFake();
    fake.failNext([{ status: 500 }, { status: 501 }]);
    fake.failNext({ status: 502 });
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await fake.handle(version())).status);
    expect(statuses).toEqual([500, 501, 502, 200]);
  });

  test("keeps a fault with an operation name for that operation", async () => {
    const { fake } = createClockedFake();
    fake.failNext([{ status: 500, operationName: "LoginWithUserKey" }, { status: 503 }]);
    expect((await fake.handle(version())).status).toBe(503);
    expect((await fake.handle(version())).status).toBe(200);
    const login = { query: operations, operationName: "LoginWithUserKey", variables: {} };
    expect((await fake.handle(requestOf(login))).status).toBe(500);
    expect((await fake.handle(requestOf(login))).status).toBe(400);
  });
});

describe("an answer that comes as usual", () => {
  test("can bear further headers", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ headers: { "X-Request-Id": "r1" } });
    const response = await fake.handle(version());
    expect(response.headers.get("x-request-id")).toBe("r1");
    expect(await response.json()).toEqual(good);
  });

  test("can be late", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ delay: 60 });
    const before = performance.now();
    expect(await (await fake.handle(version())).json()).toEqual(good);
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  test("can pause in the middle of its body", async () => {
    const { fake } = createClockedFake();
    fake.failNext({ bodyDelay: 60 });
    const before = performance.now();
    const response = await fake.handle(version());
    expect(performance.now() - before).toBeLessThan(50);
    expect(await response.json()).toEqual(good);
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  test.each(["", "x"])("can pause in the middle of the body %j", async (body) => {
    const { fake } = createClockedFake();
    fake.failNext({ body, bodyDelay: 5 });
    expect(await (await fake.handle(version())).text()).toBe(body);
  });
});

describe("a client that leaves", () => {
  test("during the delay is never served", async () => {
    const { fake, admin } = await createFurnishedFake();
    const controller = new AbortController();
    fake.failNext({ delay: 60_000 });
    const request = requestOf({ query: operations, operationName: "DeleteSession" }, admin, { signal: controller.signal });
    const answer = fake.handle(request);
    setTimeout(() => {
      controller.abort();
    }, 10);
    expect((await answer).type).toBe("error");
    expect((await send(fake, "Me", {}, admin)).status).toBe(200);
  });

  test("before the delay is never served either", async () => {
    const { fake } = createClockedFake();
    const controller = new AbortController();
    const request = requestOf({ query: "{ version }" }, {}, { signal: controller.signal });
    fake.failNext({ delay: 60_000 });
    const answer = fake.handle(request);
    controller.abort();
    // The body of an aborted request cannot be read, so the fake may fail outright.
    await answer.catch(() => undefined);
    expect(fake.requests.every(({ status }) => status === 0)).toBe(true);
  });

  test("during a pause of the body gets no more of it", async () => {
    const { fake } = createClockedFake();
    const controller = new AbortController();
    fake.failNext({ bodyDelay: 60_000 });
    const response = await fake.handle(requestOf({ query: "{ version }" }, {}, { signal: controller.signal }));
    setTimeout(() => {
      controller.abort();
    }, 10);
    await expect(response.text()).rejects.toThrow();
  });
});

describe("a dropped connection", () => {
  test.each([
    ["before", 200],
    ["after", 401],
  ] as const)("%s the execution leaves a session that answers %i", async (drop, status) => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    fake.failNext({ drop });
    const response = await fake.handle(requestOf({ query: operations, operationName: "DeleteSession" }, session));
    expect(response.type).toBe("error");
    expect(fake.requests.at(-1)?.status).toBe(0);
    expect((await send(fake, "Me", {}, session)).status).toBe(status);
  });

  test("in the body gives half of it and then fails", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    fake.failNext({ drop: "body" });
    const response = await fake.handle(requestOf({ query: operations, operationName: "DeleteSession" }, session));
    expect(response.status).toBe(200);
    const length = Number(response.headers.get("content-length"));
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.byteLength).toBe(Math.floor(length / 2));
    await expect(reader?.read()).rejects.toThrow("dropped");
    expect(fake.requests.at(-1)?.status).toBe(0);
    expect((await send(fake, "Me", {}, session)).status).toBe(401);
  });
});
