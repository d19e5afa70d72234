import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Client, isKeylightError, memorySessionStore } from "keylight";
import { LumarServer, refused, spread, unauthenticated } from "../../support/lumar-server.ts";
import { transportName } from "../../support/transport.ts";

const userKey = { id: 130, secret: "user-key-secret-for-tests" };
let server: LumarServer;
let endpoint: string;
let clients: Client[];

beforeEach(async () => {
  server = new LumarServer();
  endpoint = await server.start();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
});

function connect(options: ConstructorParameters<typeof Client>[0] = {}): Client {
  const client = new Client({ endpoint, userKey, env: {}, ...options });
  clients.push(client);
  return client;
}

const many = <T>(count: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, make));

describe(`a thousand calls over ${transportName}`, () => {
  it("that are the first ones make one login", async () => {
    const client = connect();
    const results = await many(1000, () => client.me());
    expect(results).toHaveLength(1000);
    expect(server.logins).toBe(1);
    expect(server.calls).toHaveLength(1000);
  });

  it("that meet an expired session, refused over 300 ms, make one login and all succeed", async () => {
    const client = connect();
    await client.me();
    server.revokeAll();
    server.delay = ({ operationName }) => (operationName === "Me" ? spread(300)() : 20);
    const results = await many(1000, () => client.me());
    expect(results.every(({ username }) => username === "someone")).toBe(true);
    expect(server.logins).toBe(2);
  });
});

describe("one flight", () => {
  it("is shared by a client and those derived from it", async () => {
    const client = connect();
    const derived = client.with({ timeout: 5_000, headers: { "x-tenant": "a" } });
    clients.push(derived);
    await Promise.all([many(50, () => client.me()), many(50, () => derived.me())]);
    server.revokeAll();
    await Promise.all([many(50, () => client.me()), many(50, () => derived.me())]);
    expect(server.logins).toBe(2);
  });

  it("a late 401 does not discard a newer session", async () => {
    const client = connect();
    await client.me();
    server.revokeAll();
    let late = 0;
    server.delay = ({ operationName }) => (operationName === "Me" && (late += 1) === 1 ? 200 : 0);
    const slow = client.me();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.me();
    expect(server.logins).toBe(2);
    await slow;
    expect(server.logins).toBe(2);
  });

  it("new calls wait for a running login instead of going out with a token known to be bad", async () => {
    const client = connect();
    await client.me();
    const [old] = [...server.live];
    server.revokeAll();
    server.delay = ({ operationName }) => (operationName === "LoginWithUserKey" ? 150 : 0);
    const first = client.me();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await Promise.all([first, many(20, () => client.me())]);
    expect(server.calls.filter(({ token }) => token === old)).toHaveLength(2);
    expect(server.logins).toBe(2);
  });

  it("an abort of one caller cancels neither the login nor the others", async () => {
    server.delay = ({ operationName }) => (operationName === "LoginWithUserKey" ? 120 : 0);
    const client = connect();
    const abort = new AbortController();
    const leaving = client.me({ signal: abort.signal });
    const staying = client.me();
    const reason = new Error("left");
    setTimeout(() => {
      abort.abort(reason);
    }, 30);
    await expect(leaving).rejects.toBe(reason);
    await expect(staying).resolves.toMatchObject({ username: "someone" });
    expect(server.logins).toBe(1);
  });

  it("a caller's deadline covers the login, and a hanging login ends for the others with their own deadlines", async () => {
    server.login = () => "hang";
    const client = connect({ timeout: 400 });
    const started = performance.now();
    const [short, long] = await Promise.allSettled([client.me({ timeout: 80 }), client.me()]);
    expect(short).toMatchObject({ status: "rejected", reason: { code: "TIMEOUT", mayHaveExecuted: false } });
    expect(long.status).toBe("rejected");
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(server.calls).toHaveLength(0);
  });
});

