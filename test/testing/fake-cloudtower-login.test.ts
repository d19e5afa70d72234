import { describe, expect, test } from "vitest";
import type { FakeCloudTower, FakeCloudTowerUser } from "keylight/testing";
import { anId, createClockedTower, failed, graphql, refusal, rest, start } from "./fake-cloudtower-support.ts";

const byName = ({ username, password, source }: FakeCloudTowerUser) => ({ username, password, source });
const logIn = (fake: FakeCloudTower, user = fake.user, changes: object = {}) => rest(fake, "login", { ...byName(user), ...changes });
const logInByGraphql = (fake: FakeCloudTower, user = fake.user, changes: object = {}) =>
  graphql(fake, "Login", { data: { ...byName(user), ...changes } });

describe("a REST login", () => {
  test("answers a token that is a signature over a bare id", async () => {
    const { fake } = createClockedTower();
    const { status, body, response } = await logIn(fake);
    expect([status, body]).toEqual([200, { task_id: null, data: { token: expect.any(String) } }]);
    const [header = "", payload = "", signature = ""] = String(body.data.token).split(".");
    expect(header).toBe("eyJhbGciOiJIUzI1NiJ9");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "HS256" });
    expect(Buffer.from(payload, "base64url").toString()).toMatch(anId);
    expect(Buffer.from(signature, "base64url")).toHaveLength(32);
    expect(response.headers.get("x-tower-request-id")).toMatch(anId);
    expect((await rest(fake, "get-my-info", undefined, body.data.token)).body.id).toBe(fake.user.id);
  });

  test("leaves task_id out with loginTaskId: absent", async () => {
    const { fake } = createClockedTower({ loginTaskId: "absent" });
    expect((await logIn(fake)).body).toEqual({ data: { token: expect.any(String) } });
  });

  test.each([undefined, null, "LOCAL"])("takes %s for a local user's source", async (source) => {
    const { fake } = createClockedTower();
    expect((await logIn(fake, fake.user, { source, auth_config_id: null, mfa_type: null })).status).toBe(200);
  });

  test("gives one user the same token each time, by either API, and another user another one", async () => {
    const { fake, clock } = createClockedTower();
    const { token } = (await logIn(fake)).body.data;
    clock.time += 365 * 24 * 3_600_000;
    expect((await logIn(fake)).body.data.token).toBe(token);
    expect((await logInByGraphql(fake)).body.data.login.token).toBe(token);
    expect(fake.issueToken()).toBe(token);
    expect((await logIn(fake, fake.createUser())).body.data.token).not.toBe(token);
  });

  test("gives a further token beside the first with secondLogin: further", async () => {
    const { fake } = createClockedTower({ secondLogin: "further" });
    const tokens = [(await logIn(fake)).body.data.token, (await logIn(fake)).body.data.token];
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect((await rest(fake, "get-vms", {}, token)).status).toBe(200);
  });

  test("gives a new token after the old one was revoked", async () => {
    const { fake } = createClockedTower();
    const { token } = (await logIn(fake)).body.data;
    fake.revokeTokens();
    expect((await logIn(fake)).body.data.token).not.toBe(token);
  });
});

