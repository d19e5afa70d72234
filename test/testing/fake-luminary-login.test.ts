import { describe, expect, test } from "vitest";
import type { FakeLuminaryOptions } from "keylight/testing";
import { authorization, authorize, claimsOf, createClockedFake, createPkce, day, getCode, logIn, login, minute, redirectUri, refresh, start, statusOf, token, withToken } from "./fake-luminary-support.ts";

const { challenge } = createPkce();

/** Asks to log in with a right request but for these parameters. */
function ask(parameters: Record<string, string | undefined> = {}, options: FakeLuminaryOptions = {}) {
  const { fake } = createClockedFake(options);
  return authorize(fake, { ...authorization(fake, challenge), ...parameters });
}

const invalidGrant = { error: "invalid_grant", error_description: expect.any(String) };

describe("/authorize", () => {
  test("sends a code and the same state to the redirect_uri", async () => {
    const { status, location, headers } = await ask();
    expect(status).toBe(302);
    expect(`${location?.origin ?? ""}${location?.pathname ?? ""}`).toBe(redirectUri);
    expect(Object.fromEntries(location?.searchParams ?? [])).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: "state-of-the-request" });
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test.each([10001, 9876, 22223, 5000])("may return to port %i", async (port) => {
    expect((await ask({ redirect_uri: `http://127.0.0.1:${String(port)}/callback` })).status).toBe(302);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ["a wrong client id", { client_id: "another" }],
    ["no client id", { client_id: undefined }],
    ["a foreign port", { redirect_uri: "http://127.0.0.1:10002/callback" }],
    ["no port", { redirect_uri: "http://127.0.0.1/callback" }],
    ["a port that is written otherwise", { redirect_uri: "http://127.0.0.1:09876/callback" }],
    ["a foreign path", { redirect_uri: "http://127.0.0.1:10001/other" }],
    ["a query", { redirect_uri: `${redirectUri}?a=b` }],
    ["a foreign host", { redirect_uri: "http://localhost:10001/callback" }],
    ["a host that begins like the right one", { redirect_uri: "http://127.0.0.1:10001@evil.example/callback" }],
    ["another scheme", { redirect_uri: "https://127.0.0.1:10001/callback" }],
    ["something that is no URL", { redirect_uri: "callback" }],
    ["no redirect_uri", { redirect_uri: undefined }],
    ["no challenge", { code_challenge: undefined }],
    ["an empty challenge", { code_challenge: "" }],
    ["no method", { code_challenge_method: undefined }],
    ["the method plain", { code_challenge_method: "plain" }],
    ["a challenge that is no hash", { code_challenge: "short" }],
    ["another audience", { audience: "https://elsewhere.example" }],
  ])("answers %s with an error page and no redirect", async (_, parameters) => {
    const { status, location, body, headers } = await ask(parameters);
    expect([status, location]).toEqual([400, undefined]);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    for (const value of Object.values(parameters)) if (value !== undefined && value !== "" && value !== "plain") expect(body).not.toContain(value);
  });

  test("answers a parameter that comes twice with an error page", async () => {
    const { fake } = createClockedFake();
    const twice = new URLSearchParams([...Object.entries(authorization(fake, challenge)), ["redirect_uri", redirectUri]]);
    expect((await fake.handle(new Request(`${login}/authorize?${twice.toString()}`))).status).toBe(400);
  });

  test("tells a program that asks for something else than a code", async () => {
    const { status, location } = await ask({ response_type: "token" });
    expect([status, location?.searchParams.get("error"), location?.searchParams.get("code")]).toEqual([302, "unsupported_response_type", null]);
  });

  test("answers only GET", async () => {
    const { fake } = createClockedFake();
    const response = await fake.handle(new Request(`${login}/authorize`, { method: "POST", body: "x" }));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });

  test("can have other ports and another path", async () => {
    const own = { redirect_uri: "http://127.0.0.1:4711/back" };
    expect((await ask(own, { redirectPorts: [4711], redirectPath: "/back" })).status).toBe(302);
    expect((await ask(own, { redirectPorts: "any", redirectPath: "/back" })).status).toBe(302);
    expect((await ask(own, { redirectPorts: "any" })).status).toBe(400);
  });

  test("can have another client and audience", async () => {
    const options = { clientId: "own", audience: "https://own.example" };
    expect((await ask({}, options)).status).toBe(302);
    expect((await ask({ client_id: "keylight-fake-client" }, options)).status).toBe(400);
  });
});

