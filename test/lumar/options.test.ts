import { rootCertificates } from "node:tls";
import { setupServer } from "msw/node";
import { describe, expect, test, vi } from "vitest";
import { Client, ConfigurationError, memorySessionStore, ResponseFormatError, TimeoutError, TransportError, version, type ClientOptions, type Logger } from "keylight";
import { createFakeLumar } from "keylight/testing";
import { overNode, transportName } from "../support/transport.ts";
import { adminOf, clientOf, countAt, expectHidden, failure, fakeLumar, furnishedWithKey, lastAt, operationsAt, printed, thrown, wrong } from "./support.ts";

describe("endpoint", () => {
  test.each<[ClientOptions, string]>([
    [{}, "https://api.lumar.io/graphql"],
    [{ env: { LC_API_URL: "https://env.example/graphql" } }, "https://env.example/graphql"],
    [{ env: { LC_API_URL: " https://env.example/graphql\n" } }, "https://env.example/graphql"],
    [{ env: { LC_API_URL: "https://env.example/" }, endpoint: "https://option.example/graphql" }, "https://option.example/graphql"],
    [{ endpoint: "http://127.0.0.1:4000/graphql" }, "http://127.0.0.1:4000/graphql"],
    [{ endpoint: "http://localhost:4000/graphql" }, "http://localhost:4000/graphql"],
    [{ endpoint: "http://[::1]:4000/graphql" }, "http://[::1]:4000/graphql"],
  ])("of %j is %s", (options, endpoint) => {
    expect(clientOf(options).endpoint).toBe(endpoint);
  });

  test.each([
    "http://api.lumar.io/graphql",
    "http://127.0.0.1.evil.example/",
    "ftp://api.lumar.io/",
    "api.lumar.io",
    "",
    "https://user:canary@api.lumar.io/",
    "https://api.lumar.io/?api_key=canary",
    "https://api.lumar.io/?x=lmr_sa_1_canary",
    5,
    null,
  ])("of %j is refused, as an option and as a variable, without quoting it", (endpoint) => {
    expect(thrown(ConfigurationError, () => new Client(wrong({ env: {}, endpoint }))).message).toMatch(/^endpoint /);
    if (typeof endpoint !== "string" || endpoint === "") return;
    const error = thrown(ConfigurationError, () => new Client({ env: { LC_API_URL: endpoint } }));
    expect(error.message).toContain("LC_API_URL");
    expectHidden(error, ["canary"]);
  });

  test("is where all requests go, over a real connection too", async () => {
    const fake = createFakeLumar();
    const { url, close } = await fake.listen();
    const client = clientOf({ endpoint: url, userKey: fake.userKey });
    expect((await client.me()).id).toEqual(expect.any(String));
    expect(operationsAt(fake)).toEqual(["LoginWithUserKey", "Me"]);
    await close();
  });
});

describe("headers of a client", () => {
  test("clientName and clientVersion are sent, by default keylight's own", async () => {
    const fake = fakeLumar();
    await clientOf().version();
    expect(lastAt(fake).headers).toMatchObject({ "apollographql-client-name": "keylight", "apollographql-client-version": version });
    await clientOf({ clientName: "tool", clientVersion: "7" }).version();
    expect(lastAt(fake).headers).toMatchObject({ "apollographql-client-name": "tool", "apollographql-client-version": "7" });
  });

  test("are sent with the login too", async () => {
    const fake = fakeLumar();
    await adminOf(fake, { headers: { "X-Team": "blue" }, clientName: "tool" }).login();
    expect(lastAt(fake)).toMatchObject({ operationName: "LoginWithUserKey", headers: { "x-team": "blue", "apollographql-client-name": "tool" } });
  });

  test.each<Record<string, unknown>>([
    { headers: { Authorization: "canary" } },
    { headers: { "X-API-KEY": "canary" } },
    { headers: { "x-auth-token": "canary" } },
    { headers: { cookie: "canary" } },
    { headers: { host: "canary" } },
    { headers: { "x-a": "canary\r\nx-evil: 1" } },
    { headers: { "x a": "canary" } },
    { headers: { "x-a": 5 } },
    { headers: "canary" },
    { clientName: "canary\r\nx-evil: 1" },
    { clientName: 5 },
    { clientVersion: "canary\n" },
  ])("of %j are refused", (options) => {
    const error = thrown(ConfigurationError, () => new Client(wrong({ env: {}, ...options })));
    expect(error.message).toContain(Object.keys(options)[0]);
    expectHidden(error, ["canary"]);
  });
});