describe("a login that is refused", () => {
  test.each([
    ["a wrong password", { password: "wrong" }, "USER_PASSWORD_INCORRECT"],
    ["an unknown user", { username: "nobody" }, "USER_NOT_FOUND"],
    ["a user of another source", { source: "LDAP" }, "USER_NOT_FOUND"],
    ["a strategy that does not exist", { source: "AUTHN", auth_config_id: "none" }, "USER_NOT_FOUND"],
    ["no strategy", { source: "AUTHN" }, "USER_NOT_FOUND"],
  ])("says why: %s", async (_, changes, code) => {
    const { fake } = createClockedTower();
    const { status, body } = await logIn(fake, fake.user, changes);
    expect([status, body]).toEqual([400, refusal(400, "/login", expect.stringContaining(code))]);
    const byGraphql = await logInByGraphql(fake, fake.user, changes);
    expect([byGraphql.status, byGraphql.body]).toEqual([200, failed(code, expect.stringContaining(code))]);
  });

  test("can be a 500 with a code", async () => {
    const { fake } = createClockedTower({ errors: { restLogin: { status: 500, code: "USER_PASSWORD_INCORRECT" } } });
    const { status, body } = await logIn(fake, fake.user, { password: "wrong" });
    expect([status, body]).toEqual([500, refusal(500, "/login", expect.any(String), { code: "USER_PASSWORD_INCORRECT" })]);
  });

  test("can have another form by GraphQL", async () => {
    const { fake } = createClockedTower({ errors: { graphqlLogin: { status: 401, code: 1, message: "no" } } });
    const { status, body } = await logInByGraphql(fake, fake.user, { password: "wrong" });
    expect([status, body]).toEqual([401, failed(1, "no")]);
  });

  test("is counted, with all others", async () => {
    const { fake, clock } = createClockedTower();
    const mfa = fake.createUser({ username: "careful", mfa: true });
    await logIn(fake);
    clock.time += 5;
    await logInByGraphql(fake, fake.user, { password: "wrong" });
    await logIn(fake, fake.user, { username: "nobody", source: null });
    await logIn(fake, mfa);
    expect(fake.logins).toEqual([
      { username: "root", source: "LOCAL", api: "rest", outcome: "token", at: start },
      { username: "root", source: "LOCAL", api: "graphql", outcome: "USER_PASSWORD_INCORRECT", at: start + 5 },
      { username: "nobody", source: "LOCAL", api: "rest", outcome: "USER_NOT_FOUND", at: start + 5 },
      { username: "careful", source: "LOCAL", api: "rest", outcome: "second-factor", at: start + 5 },
    ]);
  });
});

describe("a lock-out", () => {
  const fail = async (fake: FakeCloudTower, times: number) => {
    for (let index = 0; index < times; index += 1) {
      await (index % 2 === 0 ? logIn : logInByGraphql)(fake, fake.user, { password: "wrong" });
    }
  };

  test("comes after five wrong passwords in a row, by either API, and refuses the right one", async () => {
    const { fake } = createClockedTower();
    const token = fake.issueToken();
    await fail(fake, 5);
    const { status, body } = await logIn(fake);
    expect([status, body]).toEqual([400, refusal(400, "/login", expect.stringContaining("LOGIN_FAILED"))]);
    expect((await logInByGraphql(fake)).body).toEqual(failed("LOGIN_FAILED", expect.any(String)));
    expect((await rest(fake, "get-vms", {}, token)).status).toBe(200);
    expect((await logIn(fake, fake.createUser())).status).toBe(200);
  });

  test("does not come where a good login was in between", async () => {
    const { fake } = createClockedTower();
    await fail(fake, 4);
    expect((await logIn(fake)).status).toBe(200);
    await fail(fake, 4);
    expect((await logIn(fake)).status).toBe(200);
  });

  test("ends by itself, or by hand", async () => {
    const { fake, clock } = createClockedTower({ lockout: { failures: 2, forMs: 1000 } });
    await fail(fake, 2);
    clock.time += 999;
    expect((await logIn(fake)).status).toBe(400);
    clock.time += 1;
    expect((await logIn(fake)).status).toBe(200);
    fake.lockUser(fake.user.id);
    clock.time += 365 * 24 * 3_600_000;
    expect((await logIn(fake)).status).toBe(400);
    fake.unlockUser(fake.user.id);
    expect((await logIn(fake)).status).toBe(200);
  });

  test("never comes with lockout: false", async () => {
    const { fake } = createClockedTower({ lockout: false });
    await fail(fake, 50);
    expect((await logIn(fake)).status).toBe(200);
  });
});

