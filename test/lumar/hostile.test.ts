import { brotliCompressSync, deflateSync } from "node:zlib";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  Client,
  ConfigurationError,
  getDefaultClient,
  me,
  memorySessionStore,
  ResponseFormatError,
  setDefaultClient,
  ValidationError,
  withClient,
  type AmbiguousMutationError,
  type SessionStore,
} from "keylight";
import { LumarServer } from "../support/lumar-server.ts";
import { adminOf, clientOf, fakeLumar, failure, furnished, furnishedWithKey } from "./support.ts";

afterEach(() => {
  setDefaultClient(undefined);
  vi.restoreAllMocks();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function lumar(): Promise<{ server: LumarServer; endpoint: string }> {
  const server = new LumarServer();
  const endpoint = await server.start();
  onTestFinished(() => server.stop());
  return { server, endpoint };
}

const userKey = { id: 130, secret: "user-key-secret-for-tests" };

describe("recover() leaves alone what the client handed out", () => {
  test("a key of the same name that was made after the one that was lost", async () => {
    const { client, fake, serviceAccount } = await furnished();
    fake.failNext({ operationName: "CreateServiceAccountKey", drop: "before" });
    const lost = await client.serviceAccounts.keys.create(serviceAccount.id, { name: "ci" }).catch((error: unknown) => error as AmbiguousMutationError);
    const made = await client.serviceAccounts.keys.create(serviceAccount.id, { name: "ci" });
    if (!("recover" in lost)) throw new Error("nothing was lost");
    expect(await lost.recover()).toEqual({ outcome: "not-found", candidates: [] });
    await clientOf({ apiKey: made.apiKey }).accounts.get(fake.account.id);
  });
});

describe("a default client", () => {
  test.each([undefined, null, {}, "client"])("withClient(%j) never means somebody else's client", async (nobody) => {
    const fake = fakeLumar();
    setDefaultClient(adminOf(fake));
    expect(() => Reflect.apply(withClient, undefined, [nobody, () => me()]) as unknown).toThrow(ConfigurationError);
    expect(fake.requests).toHaveLength(0);
  });

  test("setDefaultClient takes a client or undefined, and nothing else", () => {
    expect(() => Reflect.apply(setDefaultClient, undefined, ["x"]) as unknown).toThrow(ConfigurationError);
    const client = clientOf({ apiKey: "lmr_sa_1_key-for-the-default" });
    setDefaultClient(client);
    expect(getDefaultClient()).toBe(client);
  });
});

describe("odd arguments", () => {
  test("env that is no object is refused, and toArray without bounds reads all", async () => {
    expect(() => Reflect.construct(Client, [{ env: null }]) as unknown).toThrow(ConfigurationError);
    const list = adminOf(fakeLumar()).accounts.list();
    expect(await (Reflect.apply(list.toArray, list, [null]) as Promise<unknown[]>)).toHaveLength(1);
  });

  test("explain() names both sources of a client that begins with a token and renews with a key", () => {
    const env = { LC_SESSION_TOKEN: "a-token-from-the-environment", LC_USER_KEY_ID: "130", LC_USER_KEY_SECRET: "a-secret-from-the-environment" };
    expect(new Client({ env }).explain("{ version }").credential?.source).toBe("LC_SESSION_TOKEN, then LC_USER_KEY_ID + LC_USER_KEY_SECRET");
  });
});

describe("secrets that are known before the first call", () => {
  test("explain() shows neither the user key's secret nor a token", () => {
    const client = new Client({ userKey, sessionToken: "first-token-of-the-client", env: {} });
    const { body, curl } = client.explain("query Q($a: String) { version }", { a: userKey.secret, b: "first-token-of-the-client" });
    expect(body + curl).not.toMatch(/user-key-secret|first-token/);
  });

  test("an endpoint whose query holds one is refused", () => {
    expect(() => new Client({ userKey, endpoint: `https://api.lumar.io/graphql?x=${userKey.secret}`, env: {} })).toThrow(ConfigurationError);
  });

  test("stay hidden however many keys are made after them", async () => {
    const { server, endpoint } = await lumar();
    let made = 0;
    server.override = ({ operationName, token }) => {
      if (operationName === "Me") return { status: 200, body: { errors: [{ message: `no ${token ?? ""}` }], data: null } };
      return { status: 200, body: { data: { createServiceAccountKey: { id: `k${(made += 1)}`, name: null, secret: `lmr_sa_1_${"s".repeat(20)}${made}`, expiresAt: null, createdAt: "2030-01-01T00:00:00Z" } } } };
    };
    const client = new Client({ endpoint, userKey, env: {} });
    for (let count = 0; count < 70; count += 1) await client.serviceAccounts.keys.create(1);
    await expect(client.me()).rejects.toMatchObject({ message: "no [redacted]" });
  });

  test("a request id that repeats one is not shown by an error of reading either", async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "x-request-id": "echo-a-session-token-x" }).end('{"data":{"me":{}}}');
    });
    const error = await failure(new Client({ endpoint, sessionToken: "a-session-token-x", env: {} }).accounts.list().toArray(), ResponseFormatError);
    expect(error.requestId).toBe("echo-[redacted]");
  });
});

