import { tracingChannel } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AuthenticationError, ClientClosedError, ConfigurationError, memorySessionStore, TimeoutError, type SessionStore } from "keylight";
import type { LuminaryLoginOptions } from "keylight/luminary";
import { asTerminal } from "../core/login/support.ts";
import { transportName } from "../support/transport.ts";
import { storableCanary } from "../oracle/oracle.ts";
import { browse, browser, clientOf, countAt, defined, failure, freePort, onlooker, personOf, readCache, rejection, siteOf, temporaryDirectory, wrong } from "./support.ts";

describe(`an interactive login over ${transportName}`, () => {
  test("leads from the address to a page that says so, and calls work then", async () => {
    const site = await siteOf();
    const { open, pages } = browser();
    const client = personOf(site);
    await client.login({ open });
    const page = await defined(pages[0]);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("You can close this window");
    expect(await client.request("GET", "pipelines")).toEqual([expect.objectContaining({ id: site.fake.pipeline.id })]);
    expect(site.fake.requests.map(({ operationName }) => operationName)).toEqual(["Authorize", "RedeemCode", "ListPipelines"]);
    expect(site.fake.requests.at(-1)?.headers["authorization"]).toMatch(/^Bearer ey/);
  });

  test("asks for all that the identity provider wants, with PKCE by S256 and a state", async () => {
    const site = await siteOf();
    const { open, addresses } = browser();
    await personOf(site).login({ open });
    const address = new URL(defined(addresses[0]));
    expect(address.pathname).toBe("/authorize");
    expect(Object.fromEntries(address.searchParams)).toEqual({
      response_type: "code",
      client_id: site.auth.clientId,
      audience: site.auth.audience,
      scope: "openid profile email offline_access",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/) as string,
    });
    const redeem = site.fake.requests.find(({ operationName }) => operationName === "RedeemCode");
    expect(redeem?.body).toMatchObject({ grant_type: "authorization_code", audience: site.auth.audience, code_verifier: expect.stringMatching(/^[\w-]{43}$/) as string });
    expect(redeem?.headers).not.toHaveProperty("authorization");
  });

  test("is stored in the file config, mode 0600, and the next client goes on with it, though nobody may be asked", async () => {
    const site = await siteOf();
    const cacheDirectory = temporaryDirectory();
    await personOf(site, { cacheDirectory }).login({ open: browser().open });
    const [session] = Object.values(readCache(cacheDirectory).sessions);
    for (const secret of [session?.token, session?.refreshToken]) storableCanary(defined(secret));
    expect(statSync(join(cacheDirectory, "config")).mode & 0o777).toBe(0o600);
    const next = personOf(site, { cacheDirectory });
    await next.request("GET", "pipelines");
    expect(countAt(site, "Authorize")).toBe(1);
  });

  test("is printed on standard error where that is a terminal, once, beside the browser that is opened", async () => {
    const said = asTerminal();
    const opened: string[] = [];
    vi.doMock("open", () => ({ default: (address: string) => Promise.resolve(opened.push(address)) }));
    onTestFinished(() => { vi.doUnmock("open"); });
    const site = await siteOf();
    const client = personOf(site, { interactive: true });
    const call = client.request("GET", "pipelines");
    const address = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+/.exec(said())?.[0];
    await expect.poll(address).toBeDefined();
    expect(said().match(/Interactive login required\./g)).toHaveLength(1);
    await expect.poll(() => opened).toEqual([address()]);
    await browse(address() ?? "");
    expect(await call).toHaveLength(1);
  });

  test("is asked for by the first call where interactive says so, outside the call's own time", async () => {
    const site = await siteOf();
    const { open, address } = onlooker();
    const client = personOf(site, { interactive: true, timeout: 300, auth: { ...site.auth, open } });
    const call = client.request("GET", "pipelines");
    const shown = await address;
    await new Promise((resolve) => setTimeout(resolve, 600));
    await browse(shown);
    expect(await call).toHaveLength(1);
  });

  test("of a hundred first calls is one", async () => {
    const site = await siteOf();
    const { open, addresses } = browser();
    const client = personOf(site, { interactive: true, auth: { ...site.auth, open } });
    await Promise.all(Array.from({ length: 100 }, () => client.request("GET", "pipelines")));
    expect(addresses).toHaveLength(1);
    expect([countAt(site, "Authorize"), countAt(site, "RedeemCode"), countAt(site, "ListPipelines")]).toEqual([1, 1, 100]);
  });

  test("is joined by calls that come while it runs, also where none may ask for one", async () => {
    const site = await siteOf();
    const { open, address } = onlooker();
    const client = personOf(site);
    const login = client.login({ open });
    const shown = await address;
    const calls = Array.from({ length: 5 }, () => client.request("GET", "pipelines"));
    const other = client.login({ open: () => { throw new Error("a second one was opened"); } });
    await browse(shown);
    await Promise.all([login, other, ...calls]);
    expect(countAt(site, "Authorize")).toBe(1);
  });
});