describe("the person", () => {
  test("denies where told so: an error with the same state", async () => {
    const { fake } = createClockedFake();
    fake.deny();
    const { status, location } = await authorize(fake, authorization(fake, challenge));
    expect(status).toBe(302);
    expect(Object.fromEntries(location?.searchParams ?? [])).toEqual({
      error: "access_denied",
      error_description: expect.any(String),
      state: "state-of-the-request",
    });
    expect((await authorize(fake, authorization(fake, challenge))).location?.searchParams.has("code")).toBe(true);
  });

  test("does as told one time after the other, and right requests only count", async () => {
    const { fake } = createClockedFake();
    fake.approve();
    fake.deny({ error: "server_error", description: "Broken <b>here</b> & now" });
    expect((await authorize(fake, {})).status).toBe(400);
    const first = await authorize(fake, authorization(fake, challenge));
    const second = await authorize(fake, authorization(fake, challenge));
    expect(first.location?.searchParams.has("code")).toBe(true);
    expect([second.location?.searchParams.get("error"), second.location?.searchParams.get("error_description")]).toEqual(["server_error", "Broken <b>here</b> & now"]);
  });

  test("may be an attacker's: a code or an error with a foreign state", async () => {
    const { fake } = createClockedFake();
    fake.approve({ state: "foreign" });
    fake.deny({ state: "foreign" });
    for (const name of ["code", "error"]) {
      const { location } = await authorize(fake, authorization(fake, challenge));
      expect([location?.searchParams.has(name), location?.searchParams.get("state")]).toEqual([true, "foreign"]);
    }
  });
});

describe.each(["json", "form"] as const)("/oauth/token, asked with %s", (format) => {
  test("exchanges a code for tokens", async () => {
    const { fake } = createClockedFake();
    const { status, body, headers } = await token(fake, await getCode(fake), format);
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.any(String),
      id_token: expect.any(String),
      scope: "openid profile email offline_access",
      expires_in: 86_400,
      token_type: "Bearer",
    });
    expect(claimsOf(body.access_token)).toMatchObject({ iss: `${login}/`, aud: [fake.auth.audience], iat: start / 1000, exp: (start + day) / 1000 });
    expect(await statusOf(fake, withToken(body.access_token))).toBe(200);
  });

  test("renews, with a new refresh token", async () => {
    const { fake } = createClockedFake();
    const { refreshToken, accessToken } = await logIn(fake);
    const { status, body } = await refresh(fake, refreshToken, format);
    expect([status, body.token_type]).toEqual([200, "Bearer"]);
    expect(body.refresh_token).toEqual(expect.any(String));
    expect(body.refresh_token).not.toBe(refreshToken);
    expect(body.access_token).not.toBe(accessToken);
  });

  test.each<[string, object, number, string]>([
    ["an unknown client", { client_id: "another" }, 401, "invalid_client"],
    ["no client", { client_id: undefined }, 401, "invalid_client"],
    ["an unknown grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["device codes, which the vendor has not,", { grant_type: "urn:ietf:params:oauth:grant-type:device_code" }, 400, "unsupported_grant_type"],
    ["a code without its verifier", { grant_type: "authorization_code", code: "c", redirect_uri: redirectUri }, 400, "invalid_request"],
    ["no refresh token", { grant_type: "refresh_token", refresh_token: "" }, 400, "invalid_request"],
  ])("refuses %s", async (_, parameters, status, error) => {
    const { fake } = createClockedFake();
    expect(await token(fake, { ...parameters }, format)).toMatchObject({ status, body: { error, error_description: expect.any(String) } });
  });
});

