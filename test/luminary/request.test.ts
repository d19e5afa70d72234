import { setupServer } from "msw/node";
import { http, passthrough } from "msw";
import { describe, expect, onTestFinished, test } from "vitest";
import { AuthenticationError, ClientClosedError, ConfigurationError, KeylightError, NotFoundError, PermissionError, RateLimitError, ResponseFormatError, RestRequestError, TransportError, UnexpectedRedirectError, ValidationError } from "keylight";
import type { LuminaryClient, LuminaryRequestOptions } from "keylight/luminary";
import { createFakeLuminary } from "keylight/testing";
import { transportName } from "../support/transport.ts";
import { canary } from "../oracle/oracle.ts";
import { browser, clientOf, countAt, failure, rejection, siteOf, wrong, type Site } from "./support.ts";

async function withKey(): Promise<Site & { client: LuminaryClient }> {
  const site = await siteOf();
  return { ...site, client: clientOf({ domain: site.domain, apiKey: site.fake.apiKey }) };
}

describe(`a call over ${transportName}`, () => {
  test("gives what is in data, or the answer as it is, with all of it in reach", async () => {
    const { client, fake } = await withKey();
    const pipelines = await client.request<{ id: string }[]>("GET", "pipelines");
    expect(pipelines[0]?.id).toBe(fake.pipeline.id);
    const raw = await client.rawRequest<{ id: string }[]>("GET", "pipelines");
    expect(raw).toMatchObject({ data: pipelines, body: { data: pipelines }, status: 200, attempts: [{ status: 200 }] });
    expect(raw.headers.get("content-type")).toContain("json");
    fake.failNext([{ body: { other: 1 } }, { status: 204 }, { body: { data: null, more: 1 } }, { body: "[1]" }]);
    expect(await client.request("GET", "pipelines")).toEqual({ other: 1 });
    expect(await client.request("GET", "pipelines")).toBeUndefined();
    expect(await client.request("GET", "pipelines")).toBeNull();
    expect(await client.request("GET", "pipelines")).toEqual([1]);
  });

  test("does what the documents say of pipelines and their jobs", async () => {
    const { client, fake } = await withKey();
    const made = await client.request<{ id: string }>("POST", "pipelines", { body: { name: "mine" } });
    expect(await client.request("GET", `pipelines/${made.id}/pipeline_jobs`)).toEqual([]);
    await client.request("DELETE", `pipelines/${made.id}`);
    const job = fake.pipelineJob.id;
    await client.request("PUT", `pipeline_jobs/${job}/concurrency_limits`, { body: { cpu: 2 } });
    expect(await client.request("GET", `pipeline_jobs/${job}/concurrency_limits`)).toEqual({ cpu: 2 });
    await client.request("POST", `pipeline_jobs/${job}/pause`);
    await client.request("POST", `pipeline_jobs/${job}/resume`);
    expect(await client.request("GET", `pipeline_jobs/${job}/runs`)).toEqual([{ idx: 0 }]);
    expect(fake.requests.every(({ status }) => status === 200)).toBe(true);
  });

  test.each(["pipelines", "/pipelines", "/rest/v0/pipelines", "rest/v0/pipelines"])("takes a path in any form: %s", async (path) => {
    const { client, fake } = await withKey();
    await client.request("GET", path, { query: { limit: 5, tag: ["a", "b"], none: undefined } });
    expect(fake.requests[0]).toMatchObject({ path: "/rest/v0/pipelines" });
    expect(new URL(fake.requests[0]?.url ?? "").search).toBe("?limit=5&tag=a&tag=b");
  });

  test.each(["../../oauth/token", "https://evil.example/", "//evil.example/", "a/%2e%2e/%2e%2e/%2e%2e/x", "", 7])("refuses a path that leads out: %j", async (path) => {
    const { client, fake } = await withKey();
    await failure(client.request("GET", wrong<string>(path)), ConfigurationError);
    expect(fake.requests).toEqual([]);
  });

  test("refuses a method that is none, and options that are none", async () => {
    const { client } = await withKey();
    await failure(client.request(wrong<"GET">("TRACE"), "pipelines"), ConfigurationError);
    await failure(client.request("GET", "pipelines", wrong<LuminaryRequestOptions>("x")), ConfigurationError);
  });
});

describe("what is tried again", () => {
  test.each([502, 503, 504, 429])("a read at %i is", async (status) => {
    const { client, fake } = await withKey();
    fake.failNext({ status, headers: { "retry-after": "0" } });
    await client.request("GET", "pipelines");
    expect(fake.requests).toHaveLength(2);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"] as const)("a %s is not, unless it is said to be idempotent", async (method) => {
    const { client, fake } = await withKey();
    fake.failNext({ status: 503 });
    expect(await failure(client.request(method, "pipelines/1"), KeylightError)).toMatchObject({ status: 503, mayHaveExecuted: true });
    expect(fake.requests).toHaveLength(1);
    fake.failNext({ status: 503 });
    await rejection(client.request(method, "pipelines/1", { idempotent: true }));
    expect(fake.requests.length).toBeGreaterThan(2);
  });
});