test("a call that was on its way to fail while somebody logged in goes on with that login", async () => {
  const site = await siteOf();
  const inner = memorySessionStore();
  const reads: (() => void)[] = [];
  // What is read is what was there before the login; the test says when it comes.
  const sessionStore: SessionStore = { ...inner, get: () => new Promise((resolve) => reads.push(() => { resolve(undefined); })) };
  const { open, addresses } = browser();
  const client = personOf(site, { sessionStore, interactive: true, auth: { ...site.auth, open } });
  const call = client.request("GET", "pipelines");
  await expect.poll(() => reads.length).toBe(1);
  reads[0]?.();
  await expect.poll(() => reads.length).toBe(2);
  await client.login();
  reads[1]?.();
  expect(await call).toHaveLength(1);
  expect(addresses).toHaveLength(1);
});

describe("a call that finds no login", () => {
  test("fails with INTERACTION_REQUIRED and says what to do, when nobody may be asked", async () => {
    const site = await siteOf();
    const error = await failure(personOf(site).request("GET", "pipelines"), AuthenticationError);
    expect(error).toMatchObject({ code: "INTERACTION_REQUIRED", retryable: false, mayHaveExecuted: false });
    expect(error.hint).toContain("LC_API_KEY");
    expect(error.hint).toContain("login()");
    expect(site.fake.requests).toEqual([]);
  });

  test("the same without any configuration of a login", async () => {
    const error = await failure(clientOf().request("GET", "pipelines"), AuthenticationError);
    expect(error).toMatchObject({ code: "INTERACTION_REQUIRED" });
  });

  test("is refused instead of hanging where there is no terminal and no open", async () => {
    const site = await siteOf();
    expect(process.stderr.isTTY).not.toBe(true);
    for (const work of [personOf(site).login(), personOf(site, { interactive: true }).request("GET", "pipelines")]) {
      const error = await failure(work, AuthenticationError);
      expect(error).toMatchObject({ code: "INTERACTION_REQUIRED" });
      expect(error.message).toContain("terminal");
    }
    expect(site.fake.requests).toEqual([]);
  });
});