describe("what may have run", () => {
  test("a write whose one field came back while another was forbidden may have run", async () => {
    const { fake, client } = await furnished();
    fake.failNext({ body: { data: { a: { id: "1" }, b: null }, errors: [{ message: "no", extensions: { code: "FORBIDDEN" } }] } });
    await expect(client.request("mutation Two { a: createUserKey { id secret } b: createUserKey { id secret } }")).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      mayHaveExecuted: true,
    });
  });

  test("allowPartial does not make an absence of a refusal", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ body: { data: { serviceAccount: null }, errors: [{ message: "no", extensions: { code: "FORBIDDEN" } }] } });
    await expect(client.serviceAccounts.get(serviceAccount.id, { allowPartial: true })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

describe("sessions", () => {
  test("a function for the first token that never answers does not hold the client for ever", async () => {
    const { server, endpoint } = await lumar();
    let asked = 0;
    const sessionToken = (): string | Promise<string> => ((asked += 1) === 1 ? new Promise(() => undefined) : "good-token-of-the-vault");
    server.live.add("good-token-of-the-vault");
    const client = new Client({ endpoint, userKey, sessionToken, env: {}, timeout: 150 });
    await expect(client.me()).rejects.toMatchObject({ name: expect.stringMatching(/TimeoutError|AuthenticationError/) as string });
    await vi.waitFor(() => client.me());
    expect(server.calls.at(-1)?.token).toBe("good-token-of-the-vault");
  });

  test("a logout that the server was not told is told by the next one, and keeps to one timeout", async () => {
    const { server, endpoint } = await lumar();
    const client = new Client({ endpoint, userKey, env: {}, retry: { attempts: 0 } });
    await client.me();
    server.override = ({ operationName }) => (operationName === "DeleteSession" ? { status: 500, body: "broken" } : undefined);
    await expect(client.logout()).rejects.toMatchObject({ status: 500 });
    server.override = () => ({ status: 200, body: { data: { deleteSession: { token: "t" } } } });
    await client.logout();
    await client.logout();
    expect(server.calls.filter(({ operationName }) => operationName === "DeleteSession")).toHaveLength(2);
  });

  test("who gives up waiting for a lock of the memory store does not open it for the next", async () => {
    const store = memorySessionStore();
    const order: string[] = [];
    const hold = store.withLock?.("k", async () => {
      await new Promise((resolve) => setTimeout(resolve, 80));
      order.push("held");
    }, { timeout: 1_000, signal: new AbortController().signal });
    await expect(store.withLock?.("k", () => Promise.resolve(), { timeout: 1_000, signal: AbortSignal.abort(new Error("left")) })).rejects.toThrow("left");
    await store.withLock?.("k", () => Promise.resolve(order.push("next")), { timeout: 1_000, signal: new AbortController().signal });
    await hold;
    expect(order).toEqual(["held", "next"]);
  });

  test.each<[string, SessionStore["get"]]>([
    ["throws at once", () => { throw new Error("boom"); }],
    ["gives something that throws when it is read", () => Promise.resolve({ get token(): string { throw new Error("boom"); }, obtainedAt: "x" })],
  ])("a store that %s costs a login and no call", async (_name, get) => {
    const { server, endpoint } = await lumar();
    const sessionStore: SessionStore = { get, set: () => Promise.resolve(), delete: () => Promise.resolve() };
    await new Client({ endpoint, userKey, env: {}, sessionStore }).me();
    expect(server.logins).toBe(1);
  });

  test("a derived client takes the options as they were when the first one was made", async () => {
    const { server, endpoint } = await lumar();
    const mine = { ...userKey };
    const client = new Client({ endpoint, userKey: mine, env: {} });
    mine.secret = "changed-afterwards";
    await client.with({ endpoint }).me();
    expect(server.seen.find(({ operationName }) => operationName === "LoginWithUserKey")?.variables["secret"]).toBe(userKey.secret);
  });
});

describe("answers that nobody expects", () => {
  test.each([
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("bytes after the end of %s data do not hold up the call", async (encoding, pack) => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
      response.write(Buffer.concat([pack('{"data":{"version":"1"}}'), Buffer.from("\n")]));
      setTimeout(() => response.end(), 30);
    });
    const answer: unknown = await new Client({ endpoint, env: {}, timeout: 3_000 }).version().catch((error: unknown) => error);
    expect(answer === "1" || answer instanceof ResponseFormatError).toBe(true);
  });

  test("a list with a hole in it is a format error", async () => {
    const { fake, client, serviceAccount } = await furnishedWithKey();
    fake.failNext({ body: { data: { serviceAccount: { id: "1", name: "n", keys: [null] } } } });
    await failure(client.serviceAccounts.keys.list(serviceAccount.id), ResponseFormatError);
  });

  test("a day that is not in the calendar is refused, and one that is goes through", async () => {
    const { client, serviceAccount } = await furnished();
    await failure(client.serviceAccounts.keys.create(serviceAccount.id, { expiresAt: "2031-02-29" }), ValidationError);
    expect((await client.serviceAccounts.keys.create(serviceAccount.id, { expiresAt: "2032-02-29" })).expiresAt).toBe("2032-02-29T00:00:00.000Z");
  });

  test("a Retry-After of ages closes logins for minutes, not for ever", async () => {
    const { server, endpoint } = await lumar();
    server.login = () => ({ status: 503, body: "x", headers: { "retry-after": "9".repeat(400) } });
    const client = new Client({ endpoint, userKey, env: {} });
    await client.me().catch(() => undefined);
    const error: unknown = await client.me().catch((failed: unknown) => failed);
    expect(error).toMatchObject({ code: "LOGIN_FAILED" });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(900_000);
  });
});
