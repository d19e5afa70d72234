import { describe, expect, test } from "vitest";
import { AuthenticationError, ConfigurationError, PermissionError, ResponseFormatError, Secret, ValidationError } from "keylight";
import type { LumoAuthOptions, RegisteredClient } from "keylight/lumoauth";
import { canary } from "../oracle/oracle.ts";
import { adminOf, answering, bareServer, clientOf, credentialOf, defined, expectHidden, failure, fakeLumoAuth, key, printed, wrong, type Reply } from "./support.ts";

const metadata = { redirect_uris: ["https://a.example/callback"], client_name: "Web" };
const initial = canary("iat_an-initial-access-token");

/** Names the secrets of a registration as such, so that they must show nowhere. */
function kept(registered: RegisteredClient): RegisteredClient {
  for (const secret of [registered.client_secret, registered.registration_access_token]) if (secret !== undefined) canary(secret.reveal());
  return registered;
}

describe("a client is registered", () => {
  test("with the API key: what is shown once is a Secret, and the rest is as the server sent it", async () => {
    const fake = fakeLumoAuth();
    const registered = kept(await adminOf(fake).registerClient({ ...metadata, post_logout_redirect_uris: ["https://a.example/bye"] }));
    expect(registered).toMatchObject({
      client_id: expect.stringMatching(/^app_/),
      client_id_issued_at: expect.any(Number),
      client_secret: expect.any(Secret),
      client_secret_expires_at: 0,
      registration_access_token: expect.any(Secret),
      registration_client_uri: expect.stringContaining("/connect/register/"),
      redirect_uris: metadata.redirect_uris,
      post_logout_redirect_uris: ["https://a.example/bye"],
    });
    expectHidden(registered, [defined(registered.client_secret).reveal(), defined(registered.registration_access_token).reveal()]);
  });

  test.each<[string, LumoAuthOptions, string | Secret | undefined, [string, string][]]>([
    ["with the API key as Bearer", { apiKey: key }, undefined, [["authorization", `Bearer ${key}`]]],
    ["with the API key as X-API-Key", { apiKey: key, header: "x-api-key" }, undefined, [["x-api-key", key]]],
    ["with an initial access token, and no key", {}, initial, [["authorization", `Bearer ${initial}`]]],
    ["with an initial access token before the key", { apiKey: key }, new Secret(initial), [["authorization", `Bearer ${initial}`]]],
    ["with an initial access token as Bearer, wherever keys go", { apiKey: key, header: "x-api-key" }, ` ${initial}\n`, [["authorization", `Bearer ${initial}`]]],
    ["with nothing, where there is nothing", {}, undefined, []],
  ])("%s", async (_, options, initialAccessToken, credential) => {
    const { url, visits } = await bareServer(() => ({ status: 201, body: { client_id: "app_1" } }));
    const client = clientOf({ baseUrl: url, tenant: "acme", ...options });
    await client.registerClient(metadata, initialAccessToken === undefined ? {} : { initialAccessToken });
    expect(visits.map((visit) => [visit.method, visit.path, credentialOf(visit), visit.body])).toEqual([["POST", "/t/acme/api/v1/connect/register", credential, metadata]]);
  });

  test("the token of one call is not that of the next", async () => {
    const { client, visits } = await answering({ status: 201, body: { client_id: "app_1" } });
    await client.registerClient(metadata, { initialAccessToken: initial });
    await client.registerClient(metadata);
    expect(visits.map(credentialOf)).toEqual([[["authorization", `Bearer ${initial}`]], [["authorization", `Bearer ${key}`]]]);
  });

  test("at the fake with a token of the portal", async () => {
    const fake = fakeLumoAuth();
    const nobody = clientOf({ tenant: fake.tenant.slug });
    expect(kept(await nobody.registerClient(metadata, { initialAccessToken: canary(fake.createInitialAccessToken()) })).client_id).toMatch(/^app_/);
  });

  test("at the fake with nothing, where the tenant is open: a public client, which has no secret", async () => {
    const fake = fakeLumoAuth({ registration: "open", baseUrl: "https://eu.app.lumoauth.dev" });
    const nobody = clientOf({ baseUrl: "https://eu.app.lumoauth.dev", tenant: fake.tenant.slug });
    const registered = kept(await nobody.registerClient({ ...metadata, token_endpoint_auth_method: "none" }));
    expect("client_secret" in registered).toBe(false);
    expect(fake.requests.map(({ headers }) => headers["authorization"])).toEqual([undefined]);
  });

  test.each([null, "", undefined])("without a secret where the server says %j", async (client_secret) => {
    const { client } = await answering({ status: 201, body: { client_id: "app_1", client_secret, registration_access_token: null } });
    expect(Object.keys(await client.registerClient(metadata))).toEqual(["client_id"]);
  });
});

