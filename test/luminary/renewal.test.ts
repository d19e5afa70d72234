import { describe, expect, test } from "vitest";
import { AuthenticationError, memorySessionStore, type SessionStore, type StoredSession } from "keylight";
import type { LuminaryClient, LuminaryOptions } from "keylight/luminary";
import type { FakeLuminaryOptions } from "keylight/testing";
import { transportName } from "../support/transport.ts";
import { startProcess } from "./process.ts";
import { browser, changeCache, countAt, failure, personOf, readCache, siteOf, temporaryDirectory, type Site } from "./support.ts";

interface LoggedIn extends Site {
  readonly client: LuminaryClient;
  readonly cacheDirectory: string;
  readonly stored: () => Partial<StoredSession>;
  /** Another client with the same file. */
  another(options?: LuminaryOptions): LuminaryClient;
}

async function loggedIn(fakeOptions: FakeLuminaryOptions = {}, options: LuminaryOptions = {}): Promise<LoggedIn> {
  const site = await siteOf(fakeOptions);
  const cacheDirectory = temporaryDirectory();
  const another = (more: LuminaryOptions = {}): LuminaryClient => personOf(site, { cacheDirectory, retry: { attempts: 0 }, ...options, ...more });
  const client = another();
  await client.login({ open: browser().open });
  return { ...site, client, cacheDirectory, another, stored: () => Object.values(readCache(cacheDirectory).sessions)[0] ?? {} };
}

const list = (client: LuminaryClient): Promise<unknown> => client.request("GET", "pipelines");
const past = new Date(Date.now() - 60_000).toISOString();

describe(`an access token over ${transportName}`, () => {
  test("that the server rejects is renewed once, and the new refresh token is stored", async () => {
    const { client, fake, stored, ...site } = await loggedIn();
    const before = stored();
    fake.expireAccessTokens();
    expect(await list(client)).toHaveLength(1);
    expect(fake.requests.slice(2).map(({ operationName, status }) => [operationName, status])).toEqual([["ListPipelines", 401], ["RefreshTokens", 200], ["ListPipelines", 200]]);
    expect(stored().refreshToken).not.toBe(before.refreshToken);
    expect(stored().token).not.toBe(before.token);
    expect(countAt({ fake, ...site }, "Authorize")).toBe(1);
  });

  test("that is over by the clock is renewed before it is sent", async () => {
    const { fake, another, cacheDirectory } = await loggedIn();
    changeCache(cacheDirectory, () => ({ obtainedAt: new Date(Date.now() - 3_600_000).toISOString(), expiresAt: past }));
    await list(another());
    expect(fake.requests.slice(2).map(({ operationName, status }) => [operationName, status])).toEqual([["RefreshTokens", 200], ["ListPipelines", 200]]);
  });

  test("that is past the half of its life is renewed behind the call, which goes out with it", async () => {
    const { fake, another, cacheDirectory, stored, ...site } = await loggedIn();
    const { token } = stored();
    changeCache(cacheDirectory, () => ({ obtainedAt: new Date(Date.now() - 3_600_000).toISOString(), expiresAt: new Date(Date.now() + 60_000).toISOString() }));
    const client = another();
    await list(client);
    await expect.poll(() => countAt({ fake, ...site }, "RefreshTokens")).toBe(1);
    expect(fake.requests.filter(({ operationName }) => operationName === "ListPipelines").map(({ headers, status }) => [headers["authorization"], status])).toEqual([[`Bearer ${String(token)}`, 200]]);
    await list(client);
    expect(countAt({ fake, ...site }, "RefreshTokens")).toBe(1);
  });

  test("of many calls that meet its end is renewed once", { timeout: 60_000 }, async () => {
    const { client, fake, ...site } = await loggedIn();
    await list(client);
    fake.expireAccessTokens();
    await Promise.all(Array.from({ length: 100 }, () => list(client)));
    expect([countAt({ fake, ...site }, "RefreshTokens"), countAt({ fake, ...site }, "Authorize")]).toEqual([1, 1]);
  });

  test("that a fresh renewal brought, and that is rejected too, ends the call", async () => {
    const { client, fake, ...site } = await loggedIn();
    fake.failNext([{ status: 401, path: "/rest/v0/pipelines" }, { status: 401, path: "/rest/v0/pipelines" }]);
    expect(await failure(list(client), AuthenticationError)).toMatchObject({ code: "SESSION_REJECTED_AFTER_LOGIN" });
    expect(countAt({ fake, ...site }, "RefreshTokens")).toBe(1);
  });

  test("whose refresh token stays good is renewed with it again and again", async () => {
    const { client, fake, stored, ...site } = await loggedIn({ refreshRotation: false });
    const { refreshToken } = stored();
    for (let count = 0; count < 3; count += 1) {
      fake.expireAccessTokens();
      await list(client);
    }
    expect(stored().refreshToken).toBe(refreshToken);
    expect(countAt({ fake, ...site }, "RefreshTokens")).toBe(3);
  });
});

