import { setupServer } from "msw/node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createFakeLumar, type FakeLumar } from "keylight/testing";
import { endpoint } from "./support.ts";

let close = (): void => undefined;
afterEach(() => {
  close();
});

function intercept(fake: FakeLumar): void {
  const server = setupServer(...fake.handlers);
  server.listen({ onUnhandledRequest: "bypass" });
  close = () => {
    server.close();
  };
}

const post = (url = endpoint) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"query V { version }"}' });

describe("the handlers", () => {
  test("answer what is sent to the endpoint", async () => {
    const fake = createFakeLumar();
    intercept(fake);
    const response = await post();
    expect(await response.json()).toEqual({ data: { version: "1.0.0" } });
    expect((await fetch(endpoint)).status).toBe(405);
    expect(fake.requests.map(({ operationName, status }) => [operationName, status])).toEqual([["V", 200], [undefined, 405]]);
  });

  test("answer on another endpoint where one is given, and only there", async () => {
    const fake = createFakeLumar({ endpoint: "http://127.0.0.1:1/api" });
    intercept(fake);
    expect((await post("http://127.0.0.1:1/api")).status).toBe(200);
    await expect(post("http://127.0.0.1:1/other")).rejects.toThrow();
    expect(fake.requests).toHaveLength(1);
  });

  test("are the same ones each time they are read", () => {
    const fake = createFakeLumar();
    expect(fake.handlers).toBe(fake.handlers);
  });

  test("pass faults on", async () => {
    const fake = createFakeLumar();
    intercept(fake);
    fake.failNext([{ status: 502 }, { drop: "before" }, { drop: "after" }, { drop: "body" }]);
    expect((await post()).status).toBe(502);
    await expect(post()).rejects.toThrow(TypeError);
    await expect(post()).rejects.toThrow(TypeError);
    const broken = await post();
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow();
    expect((await post()).status).toBe(200);
  });

  test.each([
    ["cannot be loaded", () => undefined],
    ["is of another make", () => ({ createRequire: () => () => ({}) })],
  ])("say what to do when msw %s", (_, getBuiltinModule) => {
    const spy = vi.spyOn(process, "getBuiltinModule").mockImplementation(getBuiltinModule);
    try {
      expect(() => createFakeLumar().handlers).toThrow(/npm install --save-dev msw.*fake\.handle\(request\)/);
    } finally {
      spy.mockRestore();
    }
  });
});