describe("a login that is not configured", () => {
  test.each([
    [{}, ["auth.domain (or LC_AUTH_DOMAIN)", "auth.clientId (or LC_AUTH_CLIENT_ID)", "auth.audience (or LC_AUTH_SERVICE_ID)"]],
    [{ domain: "login.example.com", audience: "x" }, ["auth.clientId (or LC_AUTH_CLIENT_ID)"]],
    [{ clientId: "c", audience: "x" }, ["auth.domain (or LC_AUTH_DOMAIN)"]],
    [{ domain: "login.example.com", clientId: "c" }, ["auth.audience (or LC_AUTH_SERVICE_ID)"]],
  ])("with %j says what is missing before anything is opened", async (auth, names) => {
    let opened = 0;
    const open = (): void => void (opened += 1);
    const error = await failure(clientOf({ auth }).login({ open }), ConfigurationError);
    for (const name of names) expect(error.message).toContain(name);
    expect(() => clientOf({ auth, interactive: true })).toThrow(ConfigurationError);
    expect(opened).toBe(0);
  });

  test("takes all three from the environment", async () => {
    const site = await siteOf();
    const { domain, clientId, audience, ports } = site.auth;
    const env = { LC_DOMAIN: site.domain, LC_AUTH_DOMAIN: domain, LC_AUTH_CLIENT_ID: clientId, LC_AUTH_SERVICE_ID: audience };
    const client = clientOf({ env, auth: { ports: defined(ports) } });
    await client.login({ open: browser().open });
    expect(await client.request("GET", "pipelines")).toHaveLength(1);
  });

  test("mixes no option with the environment's names", async () => {
    const env = { LC_AUTH_DOMAIN: "login.example.com", LC_AUTH_CLIENT_ID: "c", LC_AUTH_SERVICE_ID: "x" };
    const error = await failure(clientOf({ env, auth: { domain: "other.example.com" } }).login({ open: () => undefined }), ConfigurationError);
    expect(error.message).toContain("auth.clientId");
  });

  test("refuses options that are none", async () => {
    const site = await siteOf();
    for (const options of ["x", null, { open: "firefox" }, { timeout: 0 }, { signal: "x" }]) await failure(personOf(site).login(wrong<LuminaryLoginOptions>(options)), ConfigurationError);
    expect(site.fake.requests).toEqual([]);
  });

  test("is no affair of a client with a key", async () => {
    await failure(clientOf({ apiKey: "a-key" }).login({ open: () => undefined }), ConfigurationError);
    await expect(clientOf({ apiKey: "a-key" }).logout()).resolves.toBeUndefined();
  });
});

describe("a login that the person denies", () => {
  test("fails with LOGIN_FAILED, for all who wait, each with an error of its own, and is not repeated by itself", async () => {
    const site = await siteOf();
    const { open, pages, addresses } = browser();
    const client = personOf(site, { interactive: true, auth: { ...site.auth, open } });
    site.fake.deny();
    const errors = await Promise.all([1, 2, 3].map(() => failure(client.request("GET", "pipelines"), AuthenticationError)));
    for (const error of errors) {
      expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: false, serviceCode: "access_denied" });
      expect(error.message).toContain("User did not authorize the request.");
    }
    expect(new Set(errors).size).toBe(3);
    expect(await (await defined(pages[0])).text()).toContain("not completed");
    expect(await failure(client.request("GET", "pipelines"), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED" });
    expect(addresses).toHaveLength(1);
    // Asked for by its own method, it runs again.
    await client.login();
    expect(await client.request("GET", "pipelines")).toHaveLength(1);
    expect(addresses).toHaveLength(2);
  });

  test.each(["login_required", "unauthorized", "server_error"])("with the error %s", async (error) => {
    const site = await siteOf();
    site.fake.deny({ error });
    expect(await failure(personOf(site).login({ open: browser().open }), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: error === "server_error" });
    expect(countAt(site, "RedeemCode")).toBe(0);
  });
});

test("subscribers of keylight:login are told of a login, and of one that failed, without a secret", async () => {
  const events: Record<string, unknown>[] = [];
  const ignore = (): void => undefined;
  const listeners = { start: ignore, end: ignore, asyncStart: ignore, error: ignore, asyncEnd: (event: object): void => void events.push({ ...event }) };
  const channel = tracingChannel<unknown, object>("keylight:login");
  channel.subscribe(listeners);
  onTestFinished(() => { channel.unsubscribe(listeners); });
  const site = await siteOf();
  const client = personOf(site);
  await client.login({ open: browser().open });
  site.fake.failNext({ status: 403, body: { error: "invalid_grant" }, path: "/oauth/token" });
  await failure(client.login({ open: browser().open }), AuthenticationError);
  expect(events).toMatchObject([{ attempt: 1, durationMs: expect.any(Number) as number }, { attempt: 1, status: 403, error: { code: "LOGIN_FAILED", serviceCode: "invalid_grant" } }]);
});

