import { describe, expect, test } from "vitest";
import { canary } from "../oracle/oracle.ts";
import { bearer, below, call, createClient, createClockedFake, day, form, minute, refresh, send, statusOf, xApiKey } from "./fake-lumoauth-support.ts";

describe("an access token", () => {
  test("is a bearer with the scopes of its login, for as long as it lives", async () => {
    const { fake, clock } = createClockedFake();
    const admin = fake.logIn();
    const plain = fake.logIn({ scopes: ["openid"] });
    expect([await statusOf(fake, bearer(admin.accessToken)), await statusOf(fake, xApiKey(admin.accessToken)), await statusOf(fake, bearer(plain.accessToken))]).toEqual([200, 401, 403]);
    clock.time += 60 * minute - 1;
    expect(await statusOf(fake, bearer(admin.accessToken))).toBe(200);
    clock.time += 1;
    expect(await statusOf(fake, bearer(admin.accessToken))).toBe(401);
  });

  test("is taken even where keys go in X-API-Key", async () => {
    const { fake } = createClockedFake({ keyHeaders: "x-api-key" });
    expect(await statusOf(fake, bearer(fake.logIn().accessToken))).toBe(200);
  });

  test("can be ended by the test, which leaves refresh tokens", async () => {
    const { fake } = createClockedFake();
    const { accessToken, refreshToken } = fake.logIn();
    fake.expireAccessTokens();
    expect(await statusOf(fake, bearer(accessToken))).toBe(401);
    const fresh = await refresh(fake, refreshToken);
    expect(await statusOf(fake, bearer(fresh.body.access_token))).toBe(200);
  });

  test("lives as long as its client or the option says", async () => {
    const { fake } = createClockedFake({ accessTokenLifetime: 2 * minute });
    expect((await refresh(fake, fake.logIn().refreshToken)).body.expires_in).toBe(120);
    await call(fake, `PUT /admin/clients/${fake.clientId}`, { accessTokenLifetime: 60 });
    expect((await refresh(fake, fake.logIn().refreshToken)).body.expires_in).toBe(60);
  });
});

describe("a refresh token", () => {
  test("is rotated by each use, and the old one is dead", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = fake.logIn();
    const { status, body, headers } = await refresh(fake, refreshToken);
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: expect.any(String),
      scope: "openid profile email offline_access admin",
    });
    expect(body.refresh_token).not.toBe(refreshToken);
    const again = await refresh(fake, refreshToken);
    expect([again.status, again.body]).toEqual([400, { error: "invalid_grant", error_description: "The refresh token is invalid or expired" }]);
    expect((await refresh(fake, body.refresh_token)).status).toBe(200);
  });

  test("lives 30 days from its last rotation", async () => {
    const { fake, clock } = createClockedFake();
    clock.time += 29 * day;
    const first = fake.logIn();
    clock.time += 30 * day - 1;
    const second = await refresh(fake, first.refreshToken);
    expect(second.status).toBe(200);
    clock.time += 30 * day;
    expect((await refresh(fake, second.body.refresh_token)).status).toBe(400);
  });

  test("gives fewer scopes where fewer are asked for, and never more", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = fake.logIn({ scopes: ["openid", "admin"] });
    expect((await refresh(fake, refreshToken, { scope: "profile" })).body.error).toBe("invalid_scope");
    const narrow = await refresh(fake, refreshToken, { scope: "openid" });
    expect([narrow.body.scope, await statusOf(fake, bearer(narrow.body.access_token))]).toEqual(["openid", 403]);
    expect((await refresh(fake, narrow.body.refresh_token)).body.scope).toBe("openid admin");
  });

  test("of another client is refused, and stays good", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = fake.logIn();
    const other = await createClient(fake, { isConfidential: false, grantTypes: ["refresh_token"] });
    expect((await refresh(fake, refreshToken, { client_id: other.clientId })).body.error).toBe("invalid_grant");
    expect((await refresh(fake, refreshToken)).status).toBe(200);
  });

  test("is revoked with all that came of it, and revoking says 200 to anything", async () => {
    const { fake } = createClockedFake();
    const { accessToken, refreshToken } = fake.logIn();
    const bystander = fake.logIn();
    const other = await createClient(fake, { isConfidential: false });
    const revoke = async (token: string, client_id = fake.clientId) => (await form(fake, "revoke", { token, client_id })).status;
    expect([await revoke("unknown"), await revoke(refreshToken, other.clientId), await revoke(accessToken, other.clientId)]).toEqual([200, 200, 200]);
    expect(await statusOf(fake, bearer(accessToken))).toBe(200);
    expect([await revoke(refreshToken), await statusOf(fake, bearer(accessToken)), (await refresh(fake, refreshToken)).status]).toEqual([200, 401, 400]);
    expect([await revoke(bystander.accessToken), await statusOf(fake, bearer(bystander.accessToken)), (await refresh(fake, bystander.refreshToken)).status]).toEqual([200, 401, 200]);
  });
});

describe("the token endpoint", () => {
  test.each([
    [{}, 400, "invalid_request"],
    [{ grant_type: "password" }, 400, "unsupported_grant_type"],
    [{ grant_type: "refresh_token" }, 400, "invalid_request"],
    [{ grant_type: "refresh_token", client_id: "nobody", refresh_token: "x" }, 401, "invalid_client"],
  ])("answers %j with %i %s", async (parameters, status, error) => {
    const { fake } = createClockedFake();
    const answer = await form(fake, "token", parameters);
    expect([answer.status, answer.body]).toEqual([status, { error, error_description: expect.any(String) }]);
  });

  test("takes forms only", async () => {
    const { fake } = createClockedFake();
    expect((await send(fake, below(fake, "POST /oauth/token"), {}, { grant_type: "refresh_token" })).body.error).toBe("invalid_request");
  });

  test("authenticates a confidential client by form or by Basic, in one way only", async () => {
    const { fake } = createClockedFake();
    const { clientId, secret } = await createClient(fake, { grantTypes: ["client_credentials", "refresh_token"], allowedScopes: ["admin:read"] });
    const basic = (id: string, password: string) => ({ authorization: `Basic ${btoa(`${id}:${password}`)}` });
    const grant_type = "client_credentials";
    const token = await form(fake, "token", { grant_type }, basic(clientId, encodeURIComponent(secret)));
    expect(token.body).toEqual({ access_token: expect.any(String), token_type: "Bearer", expires_in: 3600, scope: "admin:read" });
    expect(await statusOf(fake, bearer(canary(token.body.access_token)))).toBe(200);
    const answers = [
      await form(fake, "token", { grant_type, client_id: clientId, client_secret: secret }),
      await form(fake, "token", { grant_type, client_id: clientId, client_secret: secret }, basic(clientId, secret)),
      await form(fake, "token", { grant_type }, basic(clientId, "wrong")),
      await form(fake, "token", { grant_type }, basic(clientId, "%zz")),
      await form(fake, "token", { grant_type, client_id: clientId }),
      await form(fake, "token", { grant_type, client_id: fake.clientId }),
    ];
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
      [200, undefined],
      [400, "invalid_request"],
      [401, "invalid_client"],
      [401, "invalid_client"],
      [401, "invalid_client"],
      [400, "unauthorized_client"],
    ]);
  });

  test("gives a public client no token of its own", async () => {
    const { fake } = createClockedFake();
    const { clientId } = await createClient(fake, { isConfidential: false, grantTypes: ["client_credentials"] });
    expect((await form(fake, "token", { grant_type: "client_credentials", client_id: clientId })).status).toBe(401);
  });
});