describe("a rejected session", () => {
  it("renews once a call: a second 401 is SESSION_REJECTED_AFTER_LOGIN", async () => {
    const client = connect();
    await client.me();
    server.override = () => ({ status: 401, body: unauthenticated });
    await expect(client.me()).rejects.toMatchObject({
      name: "AuthenticationError",
      code: "SESSION_REJECTED_AFTER_LOGIN",
      status: 401,
      attempts: [{ status: 401 }, { status: 401 }],
    });
    expect(server.logins).toBe(2);
  });

  it("after that, the next call logs in again instead of sending the refused token", async () => {
    const client = connect();
    await client.me();
    let refusals = 2;
    server.override = () => ((refusals -= 1) >= 0 ? { status: 401, body: unauthenticated } : undefined);
    await expect(client.me()).rejects.toMatchObject({ code: "SESSION_REJECTED_AFTER_LOGIN" });
    await client.me();
    const tokens = server.calls.map(({ token }) => token);
    expect(new Set(tokens).size).toBe(3);
  });

  it("a server that refuses every fresh session is not met with a login for each call", async () => {
    const client = connect({ retry: { attempts: 0 } });
    server.override = () => ({ status: 401, body: unauthenticated });
    for (let call = 0; call < 30; call += 1) await client.me().catch(() => undefined);
    expect(server.logins).toBeLessThan(6);
    await expect(client.me()).rejects.toMatchObject({ code: "LOGIN_FAILED", retryable: true });
  });

  it.each([
    ["403", { status: 403, body: unauthenticated }, "PERMISSION_DENIED"],
    ["FORBIDDEN", { status: 401, body: { errors: [{ message: "no", extensions: { code: "FORBIDDEN" } }], data: null } }, "PERMISSION_DENIED"],
    ["UNAUTHORIZED in a 200", { status: 200, body: { errors: [{ message: "Unauthorized", extensions: { code: "UNAUTHORIZED" } }], data: null } }, "PERMISSION_DENIED"],
    ["the text Unauthorized alone", { status: 200, body: { errors: [{ message: "Unauthorized" }], data: null } }, "GRAPHQL_ERROR"],
  ])("%s never renews", async (_name, answer, code) => {
    const client = connect();
    await client.me();
    server.override = () => answer;
    await expect(client.me()).rejects.toMatchObject({ code });
    expect(server.logins).toBe(1);
  });

  it("UNAUTHENTICATED in a 200 renews a query once", async () => {
    const client = connect();
    await client.me();
    let refusals = 1;
    server.override = () => ((refusals -= 1) >= 0 ? { status: 200, body: unauthenticated } : undefined);
    await client.me();
    expect(server.logins).toBe(2);
  });

  it("UNAUTHENTICATED in a 200 renews a mutation only when nothing of it ran", async () => {
    const mutation = "mutation Write { a: deleteSession { token } }";
    const client = connect();
    await client.me();
    const bodies = [{ ...unauthenticated, data: { a: {} } }, unauthenticated];
    server.override = ({ operationName }) => (operationName === "Write" ? { status: 200, body: bodies.shift() ?? { data: { a: {} } } } : undefined);
    await expect(client.request(mutation)).rejects.toMatchObject({ name: "AuthenticationError", mayHaveExecuted: true });
    expect(server.logins).toBe(1);
    await expect(client.request(mutation)).resolves.toEqual({ a: {} });
    expect(server.logins).toBe(2);
  });

  it("a token without a user key is refused once, and nothing logs in", async () => {
    const client = new Client({ endpoint, sessionToken: "a-token-that-is-over", env: {} });
    clients.push(client);
    await expect(client.me()).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
    expect(server.seen).toHaveLength(1);
  });

  it("a token with a user key is used first, and renewed with the key", async () => {
    server.live.add("given-token");
    const client = connect({ sessionToken: "given-token" });
    await client.me();
    expect(server.logins).toBe(0);
    server.revokeAll();
    await client.me();
    expect(server.logins).toBe(1);
  });

  it("a token that is asked for begins the session too", async () => {
    server.live.add("asked-token");
    let asked = 0;
    const client = connect({ sessionToken: () => ((asked += 1), "asked-token") });
    await many(5, () => client.me());
    expect([asked, server.logins]).toEqual([1, 0]);
  });

  it("the function that is asked for the first token may fail with its own error, and is asked again", async () => {
    const own = new Error("vault is closed");
    let asked = 0;
    server.live.add("late-token");
    const client = connect({ sessionToken: () => ((asked += 1) === 1 ? Promise.reject(own) : "late-token") });
    await expect(client.me()).rejects.toBe(own);
    await client.me();
    expect(server.logins).toBe(0);
  });
});