describe("a refusal", () => {
  const oauth = (status: number, error: string, error_description: string): Reply => ({ status, body: { error, error_description }, headers: status === 401 ? { "www-authenticate": "Bearer" } : {} });

  test("of redirects names them", async () => {
    const { client, visits } = await answering(oauth(400, "invalid_redirect_uri", "Redirect URIs must not contain fragments"));
    const error = await failure(client.registerClient({ redirect_uris: ["https://a.example/#x"] }), ValidationError);
    expect(error).toMatchObject({ status: 400, serviceCode: "invalid_redirect_uri", message: "Redirect URIs must not contain fragments", mayHaveExecuted: false });
    expect(error.issues).toEqual([{ path: "redirect_uris", message: "Redirect URIs must not contain fragments" }]);
    expect(visits).toHaveLength(1);
  });

  test.each(["invalid_client_metadata", "invalid_request"])("%s keeps its code", async (code) => {
    const { client } = await answering(oauth(400, code, "no"));
    expect(await failure(client.registerClient(metadata), ValidationError)).toMatchObject({ serviceCode: code, message: "no" });
  });

  test.each([
    ["registration_not_allowed", {}],
    ["access_denied", { errorShape: "code" }],
  ] as const)("of a tenant that allows none, %s, is told by its status", async (serviceCode, options) => {
    const fake = fakeLumoAuth({ registration: "off", ...options });
    expect(await failure(adminOf(fake).registerClient(metadata), PermissionError)).toMatchObject({ status: 403, serviceCode });
  });

  test("of a key without the scope for it is told", async () => {
    const fake = fakeLumoAuth();
    const client = adminOf(fake, { apiKey: canary(fake.createKey({ scopes: ["admin:users:read"] })) });
    await failure(client.registerClient(metadata), PermissionError);
  });

  test("of a key, by a server that takes Bearer for an initial access token, hints at the other header", async () => {
    const fake = fakeLumoAuth({ keyHeaders: "x-api-key" });
    const error = await failure(adminOf(fake).registerClient(metadata), AuthenticationError);
    expect(error).toMatchObject({ code: "KEY_REJECTED", status: 401, hint: expect.stringContaining('header: "x-api-key"') });
    expect(kept(await adminOf(fake, { header: "x-api-key" }).registerClient(metadata)).client_id).toMatch(/^app_/);
  });

  test("of an initial access token says so, and costs one request", async () => {
    const fake = fakeLumoAuth();
    const error = await failure(adminOf(fake).registerClient(metadata, { initialAccessToken: initial }), AuthenticationError);
    expect(error).toMatchObject({ code: "KEY_REJECTED", message: "the server rejected the initial access token" });
    expect(fake.requests).toHaveLength(1);
  });

  test("of nobody says what would do", async () => {
    const { url, visits } = await bareServer(() => oauth(401, "invalid_token", "Missing registration credential"));
    const error = await failure(clientOf({ baseUrl: url, tenant: "acme" }).registerClient(metadata), AuthenticationError);
    expect(error).toMatchObject({ code: "INVALID_CREDENTIALS", status: 401, serviceCode: "invalid_token", hint: expect.stringMatching(/LUMOAUTH_API_KEY.*initialAccessToken/) });
    expect(visits).toHaveLength(1);
  });

  test.each(["", "a b", "Bearer x", wrong<string>(5)])("of a token that is none, %j, comes before anything is sent", async (initialAccessToken) => {
    const { client, visits } = await answering({});
    expect((await failure(client.registerClient(metadata, { initialAccessToken }), ConfigurationError)).message).toContain("initialAccessToken");
    expect(visits).toEqual([]);
  });

  test("of one too many is waited for: nothing was made", async () => {
    const { client, visits } = await answering((_, nth) => (nth === 1 ? { status: 429, headers: { "retry-after": "0" } } : { status: 201, body: { client_id: "app_1" } }));
    await client.registerClient(metadata);
    expect(visits).toHaveLength(2);
  });
});

test("an answer without a client is an error that says that one may have been made", async () => {
  const { client, visits } = await answering({ status: 201, body: { ok: true } });
  expect(await failure(client.registerClient(metadata), ResponseFormatError)).toMatchObject({ mayHaveExecuted: true, hint: expect.stringContaining("look before you repeat") });
  expect(visits).toHaveLength(1);
});

test("a secret is given even where the rest is not as documented: it is shown this once", async () => {
  const { client } = await answering({ status: 201, body: { data: { client_id: 7, client_secret: canary("cs_0123456789abcdef") } } });
  const registered = await client.registerClient(metadata);
  expect(defined(registered.client_secret).reveal()).toBe("cs_0123456789abcdef");
  expect(printed(registered)).toContain("[redacted]");
});
