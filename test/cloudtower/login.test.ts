import { describe, expect, test } from "vitest";
import { AuthenticationError, RateLimitError, Secret, TimeoutError } from "keylight";
import { canary } from "../oracle/oracle.ts";
import { bareServer, clientAt, defined, failure, fakeTower, json, lastAt, listeningTower, operationsAt, rootOf } from "./support.ts";

describe("a login", () => {
  test("happens by itself, once, and its token serves REST and GraphQL", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.post("get-vms");
    await client.apiKeys.create({ name: "a" });
    expect(operationsAt(fake)).toEqual(["login", "get-vms", "CreateApiKey"]);
  });

  test("sends what is documented, and nothing else", async () => {
    const fake = fakeTower();
    await rootOf(fake).login();
    const { headers, body, method, path } = lastAt(fake);
    expect({ method, path, body }).toEqual({ method: "POST", path: "/v2/api/login", body: { username: "root", password: fake.user.password, source: "LOCAL" } });
    expect(headers).not.toHaveProperty("authorization");
    expect(headers["content-type"]).toBe("application/json");
  });

  test("login() gives the token as a Secret, which others may use", async () => {
    const fake = fakeTower();
    const token = await rootOf(fake).login();
    expect(token).toBeInstanceOf(Secret);
    expect(String(token)).toBe("[redacted]");
    expect(await clientAt(fake.endpoint, { token }).post("get-vms")).toHaveLength(2);
  });

  test("two hundred first calls at once make one", async () => {
    const { fake, endpoint } = await listeningTower();
    const client = clientAt(endpoint, { login: fake.user });
    const calls = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? client.post("get-my-info") : client.request("{ authnStrategies { id } }")));
    await Promise.all([...calls, client.login(), client.login()]);
    expect(fake.logins).toHaveLength(1);
    expect(fake.requests).toHaveLength(201);
  });

  test.each([
    'quotes " and \\ backslashes',
    "line\nbreak\r\nand\ttab",
    "  spaces at both ends  ",
    "пароль 密码 🔑",
    "\u0000\u001f\u007f\u2028",
    "Bearer x",
    "null",
    "__proto__",
    "%2e%2e/${NAME}$(id)`id`",
    "x".repeat(20_000),
  ])("takes a password of any characters: %j", async (password) => {
    if (password.length >= 12) canary(password);
    const fake = fakeTower();
    const user = fake.createUser({ username: `any ${password.slice(0, 5)}`, password });
    await clientAt(fake.endpoint, { login: { username: user.username, password: new Secret(password) } }).post("get-my-info");
    expect(fake.logins).toEqual([expect.objectContaining({ outcome: "token" })]);
  });

  test("works where task_id is absent, and where each login gives a further token", async () => {
    const fake = fakeTower({ loginTaskId: "absent", secondLogin: "further" });
    const client = rootOf(fake);
    const [first, second] = [await client.login(), await client.login()];
    expect(first.reveal()).not.toBe(second.reveal());
    await client.post("get-vms");
    expect(lastAt(fake).headers["authorization"]).toBe(second.reveal());
  });

  test("is aborted for the caller who aborts, and goes on for the others", async () => {
    const fake = fakeTower();
    fake.failNext({ path: "/v2/api/login", delay: 50 });
    const client = rootOf(fake);
    const reason = new Error("enough");
    const controller = new AbortController();
    const impatient = client.post("get-vms", {}, { signal: controller.signal });
    const patient = client.post("get-vms");
    controller.abort(reason);
    expect(await failure(impatient, Error)).toBe(reason);
    expect(await patient).toHaveLength(2);
    expect(fake.logins).toHaveLength(1);
  });

  test("has one time for the look-up and itself together", async () => {
    let end: (at: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => (end = resolve));
    const server = await bareServer(({ path }, response) => {
      if (path === "/api/") setTimeout(() => { json(response, { data: { authnStrategies: [{ id: "c1", type: "LDAP" }] } }); }, 1500);
      else response.on("close", () => { end(performance.now()); });
    });
    const began = performance.now();
    const client = clientAt(server.endpoint, { timeout: 2000, login: { username: "ann", password: "password-of-ann", source: "LDAP" } });
    await failure(client.post("get-vms"), TimeoutError);
    expect((await ended) - began).toBeLessThan(3200);
  });

  test("that hangs ends with the call's timeout", async () => {
    const fake = fakeTower();
    fake.failNext({ path: "/v2/api/login", delay: 60_000 });
    await failure(rootOf(fake).post("get-vms", {}, { timeout: 60 }), TimeoutError);
  });
});