test("tokens that cannot be had for a code are told: the server's trouble as retryable", async () => {
  const site = await siteOf();
  const client = personOf(site);
  site.fake.failNext([{ status: 503, path: "/oauth/token" }, { status: 200, body: "<h1>login</h1>", path: "/oauth/token" }]);
  expect(await failure(client.login({ open: browser().open }), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: true, status: 503 });
  expect(await failure(client.login({ open: browser().open }), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", status: 200 });
  // Once each: a code can be used only once, and nobody else has come back with another.
  expect(countAt(site, "RedeemCode")).toBe(2);
});

describe("a login that nobody finishes", () => {
  test("ends when its time is over, and its port is free then", async () => {
    const site = await siteOf();
    const port = await freePort();
    const client = personOf(site, { auth: { ...site.auth, ports: [port], timeout: 150 } });
    const error = await failure(client.login({ open: () => undefined }), TimeoutError);
    expect(error.message).toContain("150 ms");
    await takes(port);
  });

  test("ends at once when its caller aborts, with the signal's reason, and its port is free then", async () => {
    const site = await siteOf();
    const port = await freePort();
    const { open, address } = onlooker();
    const abort = new AbortController();
    const login = rejection(personOf(site, { auth: { ...site.auth, ports: [port] } }).login({ open, signal: abort.signal }));
    await address;
    const reason = new Error("no more");
    abort.abort(reason);
    expect(await login).toBe(reason);
    await takes(port);
  });

  test("goes on for the others when one of them aborts, and ends when none is left", async () => {
    const site = await siteOf();
    const port = await freePort();
    const { open, address } = onlooker();
    const client = personOf(site, { auth: { ...site.auth, ports: [port] } });
    const [one, other] = [new AbortController(), new AbortController()];
    const first = rejection(client.login({ open, signal: one.signal }));
    const second = rejection(client.login({ signal: other.signal, open }));
    await address;
    one.abort();
    await first;
    expect((await fetch(`http://127.0.0.1:${port}/callback`)).status).toBe(400);
    other.abort();
    await second;
    await takes(port);
    // And a new one begins anew.
    await client.login({ open: browser().open });
  });

  test("ends when its client is closed", async () => {
    const site = await siteOf();
    const port = await freePort();
    const { open, address } = onlooker();
    const client = personOf(site, { auth: { ...site.auth, ports: [port] } });
    const login = failure(client.login({ open }), ClientClosedError);
    await address;
    await client.close();
    await login;
    await takes(port);
    await failure(client.login({ open }), ClientClosedError);
  });

  test("ends when somebody logs out", async () => {
    const site = await siteOf();
    const { open, address } = onlooker();
    const client = personOf(site);
    const login = failure(client.login({ open }), AuthenticationError);
    const shown = await address;
    await client.logout();
    expect(await login).toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    await expect(browse(shown)).rejects.toThrow();
  });
});

describe("the ports that a login may come back to", () => {
  test("are tried in their order", async () => {
    const site = await siteOf();
    const [taken, free] = [await occupied(), await freePort()];
    const { open, addresses } = browser();
    await personOf(site, { auth: { ...site.auth, ports: [taken, free] } }).login({ open });
    expect(new URL(defined(addresses[0])).searchParams.get("redirect_uri")).toBe(`http://127.0.0.1:${free}/callback`);
  });

  test("are named when all of them are busy, and nothing is opened", async () => {
    const site = await siteOf();
    const ports = [await occupied(), await occupied()];
    const { open, addresses } = browser();
    const error = await failure(personOf(site, { auth: { ...site.auth, ports } }).login({ open }), AuthenticationError);
    expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    for (const port of ports) expect(error.message).toContain(`${port} (EADDRINUSE)`);
    expect(addresses).toEqual([]);
  });

  test("and the path can be others", async () => {
    const site = await siteOf({ redirectPath: "/back/here" });
    await personOf(site, { auth: { ...site.auth, path: "/back/here" } }).login({ open: browser().open });
    expect(countAt(site, "RedeemCode")).toBe(1);
  });

  test.each([{ ports: [] }, { ports: [70_000] }, { ports: ["80"] }, { path: "callback" }, { path: "//evil.example" }, { path: "/a/../b" }, { timeout: 0 }, { scopes: ["a b"] }, { open: "firefox" }, { domain: "login.example.com/tenant" }, { clientId: "a b" }])(
    "are refused at once when wrong: %j",
    (auth) => {
      expect(() => clientOf({ auth: auth as never })).toThrow(ConfigurationError);
    },
  );
});

/** A port that somebody else has. */
async function occupied(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Nobody listens there any more. */
async function takes(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  await new Promise((resolve) => server.close(resolve));
}