describe("the constructor refuses, by name,", () => {
  test.each<[string, Record<string, unknown>]>([
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: -1 }],
    ["timeout", { timeout: 1.5 }],
    ["timeout", { timeout: Number.POSITIVE_INFINITY }],
    ["timeout", { timeout: 2 ** 31 }],
    ["retry", { retry: 2 }],
    ["retry.attempts", { retry: { attempts: -1 } }],
    ["retry.attempts", { retry: { attempts: 11 } }],
    ["retry.maxDelay", { retry: { maxDelay: "1s" } }],
    ["maxResponseBytes", { maxResponseBytes: 0 }],
    ["fetch", { fetch: "fetch" }],
    ["proxy", { proxy: "" }],
    ["proxy", { proxy: true }],
    ["proxy", { proxy: "socks5://proxy.example" }],
    ["HTTPS_PROXY", { env: { HTTPS_PROXY: "socks5://proxy.example" } }],
    ["https_proxy", { env: { https_proxy: "http://proxy.example/proxy.pac", HTTPS_PROXY: "http://proxy.example" } }],
    ["ca", { ca: "./ca.pem" }],
    ["ca", { ca: new Uint8Array([48, 130]) }],
    ["fetch and proxy", { fetch, proxy: "http://proxy.example" }],
    ["fetch and ca", { fetch, ca: rootCertificates[0] }],
    ["headers may not set proxy-authorization", { headers: { "Proxy-Authorization": "Basic x" } }],
    ["logLevel", { logLevel: "loud" }],
    ["LC_LOG", { env: { LC_LOG: "loud" } }],
    ["sessionStore", { sessionStore: {} }],
    ["sessionStore", { sessionStore: null }],
    ["sessionStore", { sessionStore: { ...memorySessionStore(), delete: undefined } }],
  ])("%s of %j", (name, options) => {
    expect(thrown(ConfigurationError, () => new Client(wrong({ env: {}, ...options }))).message).toContain(name);
  });

  test.each([null, 5, "options"])("options that are %j", (options) => {
    thrown(ConfigurationError, () => new Client(wrong(options)));
  });
});

test("timeout is for the whole call, waits and login included", async () => {
  const fake = fakeLumar();
  fake.failNext([{ operationName: "LoginWithUserKey", delay: 60_000 }]);
  const client = adminOf(fake, { timeout: 120 });
  const started = performance.now();
  await expect(client.me()).rejects.toMatchObject({ retryable: true });
  expect(performance.now() - started).toBeLessThan(5_000);
  await failure(clientOf({ sessionToken: "t", timeout: 60, fetch: () => new Promise(() => undefined) }).me(), TimeoutError);
});

test.each([[undefined, 3], [0, 1], [1, 2], [4, 5]])("retry.attempts of %s makes %d requests of a query", async (attempts, requests) => {
  const fake = fakeLumar();
  const client = adminOf(fake, { retry: { maxDelay: 1, ...(attempts === undefined ? {} : { attempts }) } });
  await client.login();
  fake.failNext(Array.from({ length: 8 }, () => ({ status: 503 })));
  await failure(client.me(), TransportError);
  expect(countAt(fake, "Me")).toBe(requests);
});

test("maxResponseBytes bounds what is read", async () => {
  const fake = fakeLumar();
  fake.failNext({ operationName: "Me", body: { data: { me: { id: "u", username: "x".repeat(2_000) } } } });
  const error = await failure(adminOf(fake, { maxResponseBytes: 1_000 }).me(), ResponseFormatError);
  expect(error.message).toContain("maxResponseBytes");
  expect(countAt(fake, "Me")).toBe(1);
});

test("fetch wins over the built-in transport, and gets no redirect to follow", async () => {
  const fake = createFakeLumar();
  const inits: (RequestInit | undefined)[] = [];
  const own = vi.fn<typeof fetch>((input, init) => {
    inits.push(init);
    return fake.handle(new Request(input, init));
  });
  expect((await clientOf({ userKey: fake.userKey, fetch: own }).me()).username).toContain("@");
  expect(own).toHaveBeenCalledTimes(fake.requests.length);
  expect(inits.map((init) => init?.redirect)).toEqual(["manual", "manual"]);
});