describe("a refresh token that is no good any more", () => {
  test("needs a person: without one, every call says so, and the server is asked once", async () => {
    const { client, fake, cacheDirectory, ...site } = await loggedIn();
    fake.endLogins();
    fake.expireAccessTokens();
    for (let count = 0; count < 3; count += 1) {
      const error = await failure(list(client), AuthenticationError);
      expect(error).toMatchObject({ code: "INTERACTION_REQUIRED", retryable: false });
      expect(error.hint).toContain("login()");
    }
    expect(countAt({ fake, ...site }, "RefreshTokens")).toBe(1);
    expect(readCache(cacheDirectory).sessions).toEqual({});
  });

  test("leads to a new login where a person may be asked, and the call goes on", async () => {
    const person = browser();
    const site = await siteOf();
    const client = personOf(site, { interactive: true, auth: { ...site.auth, open: person.open } });
    await list(client);
    site.fake.endLogins();
    site.fake.expireAccessTokens();
    expect(await list(client)).toHaveLength(1);
    expect(person.addresses).toHaveLength(2);
  });

  test("after thirty days, too", async () => {
    const clock = { time: Date.now() };
    const { client, fake } = await loggedIn({ now: () => clock.time });
    clock.time += 31 * 86_400_000;
    fake.expireAccessTokens();
    expect(await failure(list(client), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
  });

  test("that was never given needs a person as soon as the token is over, and nothing is tried before", async () => {
    const site = await siteOf({ offlineAccess: false });
    const inner = memorySessionStore();
    let locks = 0;
    const sessionStore: SessionStore = {
      ...inner,
      // Half of the token's life is over.
      get: async (key) => {
        const session = await inner.get(key);
        return session && { ...session, obtainedAt: new Date(Date.now() - 3_600_000).toISOString(), expiresAt: new Date(Date.now() + 60_000).toISOString() };
      },
      withLock: (key, fn, options) => {
        locks += 1;
        return inner.withLock?.(key, fn, options) ?? fn();
      },
    };
    await personOf(site, { sessionStore }).login({ open: browser().open });
    const client = personOf(site, { sessionStore });
    for (let count = 0; count < 5; count += 1) await list(client);
    expect(locks).toBe(0);
    site.fake.expireAccessTokens();
    expect(await failure(list(client), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
    expect(countAt(site, "RefreshTokens")).toBe(0);
  });

  test("that another process has used, and stored what it brought, does no harm", async () => {
    const { client, fake, cacheDirectory, another, stored, ...site } = await loggedIn();
    await list(client);
    const other = another();
    fake.expireAccessTokens();
    await list(other);
    const { refreshToken } = stored();
    await list(client);
    expect(countAt({ fake, ...site }, "RefreshTokens")).toBe(1);
    expect(Object.values(readCache(cacheDirectory).sessions)[0]?.refreshToken).toBe(refreshToken);
  });
});

test("a refresh token that somebody else used at the same moment, without a lock, costs no login where the server forgives it", async () => {
  const site = await siteOf({ refreshReuse: "refused" });
  const { withLock: _, ...shared } = memorySessionStore();
  await personOf(site, { sessionStore: shared }).login({ open: browser().open });
  // Sees what was stored before the other one renewed it, until it gives that up.
  let stale: StoredSession | undefined;
  const late: SessionStore = {
    ...shared,
    get: async (key) => stale ?? shared.get(key),
    delete: (key, ifToken) => {
      stale = undefined;
      return shared.delete(key, ifToken);
    },
    set: async (key, session) => {
      await shared.set(key, session);
    },
  };
  const [one, other] = [personOf(site, { sessionStore: late }), personOf(site, { sessionStore: { ...shared, get: async (key) => (stale = await shared.get(key)) } })];
  await list(other);
  site.fake.expireAccessTokens();
  const before = stale;
  await list(other);
  stale = before;
  expect(await list(one)).toHaveLength(1);
  expect(site.fake.requests.filter(({ operationName }) => operationName === "RefreshTokens").map(({ status }) => status)).toEqual([200, 403]);
  expect(countAt(site, "Authorize")).toBe(1);
});

describe("trouble with a renewal", () => {
  test.each([
    ["429", { status: 429, headers: { "retry-after": "0" } }],
    ["500", { status: 500 }],
    ["503 with a web page", { status: 503 }],
    ["a broken connection", { drop: "before" as const }],
    ["a connection that breaks in the answer", { status: 200, body: { access_token: "x" }, drop: "body" as const }],
  ])("keeps the login, asks nobody, and is retryable: %s", async (_name, fault) => {
    const { client, fake, stored, ...site } = await loggedIn({}, { interactive: true });
    const { refreshToken } = stored();
    fake.expireAccessTokens();
    fake.failNext({ ...fault, path: "/oauth/token" });
    expect(await failure(list(client), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: true, mayHaveExecuted: false });
    expect(stored().refreshToken).toBe(refreshToken);
    await expect.poll(() => list(client).catch(() => undefined), { timeout: 5_000 }).toHaveLength(1);
    expect(countAt({ fake, ...site }, "Authorize")).toBe(1);
  });

  test("is tried again within the call, as retry says", async () => {
    const { client, fake, ...site } = await loggedIn({}, { retry: { attempts: 2 } });
    fake.expireAccessTokens();
    fake.failNext([{ status: 503, path: "/oauth/token" }, { status: 503, path: "/oauth/token" }]);
    expect(await list(client)).toHaveLength(1);
    expect(countAt({ fake, ...site }, "RefreshTokens")).toBe(3);
  });

  test("that is no answer at all is over after the client's timeout, however long the call would wait", async () => {
    const { client, fake, stored } = await loggedIn({}, { timeout: 300 });
    const { refreshToken } = stored();
    fake.expireAccessTokens();
    fake.failNext({ delay: 10_000, path: "/oauth/token" });
    expect(await failure(client.request("GET", "pipelines", { timeout: 5_000 }), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: true, cause: { code: "TIMEOUT" } });
    expect(stored().refreshToken).toBe(refreshToken);
  });

  test("that another try would meet again is told, and keeps the login", async () => {
    const { client, fake, stored } = await loggedIn();
    const { refreshToken } = stored();
    fake.expireAccessTokens();
    fake.failNext({ status: 401, body: { error: "invalid_client" }, path: "/oauth/token" });
    expect(await failure(list(client), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: false, serviceCode: "invalid_client" });
    expect(stored().refreshToken).toBe(refreshToken);
  });
});

test("a renewed session is stored before any call uses its access token", async () => {
  const site = await siteOf();
  const inner = memorySessionStore();
  const stored: string[] = [];
  const slow: SessionStore = {
    ...inner,
    async set(key, session) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await inner.set(key, session);
      stored.push(session.token);
    },
  };
  const client = personOf(site, { sessionStore: slow });
  await client.login({ open: browser().open });
  site.fake.expireAccessTokens();
  const early: string[] = [];
  let over = false;
  // New calls come all the while, as long as the store takes.
  const callers = Array.from({ length: 5 }, async () => {
    while (!over) await list(client);
  });
  const watch = setInterval(() => {
    for (const { headers, operationName } of site.fake.requests) {
      const token = headers["authorization"]?.replace("Bearer ", "");
      if (operationName === "ListPipelines" && token !== undefined && !stored.includes(token)) early.push("a token was used before it was stored");
    }
    if (stored.length === 2) over = true;
  }, 1);
  await Promise.all(callers);
  clearInterval(watch);
  expect(early).toEqual([]);
  expect(countAt(site, "RefreshTokens")).toBe(1);
});

test("four processes with one file renew an expired token once", { timeout: 60_000 }, async () => {
  const { fake, cacheDirectory, auth, domain, ...site } = await loggedIn();
  const { domain: authDomain, clientId, audience } = auth;
  const processes = Array.from({ length: 4 }, () => startProcess("calls", { domain, cacheDirectory, auth: { domain: authDomain, clientId, audience }, calls: 10 }));
  await Promise.all(processes.map(({ ready }) => ready));
  fake.expireAccessTokens();
  for (const { go } of processes) go();
  for (const { ended } of processes) expect(await ended).toMatchObject({ code: 0, stdout: "ready\nsucceeded 10\n", stderr: "" });
  expect(countAt({ fake, domain, auth, ...site }, "RefreshTokens")).toBe(1);
  expect(fake.requests.filter(({ status, operationName }) => operationName === "RefreshTokens" && status !== 200)).toEqual([]);
});
