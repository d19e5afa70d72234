import { describe, expect, test } from "vitest";
import { AuthenticationError } from "keylight";
import type { CloudTowerClient } from "keylight/cloudtower";
import { canary } from "../oracle/oracle.ts";
import { bareServer, clientAt, expectHidden, failure, fakeTower, json, openStore, rootOf } from "./support.ts";

/** Everything that may start a login. */
async function everyWayIn(client: CloudTowerClient): Promise<void> {
  const again = [() => client.post("get-vms"), () => client.login(), () => client.request("{ authnStrategies { id } }"), () => client.apiKeys.create({ name: "a" })];
  for (const call of [...again, ...again]) await failure(call(), AuthenticationError);
  await Promise.allSettled(again.map((call) => call()));
}

describe("a refused password is never tried again by itself, whoever asks and however often", () => {
  test.each([400, 401, 403, 404, 409, 418, 422, 423, 500, 501])("refused with status %i", async (status) => {
    const fake = fakeTower({ errors: { restLogin: { status } } });
    const client = clientAt(fake.endpoint, { login: { username: "root", password: canary("a-wrong-password") } });
    await everyWayIn(client);
    expect(fake.logins).toEqual([expect.objectContaining({ outcome: "USER_PASSWORD_INCORRECT" })]);
  });

  test.each([429, 502, 503, 504])("refused with %i, which only the text tells from an outage", async (status) => {
    const fake = fakeTower({ errors: { restLogin: { status } } });
    await everyWayIn(clientAt(fake.endpoint, { login: { username: "root", password: "a-wrong-password" } }));
    expect(fake.logins).toHaveLength(1);
  });

  test.each([502, 503])("refused with %i and a code of its own", async (status) => {
    const fake = fakeTower({ errors: { restLogin: { status, code: "USER_PASSWORD_INCORRECT", message: "no" } } });
    await everyWayIn(clientAt(fake.endpoint, { login: { username: "root", password: "a-wrong-password" } }));
    expect(fake.logins).toHaveLength(1);
  });

  test.each([401, 403])("refused with %i and nothing to read", async (status) => {
    const server = await bareServer((_seen, response) => {
      response.writeHead(status).end();
    });
    await everyWayIn(clientAt(server.endpoint, { login: { username: "root", password: "a-wrong-password" } }));
    expect(server.seen).toHaveLength(1);
  });

  test("an unknown user", async () => {
    const fake = fakeTower();
    await everyWayIn(clientAt(fake.endpoint, { login: { username: "nobody", password: "a-wrong-password" } }));
    expect(fake.logins).toEqual([expect.objectContaining({ outcome: "USER_NOT_FOUND" })]);
  });

  test("so that the account is not locked: the right password still opens it", async () => {
    const fake = fakeTower({ lockout: { failures: 2, forMs: 600_000 } });
    await everyWayIn(clientAt(fake.endpoint, { login: { username: "root", password: "a-wrong-password" } }));
    expect(await rootOf(fake).post("get-vms")).toHaveLength(2);
  });

  test("a locked account is one refusal too", async () => {
    const fake = fakeTower();
    fake.lockUser(fake.user.id);
    await everyWayIn(rootOf(fake));
    expect(fake.logins).toEqual([expect.objectContaining({ outcome: "LOGIN_FAILED" })]);
  });

  test("the error says what, with the server's text, its id of the request and a hint, and not the password it quotes", async () => {
    const password = canary('quoted "password" \u00e9 of tests');
    const server = await bareServer((_seen, response) => {
      json(response, { message: `USER_PASSWORD_INCORRECT: ${password} and ${JSON.stringify(password)}`, status: 400, path: "/login", stack: `at ${password}` }, 400, { "x-tower-request-id": "req-1" });
    });
    const error = await failure(clientAt(server.endpoint, { login: { username: "root", password } }).post("get-vms"), AuthenticationError);
    expect(error).toMatchObject({ code: "INVALID_CREDENTIALS", status: 400, requestId: "req-1", retryable: false, mayHaveExecuted: false });
    expect(error.message).toContain("USER_PASSWORD_INCORRECT");
    expect(error.hint).toContain("API key");
    expectHidden(error, [password]);
  });

  test("each caller gets an error of its own, with the facts of its own call", async () => {
    const fake = fakeTower();
    const client = clientAt(fake.endpoint, { login: { username: "root", password: "a-wrong-password" } });
    const errors = await Promise.all([failure(client.post("get-vms"), AuthenticationError), failure(client.post("get-hosts"), AuthenticationError)]);
    expect(errors.map(({ operationName }) => operationName)).toEqual(["POST get-vms", "POST get-hosts"]);
    expect(errors[0]).not.toBe(errors[1]);
  });
});