describe("proxy", () => {
  test("of a variable is wrong only where it is used", () => {
    const env = { HTTPS_PROXY: "socks5://proxy.example", NO_PROXY: "excepted.example" };
    for (const options of [{ proxy: false }, { proxy: "http://proxy.example" }, { endpoint: "https://excepted.example/graphql" }, { endpoint: "http://127.0.0.1:4000/graphql" }] as const) {
      expect(clientOf({ env, ...options }).endpoint).toMatch(/^http/);
    }
    thrown(ConfigurationError, () => new Client({ env: { HTTPS_PROXY: "socks5://proxy.example" } }));
    thrown(ConfigurationError, () => clientOf({ env, proxy: false }).with({ env: { HTTPS_PROXY: "http://proxy.example:1/path" } }).with({ proxy: "" }));
  });

  test("of a variable that is wrong is not quoted", () => {
    const secret = "canary-of-the-proxy";
    for (const value of [`socks5://user:${secret}@proxy.example`, `http://user:${secret}@proxy.example/path`, `http://user:${secret}@`, `http://${secret}%zz@proxy.example`]) {
      expectHidden(thrown(ConfigurationError, () => new Client({ env: { HTTPS_PROXY: value } })), [secret]);
      expectHidden(thrown(ConfigurationError, () => new Client({ env: {}, proxy: value })), [secret]);
    }
  });

  test("that nobody can reach does not keep MSW from answering", async () => {
    const fake = fakeLumar();
    await adminOf(fake, { env: { HTTPS_PROXY: "http://127.0.0.1:1" } }).me();
    expect(operationsAt(fake)).toEqual(["LoginWithUserKey", "Me"]);
    if (transportName === "fetch") return;
    await adminOf(fake, { proxy: "http://user:password@127.0.0.1:1" }).me();
    expect(countAt(fake, "Me")).toBe(2);
  });

  test.skipIf(!overNode("a fetch knows nothing of the option proxy"))("cannot be passed by a request that MSW lets through: it fails, and nothing is sent", async () => {
    const msw = setupServer();
    msw.listen({ onUnhandledRequest: "bypass" });
    const error = await failure(clientOf({ apiKey: "lmr_sa_1_passing", proxy: "http://127.0.0.1:1", retry: { attempts: 0 } }).me(), TransportError);
    msw.close();
    expect(error.cause?.code).toBe("PROXY_NOT_ASKED");
  });
});

test("a derived client with a fetch leaves behind what was for the built-in transport, and brings nothing beside one that is there", async () => {
  const fake = createFakeLumar();
  const own: typeof fetch = (input, init) => fake.handle(new Request(input, init));
  const client = clientOf({ ca: rootCertificates[0] ?? "", proxy: "http://127.0.0.1:1" });
  expect(await client.with({ fetch: own }).version()).toEqual(expect.any(String));
  const fetching = clientOf({ fetch: own });
  expect(thrown(ConfigurationError, () => fetching.with({ ca: rootCertificates[0] ?? "" })).message).toContain("fetch and ca");
  expect(thrown(ConfigurationError, () => fetching.with({ proxy: "http://127.0.0.1:1" })).message).toContain("fetch and proxy");
  expect(await fetching.with({ proxy: false }).version()).toEqual(expect.any(String));
});

test("the bytes of ca are read once, at construction", () => {
  const ca = Buffer.from(rootCertificates[0] ?? "");
  const client = clientOf({ ca });
  ca.fill(0);
  expect(client.with({ timeout: 5 }).endpoint).toBe(client.endpoint);
});

describe("logger", () => {
  function recorder(): { logger: Logger; lines: unknown[][] } {
    const lines: unknown[][] = [];
    const at = (level: string) => (...said: unknown[]): void => void lines.push([level, ...said]);
    return { logger: { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") }, lines };
  }

  test("gets nothing by default, and what LC_LOG or logLevel ask for", async () => {
    const fake = fakeLumar();
    const quiet = recorder();
    await adminOf(fake, { logger: quiet.logger }).me();
    expect(quiet.lines).toEqual([]);
    const told = recorder();
    await adminOf(fake, { logger: told.logger, env: { LC_LOG: "info" } }).me();
    expect(told.lines.length).toBeGreaterThan(0);
    const off = recorder();
    await adminOf(fake, { logger: off.logger, env: { LC_LOG: "debug" }, logLevel: "off" }).me();
    expect(off.lines).toEqual([]);
  });

  test("is told no secret, whatever happens", async () => {
    const { fake, client, serviceAccount, apiKey } = await furnishedWithKey();
    const { logger, lines } = recorder();
    const loud = client.with({ logger, logLevel: "debug", retry: { maxDelay: 1 }, userKey: fake.userKey });
    fake.failNext([{ operationName: "LoginWithUserKey", status: 503 }, { operationName: "Me", status: 503 }, { operationName: "Me", status: 401 }]);
    await loud.me();
    const key = await loud.serviceAccounts.keys.create(serviceAccount.id, { name: "canary-name" });
    await loud.with({ apiKey: "lmr_sa_1_wrong" }).accounts.get(1).catch(() => undefined);
    const tokens = fake.requests.map(({ headers }) => headers["x-auth-token"] ?? apiKey);
    expect(lines.length).toBeGreaterThan(2);
    expectHidden(lines, [fake.userKey.secret, apiKey, key.apiKey.reveal(), "lmr_sa_1_wrong", "canary-name", ...tokens]);
  });
});

test("a client prints no secret", async () => {
  const fake = fakeLumar();
  const client = adminOf(fake);
  await client.me();
  const token = lastAt(fake).headers["x-auth-token"] ?? "";
  expectHidden(client, [fake.userKey.secret, token]);
  expectHidden(clientOf({ apiKey: "lmr_sa_1_canary" }), ["lmr_sa_1_canary"]);
  expect(printed(client)).toContain(client.endpoint);
});