describe("/oauth/token", () => {
  test.each<[string, Record<string, string>]>([
    ["a wrong verifier", { code_verifier: createPkce().verifier }],
    ["another redirect_uri", { redirect_uri: "http://127.0.0.1:9876/callback" }],
    ["a code that nobody gave", { code: "made-up" }],
  ])("refuses %s", async (_, wrong) => {
    const { fake } = createClockedFake();
    expect(await token(fake, { ...(await getCode(fake)), ...wrong })).toMatchObject({ status: 403, body: invalidGrant });
  });

  test("takes a code once, and ends the login of one that comes twice", async () => {
    const { fake } = createClockedFake();
    const code = await getCode(fake);
    const first = await token(fake, code);
    expect(first.status).toBe(200);
    expect(await token(fake, code)).toMatchObject({ status: 403, body: invalidGrant });
    expect(await refresh(fake, first.body.refresh_token)).toMatchObject({ status: 403, body: invalidGrant });
  });

  test("takes a code once, also when it comes many times at once", async () => {
    const { fake } = createClockedFake();
    const code = await getCode(fake);
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await token(fake, code)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  test("takes no code after its time", async () => {
    const { fake, clock } = createClockedFake();
    const [early, late] = [await getCode(fake), await getCode(fake)];
    clock.time += 10 * minute - 1;
    expect((await token(fake, early)).status).toBe(200);
    clock.time += 1;
    expect((await token(fake, late)).status).toBe(403);
  });

  test("can refuse in another form", async () => {
    const { fake } = createClockedFake({ errors: { invalidGrant: { status: 400 } } });
    expect(await refresh(fake, "made-up")).toMatchObject({ status: 400, body: invalidGrant });
    const own = createClockedFake({ errors: { invalidGrant: { body: { error: "invalid_grant" } } } });
    expect(await refresh(own.fake, "made-up")).toMatchObject({ status: 403, body: { error: "invalid_grant" } });
  });

  test.each<[string, RequestInit]>([
    ["of another type", { headers: { "content-type": "text/plain" }, body: "grant_type=refresh_token" }],
    ["that is broken JSON", { headers: { "content-type": "application/json" }, body: "{" }],
    ["that is a JSON list", { headers: { "content-type": "application/json" }, body: "[]" }],
    ["with a parameter twice", { body: new URLSearchParams("client_id=keylight-fake-client&client_id=keylight-fake-client") }],
  ])("refuses a body %s", async (_, init) => {
    const { fake } = createClockedFake();
    const response = await fake.handle(new Request(`${login}/oauth/token`, { method: "POST", ...init }));
    expect([response.status, await response.json()]).toEqual([400, { error: "invalid_request", error_description: expect.any(String) }]);
  });

  test("answers only POST", async () => {
    const { fake } = createClockedFake();
    const response = await fake.handle(new Request(`${login}/oauth/token`));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

test.each([
  ["own.example", "https://own.example/"],
  ["127.0.0.1:9", "http://127.0.0.1:9/"],
  ["localhost:9", "http://localhost:9/"],
  ["[::1]:9", "http://[::1]:9/"],
])("tokens that come without a browser name %s as the server they would come from", (authDomain, iss) => {
  expect(claimsOf(createClockedFake({ authDomain }).fake.logIn().accessToken)).toMatchObject({ iss });
});

test("an identity token comes with the scope openid, and bears the nonce of the login only", async () => {
  const { fake } = createClockedFake();
  const { body, refreshToken } = await logIn(fake, { nonce: "n-once" });
  expect(claimsOf(body.id_token)).toMatchObject({ iss: `${login}/`, aud: fake.auth.clientId, nonce: "n-once", exp: (start + day) / 1000 });
  expect(claimsOf((await refresh(fake, refreshToken)).body.id_token)).not.toHaveProperty("nonce");
  expect((await logIn(fake, { scope: "offline_access" })).body).not.toHaveProperty("id_token");
});

test("a refresh token comes with the scope offline_access, unless the fake withholds it", async () => {
  const { fake } = createClockedFake();
  expect((await logIn(fake, { scope: "openid" })).body).not.toHaveProperty("refresh_token");
  expect((await logIn(fake, { scope: undefined })).body).toMatchObject({ scope: "" });
  const { body } = await logIn(createClockedFake({ offlineAccess: false }).fake);
  expect(body).not.toHaveProperty("refresh_token");
  expect(body.scope).toBe("openid profile email");
});
