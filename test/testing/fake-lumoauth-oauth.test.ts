import * as oauth from "oauth4webapi";
import { describe, expect, test } from "vitest";
import type { FakeLumoAuth } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { bearer, below, call, createClient, createClockedFake, form, host, minute, send, statusOf } from "./fake-lumoauth-support.ts";

const redirect_uri = "http://127.0.0.1:51234/callback";

/** Hands what oauth4webapi sends to the fake. */
const through = (fake: FakeLumoAuth) => ({
  [oauth.customFetch]: async (url: string, { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown }) =>
    fake.handle(new Request(url, { method, headers, body: body instanceof URLSearchParams || typeof body === "string" ? body : null })),
});

async function discover(fake: FakeLumoAuth): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(host + fake.tenant.pathPrefix);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, through(fake)));
}

describe("oauth4webapi", () => {
  test("finds the endpoints below the issuer", async () => {
    const { fake } = createClockedFake();
    const base = host + fake.tenant.pathPrefix;
    expect(await discover(fake)).toMatchObject({
      issuer: base,
      authorization_endpoint: `${base}/oauth/authorize`,
      token_endpoint: `${base}/oauth/token`,
      device_authorization_endpoint: `${base}/oauth/device_authorization`,
      revocation_endpoint: `${base}/oauth/revoke`,
      registration_endpoint: `${base}/connect/register`,
      code_challenge_methods_supported: ["S256", "plain"],
    });
  });

  test("refuses the discovery document of another issuer", async () => {
    const { fake } = createClockedFake({ issuer: "https://other.example" });
    await expect(discover(fake)).rejects.toThrow(/issuer/);
  });

  test("logs in by authorization code and refreshes", async () => {
    const { fake } = createClockedFake();
    const [server, client] = [await discover(fake), { client_id: fake.clientId }];
    const verifier = canary(oauth.generateRandomCodeVerifier());
    const url = new URL(server.authorization_endpoint ?? "");
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const query = { response_type: "code", client_id: fake.clientId, redirect_uri, code_challenge, code_challenge_method: "S256", state: "s1", scope: "openid admin" };
    url.search = new URLSearchParams(query).toString();
    const response = await fake.handle(new Request(url));
    const location = new URL(response.headers.get("location") ?? "");
    expect([response.status, location.origin + location.pathname]).toEqual([302, redirect_uri]);
    const parameters = oauth.validateAuthResponse(server, client, location, "s1");
    const exchange = async () => oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirect_uri, verifier, through(fake));
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await exchange());
    expect(await statusOf(fake, bearer(canary(tokens.access_token)))).toBe(200);
    await expect(oauth.processAuthorizationCodeResponse(server, client, await exchange())).rejects.toMatchObject({ error: "invalid_grant" });

    const refreshed = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), canary(tokens.refresh_token ?? ""), through(fake));
    const second = await oauth.processRefreshTokenResponse(server, client, refreshed);
    expect(await statusOf(fake, bearer(canary(second.access_token)))).toBe(200);
  });

  test("logs in a device and revokes its token", async () => {
    const { fake } = createClockedFake();
    const [server, client] = [await discover(fake), { client_id: fake.clientId }];
    const begun = await oauth.deviceAuthorizationRequest(server, client, oauth.None(), { scope: "admin" }, through(fake));
    const { device_code, user_code } = await oauth.processDeviceAuthorizationResponse(server, client, begun);
    fake.approveDevice(user_code);
    const polled = await oauth.deviceCodeGrantRequest(server, client, oauth.None(), canary(device_code), through(fake));
    const { access_token } = await oauth.processDeviceCodeResponse(server, client, polled);
    expect(await statusOf(fake, bearer(canary(access_token)))).toBe(200);
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), access_token, through(fake)));
    expect(await statusOf(fake, bearer(access_token))).toBe(401);
  });

  test("registers a client, which then gets tokens", async () => {
    const { fake } = createClockedFake();
    const server = await discover(fake);
    const metadata = { redirect_uris: ["https://a.example/cb"], grant_types: ["client_credentials"], scope: "admin:read" };
    const options = { initialAccessToken: fake.createInitialAccessToken(), ...through(fake) };
    const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, metadata, options));
    const [secret = ""] = [client["client_secret"], client["registration_access_token"]].filter((one) => typeof one === "string").map(canary);
    const response = await oauth.clientCredentialsGrantRequest(server, client, oauth.ClientSecretBasic(secret), {}, through(fake));
    const { access_token } = await oauth.processClientCredentialsResponse(server, client, response);
    expect(await statusOf(fake, bearer(canary(access_token)))).toBe(200);
  });
});