describe("an error of the service", () => {
  test.each<[string, number, string | object, new (...given: never[]) => KeylightError, object]>([
    ["403", 403, { message: "not yours" }, PermissionError, { message: "not yours", code: "PERMISSION_DENIED" }],
    ["404", 404, { error: "no such thing" }, NotFoundError, { message: "no such thing" }],
    ["404 that says nothing", 404, {}, NotFoundError, { message: "the server answered 404" }],
    ["400", 400, { detail: "a name is needed" }, ValidationError, { message: "a name is needed" }],
    ["422 with an object as error", 422, { error: { message: "too long" } }, ValidationError, { message: "too long" }],
    ["409", 409, { message: "busy", code: 17 }, RestRequestError, { message: "busy", serviceCode: "17" }],
    ["429 with a long wait", 429, { message: "slow down" }, RateLimitError, { retryAfterMs: 3_600_000 }],
    ["500", 500, { message: "broken" }, RestRequestError, { retryable: true }],
    ["500 with a web page", 500, "<h1>broken</h1>", TransportError, { retryable: true }],
    ["200 with a web page", 200, "<h1>login</h1>", ResponseFormatError, { code: "BAD_RESPONSE" }],
  ])("%s is told", async (_name, status, body, kind, expected) => {
    const { client, fake } = await withKey();
    fake.failNext({ status, body, headers: { "x-request-id": "r-17", ...(status === 429 ? { "retry-after": "3600" } : {}) } });
    const error = await failure(client.request("GET", "pipelines"), kind);
    expect(error).toMatchObject({ status, requestId: "r-17", operationName: "GET pipelines", ...expected });
  });

  test("shows no key that the server repeats", async () => {
    const { client, fake } = await withKey();
    fake.failNext({ status: 400, body: { message: `bad key ${canary(fake.apiKey)}` } });
    expect((await failure(client.request("GET", "pipelines"), ValidationError)).message).toBe("bad key [redacted]");
  });

  test("a redirect is not followed: the other host sees no request", async () => {
    const [{ client, fake }, other] = [await withKey(), await siteOf()];
    for (const status of [301, 302, 303, 307, 308]) {
      fake.failNext({ status, headers: { location: `http://${other.domain}/rest/v0/pipelines` } });
      await failure(client.request("GET", "pipelines"), UnexpectedRedirectError);
    }
    expect(other.fake.requests).toEqual([]);
  });

  test("a body that is cut is a broken connection", async () => {
    const { client, fake } = await withKey();
    fake.failNext([1, 2, 3].map(() => ({ drop: "body" as const })));
    expect(await failure(client.request("GET", "pipelines"), TransportError)).toMatchObject({ code: "NETWORK_ERROR" });
  });
});

test("a closed client does nothing more", async () => {
  const { client, fake } = await withKey();
  const call = failure(client.request("GET", "pipelines"), ClientClosedError);
  await client.close();
  await call;
  await failure(client.request("GET", "pipelines"), ClientClosedError);
  await failure(client.logout(), ClientClosedError);
  await client[Symbol.asyncDispose]();
  expect(countAt({ fake, domain: "", auth: { domain: "", clientId: "", audience: "" } }, "ListPipelines")).toBeLessThanOrEqual(1);
});

test("an abort ends a call with the signal's own reason", async () => {
  const { client, fake } = await withKey();
  fake.failNext({ delay: 5_000 });
  const abort = new AbortController();
  const call = rejection(client.request("GET", "pipelines", { signal: abort.signal }));
  await expect.poll(() => fake.requests.length).toBe(1);
  const reason = new Error("enough");
  abort.abort(reason);
  expect(await call).toBe(reason);
});

describe("an application that is tested with MSW", () => {
  test("calls, logs in and renews at the hosts that it has configured", async () => {
    const fake = createFakeLuminary({ redirectPorts: "any" });
    const server = setupServer(...fake.handlers, http.get(/^http:\/\/127\.0\.0\.1:\d+\/callback/, () => passthrough()));
    server.listen({ onUnhandledRequest: "error" });
    onTestFinished(() => { server.close(); });
    await clientOf({ apiKey: canary(fake.apiKey) }).request("GET", "pipelines");
    const { open } = browser();
    const client = clientOf({ auth: { ...fake.auth, ports: [0], open }, interactive: true });
    await client.request("GET", "pipelines");
    fake.expireAccessTokens();
    await client.request("GET", "pipelines");
    expect(fake.requests.map(({ operationName, status }) => [operationName, status])).toEqual([
      ["ListPipelines", 200],
      ["Authorize", 302],
      ["RedeemCode", 200],
      ["ListPipelines", 200],
      ["ListPipelines", 401],
      ["RefreshTokens", 200],
      ["ListPipelines", 200],
    ]);
  });

  test("meets the refusal of a key as the real service would", async () => {
    const fake = createFakeLuminary();
    const server = setupServer(...fake.handlers);
    server.listen({ onUnhandledRequest: "error" });
    onTestFinished(() => { server.close(); });
    expect(await failure(clientOf({ apiKey: "no-such-key-anywhere" }).request("GET", "pipelines"), AuthenticationError)).toMatchObject({ code: "KEY_REJECTED" });
  });
});