describe("refusal latches, trouble does not", () => {
  it("wrong credentials make exactly one login, whoever asks and however often", async () => {
    server.login = () => ({ status: 200, body: refused });
    const client = connect();
    const errors = await many(100, () => client.me().catch((error: unknown) => error));
    const later = [await client.me().catch((error: unknown) => error), await client.login().catch((error: unknown) => error)];
    expect([...errors, ...later].every((error) => isKeylightError(error, "INVALID_CREDENTIALS"))).toBe(true);
    expect(new Set([...errors, ...later]).size).toBe(102);
    expect(server.logins).toBe(1);
  });

  it("a refused login tells nothing of the secret", async () => {
    server.login = () => ({ status: 200, body: { errors: [{ message: `bad ${userKey.secret}`, extensions: { code: "INCORRECT_USER_KEY_ID_OR_SECRET" } }] } });
    const error: unknown = await connect().me().catch((failure: unknown) => failure);
    expect(JSON.stringify(error) + String(error)).not.toContain(userKey.secret);
  });

  it("a login that answers 503 is tried again at growing intervals, within one call", async () => {
    const times: number[] = [];
    server.login = () => (times.push(performance.now()), times.length < 3 ? { status: 503, body: "<p>busy</p>" } : undefined);
    await connect().me();
    const [a = 0, b = 0, c = 0] = times;
    expect(b - a).toBeGreaterThanOrEqual(95);
    expect(c - b).toBeGreaterThanOrEqual(190);
    expect(server.logins).toBe(3);
  });

  it("callers in the window after that fail fast with a retryable error, and the window ends", async () => {
    server.login = () => ({ status: 503, body: "<p>busy</p>" });
    const client = connect({ retry: { attempts: 0 } });
    await expect(client.me()).rejects.toMatchObject({ code: "LOGIN_FAILED", retryable: true, status: 503 });
    const started = performance.now();
    await expect(client.me()).rejects.toMatchObject({ code: "LOGIN_FAILED", retryable: true, mayHaveExecuted: false });
    expect(performance.now() - started).toBeLessThan(90);
    expect(server.logins).toBe(1);
    server.login = () => undefined;
    await new Promise((resolve) => setTimeout(resolve, 250));
    await client.me();
    expect(server.logins).toBe(2);
  });

  it("Retry-After of a login is honoured", async () => {
    let first = true;
    const times: number[] = [];
    server.login = () => {
      times.push(performance.now());
      if (!first) return undefined;
      first = false;
      return { status: 429, body: {}, headers: { "retry-after": "1" } };
    };
    await connect().me();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("a login that is answered with HTML keeps the session store as it is and is no refusal", async () => {
    server.login = () => ({ status: 200, body: "<html>maintenance</html>" });
    const client = connect({ retry: { attempts: 0 } });
    await expect(client.me()).rejects.toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    server.login = () => undefined;
    await new Promise((resolve) => setTimeout(resolve, 220));
    await client.me();
  });

  it("the flight is cleared on failure: nothing hangs afterwards", async () => {
    server.login = () => ({ status: 302, body: "", headers: { location: "https://elsewhere.example/x" } });
    const client = connect();
    await expect(client.me()).rejects.toMatchObject({ code: "LOGIN_FAILED", retryable: false });
    expect(server.logins).toBe(1);
  });
});

describe("the login request", () => {
  it("carries no credential header, and is not retried as a call", async () => {
    await connect({ sessionToken: "over" }).me();
    const login = server.seen.find(({ operationName }) => operationName === "LoginWithUserKey");
    expect(login?.token).toBeUndefined();
    expect(login?.variables).toEqual({ userKeyId: 130, secret: userKey.secret });
  });

  it("shares a session through a store, and two accounts never mix", async () => {
    const sessionStore = memorySessionStore();
    await connect({ sessionStore }).me();
    await connect({ sessionStore }).me();
    expect(server.logins).toBe(1);
    await connect({ sessionStore, userKey: { id: 131, secret: userKey.secret } }).me();
    await connect({ sessionStore, userKey: { id: 130, secret: "another" } }).me();
    expect(server.logins).toBe(3);
  });

  it("a stored session that is over is not offered to the server twice", async () => {
    const sessionStore = memorySessionStore();
    await connect({ sessionStore }).me();
    const late = connect({ sessionStore });
    server.revokeAll();
    await late.me();
    expect(server.logins).toBe(2);
    await connect({ sessionStore }).me();
    expect(server.logins).toBe(2);
  });

  it("a client whose own session and the stored one are both over still gets through with one login", async () => {
    const sessionStore = memorySessionStore();
    const idle = connect({ sessionStore });
    await idle.me();
    server.revokeAll();
    await connect({ sessionStore }).me();
    server.revokeAll();
    await idle.me();
    expect(server.logins).toBe(3);
  });
});