describe("an outage is no refusal", () => {
  test.each([
    ["502", { status: 502 }],
    ["503", { status: 503 }],
    ["504", { status: 504 }],
    ["500 with a page", { status: 500, body: "<html></html>" }],
    ["503 in the server's format", { status: 503, body: { message: "starting", status: 503, path: "/login" } }],
    ["429", { status: 429, headers: { "retry-after": "0" } }],
    ["a page of status 200", { status: 200, body: "<html></html>" }],
    ["a list", { status: 200, body: "[]" }],
    ["an empty answer", { status: 200, body: "" }],
    ["a dropped connection", { drop: "before" }],
    ["an answer that was lost", { drop: "after" }],
    ["a cut answer", { drop: "body" }],
  ] as const)("%s: the login is tried again", async (_what, fault) => {
    const fake = fakeTower();
    fake.failNext({ ...fault, path: "/v2/api/login" });
    expect(await rootOf(fake).post("get-vms")).toHaveLength(2);
    expect(fake.requests.filter(({ path }) => path === "/v2/api/login")).toHaveLength(2);
  });

  test("that lasts ends as LOGIN_FAILED, which is retryable, and a later call gets in", async () => {
    const fake = fakeTower();
    const client = rootOf(fake, { retry: { attempts: 0 } });
    fake.failNext({ status: 503, path: "/v2/api/login", headers: { "retry-after": "0" } });
    expect(await failure(client.post("get-vms"), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", retryable: true, status: 503 });
    expect(await client.post("get-vms")).toHaveLength(2);
  });
});

describe("a second factor", () => {
  test.each(["empty", "null"] as const)("a login that brings a token that is %s: INTERACTION_REQUIRED, and no further login", async (secondFactorLogin) => {
    const fake = fakeTower({ secondFactorLogin });
    const user = fake.createUser({ username: "careful", mfa: true });
    const client = clientAt(fake.endpoint, { login: user });
    const error = await failure(client.post("get-vms"), AuthenticationError);
    expect(error).toMatchObject({ code: "INTERACTION_REQUIRED", retryable: false, hint: expect.stringContaining("CLOUDTOWER_API_KEY") });
    await everyWayIn(client);
    expect(fake.logins).toEqual([expect.objectContaining({ outcome: "second-factor" })]);
  });

  test.each([
    [400, undefined],
    [401, "MFA_REQUIRED"],
    [403, undefined],
    [500, "NEED_MFA"],
  ])("a login that is refused with %s for its lack: the same", async (status, code) => {
    const fake = fakeTower({ errors: { secondFactor: { status, ...(code === undefined ? {} : { code, message: "no" }) } } });
    const client = clientAt(fake.endpoint, { login: fake.createUser({ username: "careful", mfa: "Sms" }) });
    expect(await failure(client.login(), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
    await everyWayIn(client);
    expect(fake.logins).toHaveLength(1);
  });

  test.each([{}, { data: null }, { data: {} }, { data: { token: 5 } }, { data: [] }, { task_id: "t1" }])("an answer of status 200 without a token, %j: the same", async (body) => {
    const server = await bareServer((_seen, response) => {
      json(response, body);
    });
    const client = clientAt(server.endpoint, { login: { username: "root", password: "password-of-root" } });
    expect(await failure(client.post("get-vms"), AuthenticationError)).toMatchObject({ code: "INTERACTION_REQUIRED" });
    await everyWayIn(client);
    expect(server.seen).toHaveLength(1);
  });

  test("a text that speaks of it beside a wrong password is a wrong password", async () => {
    const fake = fakeTower({ errors: { restLogin: { message: "USER_PASSWORD_INCORRECT: wrong password or second factor" } } });
    const client = clientAt(fake.endpoint, { login: { username: "root", password: "a-wrong-password" } });
    expect(await failure(client.login(), AuthenticationError)).toMatchObject({ code: "INVALID_CREDENTIALS" });
  });

  test("a token that no header can carry is never sent, nor kept, nor shown", async () => {
    const token = canary("token with\r\nx-evil: 1");
    const server = await bareServer((_seen, response) => {
      json(response, { data: { token } });
    });
    const { store, sessions } = openStore();
    const client = clientAt(server.endpoint, { login: { username: "root", password: "password-of-root" }, sessionStore: store, retry: { attempts: 0 } });
    expect(await failure(client.post("get-vms"), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED", cause: { code: "BAD_RESPONSE" } });
    expect(sessions.size).toBe(0);
    expect(server.to("/v2/api/login")).toHaveLength(server.seen.length);
  });
});
