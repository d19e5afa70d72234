import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client, memorySessionStore, type SessionStore } from "keylight";
import { createLog } from "../../../src/core/log.ts";
import { LoginGate } from "../../../src/core/session/login.ts";
import { TransportError } from "../../../src/errors/index.ts";
import { LumarServer, refused, unauthenticated } from "../../support/lumar-server.ts";

const hour = 3_600_000;
const userKey = { id: 130, secret: "user-key-secret-for-tests" };
let server: LumarServer;
let endpoint: string;
const clients: Client[] = [];

beforeEach(async () => {
  server = new LumarServer();
  endpoint = await server.start();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server.stop();
});

function connect(options: ConstructorParameters<typeof Client>[0] = {}): Client {
  const client = new Client({ endpoint, userKey, env: {}, ...options });
  clients.push(client);
  return client;
}

/** A store that holds a live session, made so long before its 30 days are over. */
function storeWith(left: number): SessionStore {
  server.live.add("token-from-before");
  const obtainedAt = new Date(Date.now() - (30 * 24 * hour - left)).toISOString();
  return { get: () => Promise.resolve({ token: "token-from-before", obtainedAt }), set: () => Promise.resolve(), delete: () => Promise.resolve() };
}

describe("the refresh before the end of a session", () => {
  it.each([
    ["an hour", 0, 0.9, 1.1],
    ["a day", 0.9999999, 23.9, 24.1],
    ["half way between", 0.5, 12.4, 12.6],
  ])("begins %s before it where the draw of this client says so", async (_name, draw, refreshed, left) => {
    vi.spyOn(Math, "random").mockReturnValue(draw);
    await connect({ sessionStore: storeWith(left * hour) }).me();
    expect(server.logins).toBe(0);
    await connect({ sessionStore: storeWith(refreshed * hour) }).me();
    await vi.waitFor(() => {
      expect(server.logins).toBe(1);
    });
  });
});

describe("a login that fails again and again", () => {
  it("is tried at intervals that grow to 30 s and no further", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
    const times: number[] = [];
    const gate = new LoginGate({
      login: () => (times.push(performance.now()), Promise.reject(new TransportError("busy", "headers", { retryable: true }))),
      timeout: 600_000,
      retryAttempts: 12,
      open: new Set(),
      log: createLog(undefined, "off", "logLevel"),
    });
    const failing = gate.logIn(false).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(590_000);
    expect(await failing).toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits).toHaveLength(12);
    waits.forEach((wait, index) => {
      const ceiling = Math.min(30_000, 200 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2 - 1);
      expect(wait).toBeLessThanOrEqual(ceiling + 1);
    });
    expect(Math.max(...waits)).toBeGreaterThanOrEqual(15_000);
  });

  it("that is answered with 401 is not taken for an ended session: one login, and no other until the window is over", async () => {
    server.login = () => ({ status: 401, body: unauthenticated });
    const client = connect();
    await expect(client.me()).rejects.toMatchObject({ code: "LOGIN_FAILED", status: 401, retryable: false });
    expect(server.logins).toBe(1);
  });
});

describe("a login that is out while the session is ended", () => {
  it("serves who waits for it, and is kept neither here nor in the store", async () => {
    const sessionStore = memorySessionStore();
    const saved = vi.spyOn(sessionStore, "set");
    server.delay = ({ operationName }) => (operationName === "LoginWithUserKey" ? 120 : 0);
    const client = connect({ sessionStore });
    const waiting = client.me();
    await vi.waitFor(() => {
      expect(server.logins).toBe(1);
    });
    await client.logout();
    await waiting;
    expect(saved).not.toHaveBeenCalled();
    await client.me();
    expect(server.logins).toBe(2);
  });
});

describe("what a store is given", () => {
  it("never an API key, nor a session token without a user key", async () => {
    const sessionStore = memorySessionStore();
    const given = [vi.spyOn(sessionStore, "set"), vi.spyOn(sessionStore, "get")];
    server.override = () => ({ status: 200, body: { data: { me: { id: "1", username: null } } } });
    await new Client({ endpoint, apiKey: "lmr_sa_1_an-api-key-for-tests", env: {}, sessionStore }).me();
    await new Client({ endpoint, sessionToken: "a-token-without-a-key", env: {}, sessionStore }).me();
    for (const calls of given) expect(calls).not.toHaveBeenCalled();
  });
});

describe("a refused key", () => {
  it("is tried no more, and another key of a derived client is", async () => {
    server.login = () => ({ status: 200, body: refused });
    const client = connect();
    await expect(client.me()).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    server.login = () => undefined;
    await expect(client.me()).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(server.logins).toBe(1);
    const other = client.with({ userKey: { id: 130, secret: "the-right-secret-of-the-key" } });
    clients.push(other);
    await other.me();
    expect(server.logins).toBe(2);
  });
});
