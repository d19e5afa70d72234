import { setupServer } from "msw/node";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { AuthenticationError, ClientClosedError, ConfigurationError, memorySessionStore } from "keylight";
import { CloudTowerClient, getDefaultClient, setDefaultClient, withClient } from "keylight/cloudtower";
import { createFakeCloudTower } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { bareServer, clientAt, expectHidden, failure, fakeTower, json, listeningTower, operationsAt, printed, rejection, rootOf, wrong } from "./support.ts";

afterEach(() => {
  setDefaultClient(undefined);
  vi.unstubAllEnvs();
});

describe("two Towers in one process", () => {
  test("share nothing: each gets its own token, also with the same user and password and one store", async () => {
    const towers = ["https://a.tower.example", "https://b.tower.example"].map((endpoint) => createFakeCloudTower({ endpoint }));
    const server = setupServer(...towers.flatMap(({ handlers }) => handlers));
    server.listen({ onUnhandledRequest: "error" });
    onTestFinished(() => server.close());
    const sessionStore = memorySessionStore();
    for (const tower of towers) tower.setPassword(tower.user.id, "the-same-password");
    const clients = towers.map((tower) => clientAt(tower.endpoint, { login: { username: "root", password: "the-same-password" }, sessionStore }));
    await Promise.all(clients.flatMap((client) => [client.post("get-vms"), client.apiKeys.create({ name: "a" })]));
    for (const tower of towers) {
      expect(tower.logins).toHaveLength(1);
      const tokens = new Set(tower.requests.map(({ headers }) => headers["authorization"]).filter((value) => value !== undefined));
      expect([...tokens]).toEqual([tower.issueToken()]);
    }
    const [first, second] = towers;
    first?.revokeTokens();
    await Promise.all(clients.map((client) => client.post("get-vms")));
    expect([first?.logins.length, second?.logins.length]).toEqual([2, 1]);
    await clients[0]?.close();
    expect(await clients[1]?.post("get-vms")).toHaveLength(2);
  });

  test("a refused login at one says nothing of the other", async () => {
    const [one, two] = [await listeningTower(), await listeningTower()];
    const wrongOne = clientAt(one.endpoint, { login: { username: "root", password: "a-wrong-password" } });
    await failure(wrongOne.post("get-vms"), AuthenticationError);
    expect(await clientAt(two.endpoint, { login: two.fake.user }).post("get-vms")).toHaveLength(2);
  });
});

describe("close()", () => {
  test("ends calls and the login in flight, and every later call", async () => {
    const fake = fakeTower();
    fake.failNext({ path: "/v2/api/login", delay: 60_000 });
    const client = rootOf(fake);
    const calls = [client.post("get-vms"), client.request("{ authnStrategies { id } }"), client.login(), client.apiKeys.create({ name: "a" })];
    const ends = calls.map((call) => failure(call, ClientClosedError));
    await expect.poll(() => fake.requests.length, { interval: 2, timeout: 5_000 }).toBe(1);
    await client.close();
    await Promise.all(ends);
    for (const call of [() => client.post("get-vms"), () => client.login(), () => client.version(), () => client.request("{ a }"), () => client.apiKeys.delete({ id: "c1" })]) {
      await failure(call(), ClientClosedError);
    }
    await client.close();
    expect(fake.requests).toHaveLength(1);
  });

  test("leaves no timer behind of a login that waits for a busy server", async () => {
    const fake = fakeTower();
    fake.failNext({ path: "/v2/api/login", status: 503, headers: { "retry-after": "20" } });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const quiet = { error: () => undefined, info: () => undefined, debug: () => undefined };
    let waits: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (waits = resolve));
    const client = rootOf(fake, { logLevel: "warn", logger: { ...quiet, warn: () => { waits(); } } });
    const end = failure(client.post("get-vms"), ClientClosedError);
    await waiting;
    // The login begins to wait in the turn in which it says so.
    await new Promise((resolve) => setImmediate(resolve));
    expect(vi.getTimerCount()).toBeGreaterThan(2);
    await client.close();
    await end;
    expect(vi.getTimerCount()).toBe(0);
    expect(fake.requests).toHaveLength(1);
  });

  test("is what `await using` does, and closes the connections", async () => {
    const { fake, endpoint } = await listeningTower();
    let kept: CloudTowerClient;
    {
      await using client = new CloudTowerClient({ endpoint, env: {}, login: fake.user });
      kept = client;
      await client.post("get-vms");
    }
    await failure(kept.post("get-vms"), ClientClosedError);
  });
});