describe("where the password is looked up", () => {
  test("an LDAP user comes by the id of the server's LDAP strategy, asked for without a credential, once", async () => {
    const fake = fakeTower({ strategies: ["OIDC", "LDAP", "LDAP"] });
    const user = fake.createUser({ username: "ann", source: "LDAP" });
    const client = clientAt(fake.endpoint, { login: { username: user.username, password: user.password, source: "LDAP" } });
    await client.login();
    await client.login();
    expect(operationsAt(fake)).toEqual(["AuthnStrategies", "login", "login"]);
    expect(lastAt(fake).body).toMatchObject({ source: "AUTHN", auth_config_id: defined(fake.strategies[1]).id });
  });

  test("AUTHN looks it up too, and takes an id that is given without asking", async () => {
    const fake = fakeTower();
    const { username, password, authConfigId } = fake.createUser({ username: "ann", source: "AUTHN" });
    await clientAt(fake.endpoint, { login: { username, password, source: "AUTHN" } }).login();
    const id = defined(authConfigId);
    for (const source of [undefined, "AUTHN", "LDAP"] as const) {
      await clientAt(fake.endpoint, { login: { username, password, authConfigId: id, ...(source === undefined ? {} : { source }) } }).login();
    }
    expect(operationsAt(fake)).toEqual(["AuthnStrategies", "login", "login", "login", "login"]);
    for (const { body } of fake.requests.slice(1)) expect(body).toMatchObject({ source: "AUTHN", auth_config_id: id });
  });

  test.each([{ status: 400 }, { status: 200 }])("a server that knows no strategies, and says so with %j, gets LDAP as it is", async (document) => {
    const fake = fakeTower({ version: "2.9.0", errors: { document } });
    const user = fake.createUser({ username: "ann", source: "LDAP" });
    await clientAt(fake.endpoint, { login: { username: user.username, password: user.password, source: "LDAP" } }).login();
    expect(operationsAt(fake)).toEqual(["AuthnStrategies", "login"]);
    expect(lastAt(fake).body).toEqual({ username: "ann", password: user.password, source: "LDAP" });
  });

  test.each([
    ["wants a token for it", 200, { errors: [{ message: "no token", code: "LOAD_TOKEN_FAILED" }], data: null }],
    ["wants a token for it, with 401", 401, { message: "no token", status: 401, path: "/api" }],
    ["forbids it", 403, {}],
    ["has no such address", 404, { message: "Not found", status: 404, path: "/api" }],
    ["answers null", 200, { data: { authnStrategies: null } }],
  ])("so does one that %s", async (_what, status, body) => {
    const server = await bareServer(({ path }, response) => {
      if (path === "/api/") json(response, body, status);
      else json(response, path === "/v2/api/login" ? { data: { token: "token-of-a-bare-server" } } : []);
    });
    await clientAt(server.endpoint, { login: { username: "ann", password: "password-of-ann", source: "LDAP" } }).post("get-vms");
    expect(server.to("/v2/api/login").map(({ body: sent }) => sent)).toEqual([{ username: "ann", password: "password-of-ann", source: "LDAP" }]);
  });

  test.each([
    ["503", { status: 503 }],
    ["502 with a page", { status: 502, body: "<html></html>" }],
    ["500 with errors", { status: 500, body: { errors: [{ message: "it broke" }], data: null } }],
    ["429", { status: 429, headers: { "retry-after": "0" } }],
    ["a dropped connection", { drop: "before" }],
    ["a page of status 200", { status: 200, body: "<html></html>" }],
  ] as const)("of an outage nothing is concluded: after %s it is asked again", async (_what, fault) => {
    const fake = fakeTower();
    const user = fake.createUser({ username: "ann", source: "LDAP" });
    fake.failNext({ ...fault, operationName: "AuthnStrategies" });
    await clientAt(fake.endpoint, { login: { username: "ann", password: user.password, source: "LDAP" } }).login();
    expect(operationsAt(fake)).toEqual(["AuthnStrategies", "AuthnStrategies", "login"]);
    expect(fake.logins).toEqual([expect.objectContaining({ source: "AUTHN", outcome: "token" })]);
  });

  test("AUTHN without an id where the server has no LDAP strategy: no login is tried", async () => {
    const fake = fakeTower({ strategies: ["OIDC"] });
    const client = clientAt(fake.endpoint, { login: { username: "ann", password: "password-of-ann", source: "AUTHN" } });
    expect(await failure(client.post("get-vms"), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: false, hint: "Give login.authConfigId." });
    expect(fake.logins).toHaveLength(0);
  });

  test("an LDAP id is never a local user's: the same name in two places is two users", async () => {
    const fake = fakeTower();
    const ldap = fake.createUser({ username: "root", source: "LDAP" });
    const client = clientAt(fake.endpoint, { login: { username: "root", password: ldap.password, source: "LDAP" } });
    expect(await client.post("get-my-info")).toMatchObject({ id: ldap.id });
    expect(await rootOf(fake).post("get-my-info")).toMatchObject({ id: fake.user.id });
  });
});

describe("a busy server", () => {
  test("that answers a login with 429 and a long Retry-After is left alone for that long", async () => {
    const fake = fakeTower();
    fake.failNext({ path: "/v2/api/login", status: 429, headers: { "retry-after": "300" } });
    const client = rootOf(fake);
    const first = await failure(client.post("get-vms"), AuthenticationError);
    expect(first).toMatchObject({ code: "LOGIN_FAILED", retryable: true, status: 429 });
    const second = await failure(client.post("get-vms"), AuthenticationError);
    expect(second.retryAfterMs).toBeGreaterThan(200_000);
    expect(fake.requests).toHaveLength(1);
  });

  test("429 to a call is waited for", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    await client.login();
    fake.failNext([{ status: 429, headers: { "retry-after": "0" } }, { status: 429, headers: { "retry-after": "3600" } }]);
    expect((await failure(client.post("get-vms"), RateLimitError)).retryAfterMs).toBe(3_600_000);
  });
});
