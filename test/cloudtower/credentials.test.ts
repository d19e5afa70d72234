import { describe, expect, test, vi } from "vitest";
import { AuthenticationError, ConfigurationError, PermissionError, Secret } from "keylight";
import { CloudTowerClient, type CloudTowerOptions } from "keylight/cloudtower";
import { canary } from "../oracle/oracle.ts";
import { bareServer, clientAt, expectHidden, failure, fakeTower, json, lastAt, operationsAt, rejection, thrown, wrong } from "./support.ts";

const endpoint = "https://cloudtower.example";

describe("a credential goes out raw and whole in authorization, over REST and over GraphQL", () => {
  test("a key, a token, and the token of a login", async () => {
    const fake = fakeTower();
    const { key } = fake.createApiKey();
    const token = fake.issueToken();
    for (const [options, value] of [[{ apiKey: key }, key], [{ token }, token], [{ login: fake.user }, token]] as [CloudTowerOptions, string][]) {
      const client = clientAt(fake.endpoint, options);
      await client.post("get-my-info");
      expect(lastAt(fake).headers["authorization"]).toBe(value);
      await client.request("query Again { authnStrategies { id } }");
      expect(lastAt(fake).headers["authorization"]).toBe(value);
    }
  });

  test("a Secret, and text with white space around it", async () => {
    const fake = fakeTower();
    const { key } = fake.createApiKey();
    for (const apiKey of [new Secret(key), ` ${key}\n`]) expect(await clientAt(fake.endpoint, { apiKey }).post("get-vms")).toHaveLength(2);
  });

  test("no cookie goes out, though the server sets one", async () => {
    const server = await bareServer((_seen, response) => {
      json(response, [], 200, { "set-cookie": "connect.sid=s%3Aabc; Path=/; HttpOnly" });
    });
    const client = clientAt(server.endpoint, { token: "token-beside-cookies" });
    await client.post("get-vms");
    await client.post("get-vms");
    expect(server.seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });

  test("headers cannot set another one", () => {
    for (const name of ["Authorization", "AUTHORIZATION", "cookie", "x-api-key"]) {
      thrown(ConfigurationError, () => new CloudTowerClient({ endpoint, env: {}, headers: { [name]: "x" } }));
    }
  });
});

describe("the environment", () => {
  const env = { CLOUDTOWER_ENDPOINT: endpoint };

  test("gives a key, then a token, then a login", async () => {
    const fake = fakeTower();
    const { key } = fake.createApiKey();
    const token = fake.issueToken();
    const login = { CLOUDTOWER_USERNAME: fake.user.username, CLOUDTOWER_PASSWORD: fake.user.password };
    for (const [variables, value] of [
      [{ CLOUDTOWER_API_KEY: key, CLOUDTOWER_TOKEN: token, ...login }, key],
      [{ CLOUDTOWER_API_KEY: " ", CLOUDTOWER_TOKEN: token, ...login }, token],
      [login, token],
    ] as const) {
      const client = new CloudTowerClient({ env: { ...env, ...variables } });
      await client.post("get-my-info");
      expect(lastAt(fake).headers["authorization"]).toBe(value);
      await client.close();
    }
    expect(fake.logins).toHaveLength(1);
  });

  test("an option beats it wholly: not even CLOUDTOWER_SOURCE is taken from it", async () => {
    const fake = fakeTower();
    const variables = { CLOUDTOWER_API_KEY: "x y", CLOUDTOWER_TOKEN: "", CLOUDTOWER_USERNAME: "half of a login", CLOUDTOWER_SOURCE: "nonsense" };
    await clientAt(fake.endpoint, { login: fake.user, env: variables }).post("get-vms");
    await clientAt(fake.endpoint, { token: fake.issueToken(), env: variables }).post("get-vms");
    expect(fake.logins).toEqual([expect.objectContaining({ username: fake.user.username, source: "LOCAL" })]);
  });

  test("is read once, when the client is made", async () => {
    const fake = fakeTower();
    const variables: Record<string, string> = { CLOUDTOWER_ENDPOINT: fake.endpoint, CLOUDTOWER_API_KEY: fake.createApiKey().key };
    const client = new CloudTowerClient({ env: variables });
    variables["CLOUDTOWER_API_KEY"] = "another";
    expect(await client.post("get-vms")).toHaveLength(2);
    await client.close();
  });

  test.each([
    [{ CLOUDTOWER_USERNAME: "root" }, "CLOUDTOWER_PASSWORD"],
    [{ CLOUDTOWER_PASSWORD: "canary-in-a-variable" }, "CLOUDTOWER_USERNAME"],
    [{ CLOUDTOWER_API_KEY: "Bearer canary-in-a-variable" }, "CLOUDTOWER_API_KEY"],
    [{ CLOUDTOWER_TOKEN: "canary-in-a-variable\r\nx: y" }, "CLOUDTOWER_TOKEN"],
    [{ CLOUDTOWER_USERNAME: "root", CLOUDTOWER_PASSWORD: "canary-in-a-variable", CLOUDTOWER_SOURCE: "local" }, "CLOUDTOWER_SOURCE"],
  ])("%j is refused, naming the variable", (variables, name) => {
    const secret = canary("canary-in-a-variable");
    const error = thrown(ConfigurationError, () => new CloudTowerClient({ env: { ...env, ...variables } }));
    expect(error.message).toContain(name);
    expectHidden(error, [secret]);
  });

  test("process.env is what it is by default", () => {
    vi.stubEnv("CLOUDTOWER_ENDPOINT", "from-process.example");
    try {
      expect(new CloudTowerClient().endpoint).toBe("https://from-process.example/v2/api/");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("options that give no good credential are refused when the client is made", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ apiKey: "a", token: "b" }, "apiKey and token"],
    [{ apiKey: "a", login: { username: "root", password: "p" } }, "apiKey and login"],
    [{ token: () => "b", login: { username: "root", password: "p" } }, "token and login"],
    [{ apiKey: "" }, "apiKey"],
    [{ apiKey: null }, "apiKey"],
    [{ apiKey: 5 }, "apiKey"],
    [{ apiKey: "undefined" }, "apiKey"],
    [{ token: "bearer canary-in-an-option" }, "token"],
    [{ token: "canary-in-an-option\0" }, "token"],
    [{ token: "kanäry" }, "token"],
    [{ token: "x".repeat(4097) }, "token"],
    [{ login: null }, "login"],
    [{ login: "root:canary-in-an-option" }, "login"],
    [{ login: {} }, "login.username"],
    [{ login: { username: "root" } }, "login.password"],
    [{ login: { username: "root", password: "" } }, "login.password"],
    [{ login: { username: "root", password: 12345678 } }, "login.password"],
    [{ login: { username: ["root"], password: "canary-in-an-option" } }, "login.username"],
    [{ login: { username: "root", password: "canary-in-an-option", source: "canary-in-an-option" } }, "login.source"],
    [{ login: { username: "root", password: "canary-in-an-option", authConfigId: "" } }, "login.authConfigId"],
    [{ login: { username: "root", password: "canary-in-an-option", authConfigId: "c1", source: "LOCAL" } }, "login.authConfigId"],
  ])("%j", (options, named) => {
    const secret = canary("canary-in-an-option");
    const error = thrown(ConfigurationError, () => new CloudTowerClient(wrong({ endpoint, env: {}, ...options })));
    expect(error.message).toContain(named);
    expectHidden(error, [secret]);
  });

  test("what a prototype holds is no option", async () => {
    const fake = fakeTower();
    const options: CloudTowerOptions = Object.create({ apiKey: fake.createApiKey().key, manageKeysWithKey: true });
    Object.assign(options, { endpoint: fake.endpoint, env: {} });
    await failure(new CloudTowerClient(options).post("get-vms"), ConfigurationError);
    const withKey = new CloudTowerClient(Object.assign(options, { apiKey: "a-key-of-its-own" }));
    await failure(withKey.apiKeys.create({ name: "a" }), PermissionError);
    expect(fake.requests).toHaveLength(0);
  });

  test("options are read once: changing them later changes nothing", async () => {
    const fake = fakeTower();
    const login = { ...fake.user };
    const client = clientAt(fake.endpoint, { login });
    login.password = "another-password";
    expect(await client.post("get-vms")).toHaveLength(2);
  });

  test("without any, the first call that needs one says what would do, and nothing is sent", async () => {
    const fake = fakeTower();
    const client = clientAt(fake.endpoint);
    expect(await client.version()).toBe("4.8.1");
    for (const call of [() => client.post("get-vms"), () => client.apiKeys.create({ name: "a" }), () => client.request("{ authnStrategies { id } }"), () => client.login()]) {
      expect((await failure(call(), ConfigurationError)).hint).toMatch(/CLOUDTOWER_USERNAME|login/);
    }
    expect(operationsAt(fake)).toEqual(["get-version"]);
  });
});

describe("a key or token that is given", () => {
  test.each([
    [{ apiKey: "rejected-key-of-tests" }, "KEY_REJECTED"],
    [{ token: "rejected-token-of-tests" }, "SESSION_EXPIRED"],
  ] as const)("%j is sent once when it is refused, and nobody logs in", async (options, code) => {
    for (const secret of Object.values(options)) canary(secret);
    const fake = fakeTower();
    const client = clientAt(fake.endpoint, options);
    expect(await failure(client.post("get-vms"), AuthenticationError)).toMatchObject({ code, status: 401, requestId: expect.any(String), hint: expect.any(String) });
    expect(await failure(client.request('mutation { deleteApiKey(where: { id: "c1" }) { id } }'), AuthenticationError)).toMatchObject({ code, mayHaveExecuted: false });
    expect(fake.requests).toHaveLength(2);
    expect(fake.logins).toHaveLength(0);
  });

  test("a function is asked for each call, once more after a rejection, and a new value is sent once", async () => {
    const fake = fakeTower();
    const old = fake.createApiKey();
    const next = fake.createApiKey();
    const values = [old.key, next.key];
    const give = vi.fn(() => Promise.resolve(new Secret(values[0] ?? "")));
    const client = clientAt(fake.endpoint, { apiKey: give });
    await client.post("get-vms");
    fake.deleteApiKey(old.key);
    give.mockImplementationOnce(() => Promise.resolve(new Secret(old.key)));
    values.shift();
    expect(await client.post("get-vms")).toHaveLength(2);
    expect(give).toHaveBeenCalledTimes(3);
    expect(fake.requests.map(({ headers }) => headers["authorization"])).toEqual([old.key, old.key, next.key]);
  });

  test("a function that repeats itself costs one request, one that renews in vain costs two", async () => {
    const fake = fakeTower();
    await failure(clientAt(fake.endpoint, { token: () => "the-same-token" }).post("get-vms"), AuthenticationError);
    expect(fake.requests).toHaveLength(1);
    let turn = 0;
    await failure(clientAt(fake.endpoint, { token: () => `token-of-turn-${(turn += 1)}` }).post("get-vms"), AuthenticationError);
    expect(fake.requests).toHaveLength(3);
    expect(fake.logins).toHaveLength(0);
  });

  test("a function that throws gives its own error, one that gives no credential a ConfigurationError", async () => {
    const fake = fakeTower();
    const own = new Error("the vault is closed");
    expect(await rejection(clientAt(fake.endpoint, { token: () => Promise.reject(own) }).post("get-vms"))).toBe(own);
    await failure(clientAt(fake.endpoint, { token: () => "" }).post("get-vms"), ConfigurationError);
    expect(fake.requests).toHaveLength(0);
  });

  test("needs a login to log in: login() of such a client says so", async () => {
    for (const options of [{ apiKey: "a-key-alone" }, { token: "a-token-alone" }, {}]) {
      expect((await failure(clientAt(endpoint, options).login(), ConfigurationError)).hint).toContain("CLOUDTOWER_USERNAME");
    }
  });
});