describe("a user with a second factor", () => {
  test("gets no token by REST", async () => {
    const { fake } = createClockedTower();
    const { status, body } = await logIn(fake, fake.createUser({ mfa: true }));
    expect([status, body]).toEqual([400, refusal(400, "/login", expect.stringContaining("second factor"))]);
  });

  test.each([
    ["empty", ""],
    ["null", null],
  ] as const)("gets a 200 by REST whose token is %s, with that as secondFactorLogin", async (secondFactorLogin, token) => {
    const { fake } = createClockedTower({ secondFactorLogin });
    const { status, body } = await logIn(fake, fake.createUser({ mfa: true }));
    expect([status, body]).toEqual([200, { task_id: null, data: { token } }]);
  });

  test.each([
    [true, undefined, "Mail"],
    ["Sms", undefined, "Sms"],
    ["Sms", "Mail", "Mail"],
  ] as const)("with mfa %s who asks for %s is sent a code by %s, as GraphQL says", async (mfa, mfa_type, type) => {
    const { fake } = createClockedTower();
    const user = fake.createUser({ mfa });
    const { status, body } = await logInByGraphql(fake, user, { mfa_type });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        login: {
          token: null,
          uid: user.id,
          need_mfa: true,
          mfa_meta: { recipient: expect.any(String), mid: expect.stringMatching(anId), type, valid: true },
        },
      },
    });
  });

  test("is refused for a wrong password like any other", async () => {
    const { fake } = createClockedTower();
    expect((await logIn(fake, fake.createUser({ mfa: true }), { password: "wrong" })).body.message).toContain("USER_PASSWORD_INCORRECT");
  });

  test("has a token that was issued by hand, which makes a key", async () => {
    const { fake } = createClockedTower();
    const user = fake.createUser({ role: "ADMIN", mfa: true });
    const { body } = await graphql(fake, "CreateApiKey", { name: "ci" }, fake.issueToken(user.id));
    expect((await rest(fake, "get-my-info", undefined, body.data.createApiKey.key)).body.id).toBe(user.id);
  });
});

test("a GraphQL login without a second factor answers null for all but the token", async () => {
  const { fake } = createClockedTower();
  const { body } = await logInByGraphql(fake);
  expect(body).toEqual({ data: { login: { token: fake.issueToken(), uid: null, need_mfa: null, mfa_meta: null } } });
});

describe("a user who is not local", () => {
  test("logs in by the strategy that authnStrategies tells, without a credential", async () => {
    const { fake } = createClockedTower({ strategies: ["OIDC", "LDAP"] });
    const { body } = await graphql(fake, "AuthnStrategies");
    expect(body).toEqual({ data: { authnStrategies: fake.strategies } });
    expect(fake.strategies.map(({ type }) => type)).toEqual(["OIDC", "LDAP"]);
    const ldap = fake.createUser({ source: "LDAP" });
    expect(ldap.authConfigId).toBe(fake.strategies[1]?.id);
    const auth_config_id = ldap.authConfigId;
    expect((await logIn(fake, ldap, { source: "AUTHN", auth_config_id })).body.data.token).toBe(fake.issueToken(ldap.id));
    expect((await logIn(fake, ldap, { source: "AUTHN", auth_config_id: fake.strategies[0]?.id })).status).toBe(400);
    expect((await logIn(fake, ldap)).status).toBe(200);
  });

  test("has the first strategy, or the one that is asked for", () => {
    const { fake } = createClockedTower({ strategies: ["OIDC", "SAML"] });
    const [oidc, saml] = fake.strategies;
    expect(fake.createUser({ source: "AUTHN" }).authConfigId).toBe(oidc?.id);
    expect(fake.createUser({ source: "AUTHN", authConfigId: String(saml?.id) }).authConfigId).toBe(saml?.id);
    expect(fake.createUser({ source: "LDAP" }).authConfigId).toBeUndefined();
    expect(() => fake.createUser({ source: "AUTHN", authConfigId: "none" })).toThrow("no login strategy none");
  });

  test("with single sign-on cannot log in by a password", async () => {
    const { fake } = createClockedTower();
    const user = fake.createUser({ source: "SSO" });
    expect((await logIn(fake, user)).body.message).toContain("LOGIN_FAILED");
  });

  test("may have a local user's name, but no other of the same source may", () => {
    const { fake } = createClockedTower();
    expect(fake.createUser({ username: "root", source: "LDAP" }).id).not.toBe(fake.user.id);
    expect(() => fake.createUser({ username: "root" })).toThrow("There is a user root");
  });
});

describe("a server before 3.0.0", () => {
  test("wants a source and knows no strategy", async () => {
    const { fake } = createClockedTower({ version: "2.9.0" });
    expect((await logIn(fake)).status).toBe(200);
    for (const source of [undefined, null, "OTHER"]) expect((await logIn(fake, fake.user, { source })).status).toBe(400);
    for (const member of ["auth_config_id", "mfa_type"]) {
      expect((await logIn(fake, fake.user, { [member]: null })).body.message).toContain(member);
    }
    const ldap = fake.createUser({ source: "LDAP" });
    expect((await logIn(fake, ldap)).status).toBe(200);
    const { status, body } = await graphql(fake, "AuthnStrategies");
    expect([status, body.errors[0].message]).toEqual([400, 'Cannot query field "authnStrategies" on type "Query".']);
  });
});