describe("the authorization endpoint", () => {
  const plain = "v".repeat(43);
  const authorize = async (fake: FakeLumoAuth, changes: Record<string, string | undefined> = {}) => {
    const all = { response_type: "code", client_id: fake.clientId, redirect_uri, code_challenge: plain, ...changes };
    const query = new URLSearchParams(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    return send(fake, below(fake, `GET /oauth/authorize?${query.toString()}`));
  };
  const codeIn = ({ headers }: { headers: Headers }) => new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
  const redeem = async (fake: FakeLumoAuth, code: string, changes: Record<string, string> = {}) =>
    form(fake, "token", { grant_type: "authorization_code", code, redirect_uri, client_id: fake.clientId, code_verifier: plain, ...changes });

  test.each([
    [{ client_id: undefined }, 400, "invalid_request"],
    [{ client_id: "nobody" }, 401, "invalid_client"],
    [{ redirect_uri: undefined }, 400, "invalid_request"],
    [{ redirect_uri: "https://evil.example/callback" }, 400, "invalid_redirect_uri"],
    [{ redirect_uri: "http://127.0.0.1:1/other" }, 400, "invalid_redirect_uri"],
    [{ redirect_uri: "not a uri" }, 400, "invalid_redirect_uri"],
  ])("sends nobody anywhere with %j", async (changes, status, error) => {
    const { fake } = createClockedFake();
    const answer = await authorize(fake, changes);
    expect([answer.status, answer.body.error, answer.headers.get("location")]).toEqual([status, error, null]);
  });

  test.each([
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ code_challenge: undefined }, "invalid_request"],
    [{ code_challenge_method: "S512" }, "invalid_request"],
    [{ scope: "everything" }, "invalid_scope"],
  ])("sends the error and the state to the redirect URI with %j", async (changes, error) => {
    const { fake } = createClockedFake();
    const { status, headers } = await authorize(fake, { ...changes, state: "s1" });
    const { searchParams } = new URL(headers.get("location") ?? "");
    expect([status, searchParams.get("error"), searchParams.get("state"), searchParams.get("code")]).toEqual([302, error, "s1", null]);
  });

  test.each(["http://127.0.0.1/callback", "http://localhost:1/callback", "http://[::1]:65535/callback"])("takes the loopback address %s", async (uri) => {
    const { fake } = createClockedFake();
    expect(codeIn(await authorize(fake, { redirect_uri: uri }))).not.toBe("");
  });

  test("takes a challenge without a method for the verifier itself", async () => {
    const { fake } = createClockedFake();
    expect((await redeem(fake, codeIn(await authorize(fake)))).status).toBe(200);
    for (const changes of [{ code_verifier: "w".repeat(43) }, { code_verifier: "v" }, { redirect_uri: "http://127.0.0.1:1/callback" }]) {
      expect((await redeem(fake, codeIn(await authorize(fake)), changes)).body.error).toBe("invalid_grant");
    }
    const other = await createClient(fake, { isConfidential: false });
    expect((await redeem(fake, codeIn(await authorize(fake)), { client_id: other.clientId })).body.error).toBe("invalid_grant");
  });

  test("gives a code that lives 600 s", async () => {
    const { fake, clock } = createClockedFake();
    const code = codeIn(await authorize(fake));
    clock.time += 10 * minute;
    expect((await redeem(fake, code)).body.error).toBe("invalid_grant");
  });

  test("gives a code to one of two that redeem it at once", async () => {
    const { fake } = createClockedFake();
    const verifier = "x".repeat(43);
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const code = codeIn(await authorize(fake, { code_challenge, code_challenge_method: "S256" }));
    const answers = await Promise.all([redeem(fake, code, { code_verifier: verifier }), redeem(fake, code, { code_verifier: verifier })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test("lets a confidential client do without a challenge", async () => {
    const { fake } = createClockedFake();
    const { clientId, secret } = await createClient(fake);
    const uri = { redirect_uri: "https://a.example/cb" };
    const code = codeIn(await authorize(fake, { client_id: clientId, code_challenge: undefined, ...uri }));
    expect((await redeem(fake, code, { client_id: clientId, client_secret: secret, ...uri })).status).toBe(200);
  });

  test("lets the oldest user log in who may, or nobody", async () => {
    const { fake } = createClockedFake();
    const code = codeIn(await authorize(fake));
    await call(fake, `POST /admin/users/${fake.user.id}/block`);
    expect((await redeem(fake, code)).body.error).toBe("invalid_grant");
    const { headers } = await authorize(fake);
    expect(new URL(headers.get("location") ?? "").searchParams.get("error")).toBe("access_denied");
    const { data } = (await call(fake, "POST /admin/users", { email: "a@b.example" })).body;
    await redeem(fake, codeIn(await authorize(fake)));
    expect((await call(fake, `GET /admin/users/${data.id}`)).body.data.loginCount).toBe(1);
  });
});