describe("a default client", () => {
  test("is built from the environment at first use, and kept", async () => {
    const fake = fakeTower();
    vi.stubEnv("CLOUDTOWER_ENDPOINT", fake.endpoint);
    vi.stubEnv("CLOUDTOWER_API_KEY", fake.createApiKey().key);
    const client = getDefaultClient();
    expect(await client.post("get-vms")).toHaveLength(2);
    expect(getDefaultClient()).toBe(client);
    await client.close();
  });

  test("says what is missing", () => {
    vi.stubEnv("CLOUDTOWER_ENDPOINT", "");
    expect(() => getDefaultClient()).toThrow(ConfigurationError);
  });

  test("is the one that was set, and another one inside withClient, across awaits", async () => {
    const [whole, inside] = [clientAt("whole.example"), clientAt("inside.example")];
    setDefaultClient(whole);
    const seen = await withClient(inside, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return getDefaultClient();
    });
    expect(seen).toBe(inside);
    expect(getDefaultClient()).toBe(whole);
  });

  test.each([null, {}, "client", { apiKeys: {} }])("%j is none", (nobody) => {
    expect(() => { setDefaultClient(wrong(nobody)); }).toThrow(ConfigurationError);
    expect(() => withClient(wrong(nobody), () => 1)).toThrow(ConfigurationError);
  });
});

describe("no secret shows", () => {
  test("in a client, however it is printed", () => {
    const secrets = [canary("printed-key-of-tests"), canary("printed-token-of-tests"), canary("printed-password-of-tests")];
    const [apiKey = "", token = "", password = ""] = secrets;
    for (const client of [clientAt("a.example", { apiKey }), clientAt("a.example", { token }), clientAt("a.example", { login: { username: "root", password } })]) {
      expectHidden(client, secrets);
      expect(printed(client)).toContain("a.example");
    }
  });

  test("in what errors repeat of a server that quotes all that it was sent, nor in the log", async () => {
    const password = canary('quoted \\ password of "tests"');
    const token = canary("quoted-token-of-tests");
    const lines: unknown[] = [];
    const note = (...given: unknown[]): void => void lines.push(given);
    const server = await bareServer(({ path, headers, body }, response) => {
      if (path === "/v2/api/login") {
        json(response, { data: { token } });
        return;
      }
      const quoted = `${headers.authorization ?? ""} ${JSON.stringify(body)} ${password} ${encodeURIComponent(password)} ${Buffer.from(token).toString("base64")}`;
      const inGraphql = { errors: [{ message: quoted, path: [quoted], code: quoted }], data: { a: quoted } };
      json(response, path === "/api/" ? inGraphql : { message: quoted, status: 400, path, code: quoted, props: { quoted } }, path === "/api/" ? 200 : 400, { "x-tower-request-id": quoted.replaceAll(/[^ -~]/g, "") });
    });
    const client = clientAt(server.endpoint, { login: { username: "root", password }, logLevel: "debug", logger: { error: note, warn: note, info: note, debug: note } });
    const errors = [
      await rejection(client.post("start-vm", { data: { password } })),
      await rejection(client.request("{ a }")),
      await rejection(client.apiKeys.delete({ key: canary("a-key-that-is-quoted") })),
      await rejection(client.post(`get-thing/${encodeURIComponent(token)}`)),
    ];
    for (const error of errors) expectHidden(error, [password, token, "a-key-that-is-quoted"]);
    expectHidden(lines, [password, token]);
    expect(lines.length).toBeGreaterThan(3);
  });

  test("in the result of a creation, until it is revealed", async () => {
    const fake = fakeTower();
    const made = await rootOf(fake).apiKeys.create({ name: "a" });
    expectHidden(made, [made.key.reveal()]);
    expect(JSON.parse(JSON.stringify(made))).toMatchObject({ id: made.id, key: "[redacted]" });
    expect(operationsAt(fake)).toEqual(["login", "CreateApiKey"]);
  });
});
