import { describe, expect, test } from "vitest";
import type { FakeLumoAuth } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { bearer, below, call, createClockedFake, form, host, send, start, xApiKey, type Result } from "./fake-lumoauth-support.ts";

const redirect_uris = ["https://app.example/callback"];

async function register(fake: FakeLumoAuth, headers: HeadersInit, metadata: object = { redirect_uris }): Promise<Result> {
  const result = await send(fake, below(fake, "POST /connect/register"), headers, metadata);
  for (const secret of [result.body.client_secret, result.body.registration_access_token]) if (secret !== undefined) canary(secret);
  return result;
}

describe("a registration", () => {
  test("answers the client, its secret and its token, once", async () => {
    const { fake } = createClockedFake();
    const { status, body, headers } = await register(fake, bearer(fake.apiKey), { redirect_uris, client_name: "My App", logo_uri: "https://a.example/l", unknown: 1 });
    expect([status, headers.get("cache-control")]).toEqual([201, "no-store"]);
    const uri = `${host}${fake.tenant.pathPrefix}/connect/register/${body.client_id}`;
    expect(body).toEqual({
      client_id: expect.any(String),
      client_id_issued_at: start / 1000,
      client_name: "My App",
      redirect_uris,
      grant_types: ["authorization_code"],
      response_types: ["code"],
      application_type: "web",
      token_endpoint_auth_method: "client_secret_basic",
      logo_uri: "https://a.example/l",
      client_secret: expect.any(String),
      client_secret_expires_at: 0,
      registration_access_token: expect.any(String),
      registration_client_uri: uri,
    });
    const back = await send(fake, uri.replace(host, "GET "), bearer(body.registration_access_token));
    const { client_secret, client_secret_expires_at, registration_access_token, ...rest } = body;
    expect([back.status, back.body]).toEqual([200, rest]);
    expect([client_secret_expires_at, JSON.stringify(back.body).includes(client_secret), JSON.stringify(back.body).includes(registration_access_token)]).toEqual([0, false, false]);
  });

  test("makes a client that the admin API shows and the token endpoint knows", async () => {
    const { fake } = createClockedFake();
    const { body } = await register(fake, bearer(fake.apiKey), { redirect_uris, grant_types: ["client_credentials"], scope: "a b" });
    const { data } = (await call(fake, `GET /admin/clients/${body.client_id}`)).body;
    expect(data).toMatchObject({ name: "Unnamed client", allowedScopes: ["a", "b"], isConfidential: true });
    const token = await form(fake, "token", { grant_type: "client_credentials", client_id: body.client_id, client_secret: body.client_secret });
    expect([token.status, token.body.scope]).toEqual([200, "a b"]);
  });

  test("of a public client answers no secret", async () => {
    const { fake } = createClockedFake();
    const metadata = { redirect_uris: ["http://localhost:8080/cb", "com.example.app:/cb"], application_type: "native", token_endpoint_auth_method: "none" };
    const { status, body } = await register(fake, bearer(fake.apiKey), metadata);
    expect(status).toBe(201);
    expect(body).toMatchObject(metadata);
    expect(body).not.toHaveProperty("client_secret");
    expect(body).not.toHaveProperty("client_secret_expires_at");
  });

  test.each([
    [{}, "invalid_redirect_uri"],
    [{ redirect_uris: [] }, "invalid_redirect_uri"],
    [{ redirect_uris: "https://a.example" }, "invalid_redirect_uri"],
    [{ redirect_uris: ["http://a.example/"] }, "invalid_redirect_uri"],
    [{ redirect_uris: ["com.example.app:/cb"] }, "invalid_redirect_uri"],
    [{ redirect_uris, application_type: "other" }, "invalid_client_metadata"],
    [{ redirect_uris, token_endpoint_auth_method: "private_key_jwt" }, "invalid_client_metadata"],
    [{ redirect_uris, grant_types: "authorization_code" }, "invalid_client_metadata"],
    [{ redirect_uris, client_name: 1 }, "invalid_client_metadata"],
    [[], "invalid_request"],
  ])("of %j is refused as %s", async (metadata, error) => {
    const { fake } = createClockedFake();
    const { status, body } = await register(fake, bearer(fake.apiKey), metadata);
    expect([status, body]).toEqual([400, { error, error_description: expect.any(String) }]);
    expect((await call(fake, "GET /admin/clients")).body.meta.total).toBe(1);
  });

  test("with a fragment is refused in the words of the documentation", async () => {
    const { fake } = createClockedFake();
    const { body } = await register(fake, bearer(fake.apiKey), { redirect_uris: ["https://a.example/#top"] });
    expect(body).toEqual({ error: "invalid_redirect_uri", error_description: "Redirect URIs must not contain fragments" });
  });
});

describe("registration", () => {
  test("takes a key in either header, and an initial access token as a bearer", async () => {
    const { fake } = createClockedFake();
    const token = canary(fake.createInitialAccessToken());
    const statuses = [];
    for (const headers of [bearer(fake.apiKey), xApiKey(fake.apiKey), bearer(token), xApiKey(token)]) statuses.push((await register(fake, headers)).status);
    expect(statuses).toEqual([201, 201, 201, 401]);
    expect((await send(fake, below(fake, "GET /admin/users"), bearer(token))).status).toBe(401);
  });

  test("takes a key as a bearer for a bad initial access token, where keys go in X-API-Key", async () => {
    const { fake } = createClockedFake({ keyHeaders: "x-api-key" });
    const statuses = [];
    for (const headers of [bearer(fake.apiKey), xApiKey(fake.apiKey), bearer(fake.createInitialAccessToken())]) statuses.push((await register(fake, headers)).status);
    expect(statuses).toEqual([401, 201, 201]);
  });

  test("needs a credential unless it is open, and a good one if one is sent", async () => {
    for (const [registration, status] of [["key", 401], ["open", 201]] as const) {
      const { fake } = createClockedFake({ registration });
      const answer = await register(fake, {});
      expect(answer.status).toBe(status);
      const wrong = await register(fake, bearer("wrong"));
      expect([wrong.status, wrong.body.error, wrong.headers.get("www-authenticate")]).toEqual([401, "invalid_token", "Bearer"]);
    }
  });

  test("needs the scope of its own", async () => {
    const { fake } = createClockedFake();
    const statuses = [];
    for (const scopes of [["admin:clients:write"], ["admin:clients:register"]]) statuses.push(await register(fake, bearer(fake.createKey({ scopes }))));
    expect(statuses.map(({ status, body }) => [status, body.error])).toEqual([[403, "insufficient_scope"], [201, undefined]]);
  });

  test.each([
    ["flag", "registration_not_allowed"],
    ["code", "access_denied"],
  ] as const)("that is off answers in the shape %s the code %s", async (errorShape, error) => {
    const { fake } = createClockedFake({ registration: "off", errorShape });
    const { status, body } = await register(fake, bearer(fake.apiKey));
    expect([status, body.error]).toEqual([403, error]);
  });

  test("is read back with its own token only, and not after the client was deleted", async () => {
    const { fake } = createClockedFake();
    const one = (await register(fake, bearer(fake.apiKey))).body;
    const other = (await register(fake, bearer(fake.apiKey))).body;
    const read = async (headers: HeadersInit) => (await send(fake, below(fake, `GET /connect/register/${one.client_id}`), headers)).status;
    const token = bearer(one.registration_access_token);
    expect([await read({}), await read(bearer(fake.apiKey)), await read(bearer(other.registration_access_token)), await read(token)]).toEqual([401, 401, 401, 200]);
    await call(fake, `DELETE /admin/clients/${one.client_id}`);
    expect(await read(token)).toBe(401);
    expect((await send(fake, below(fake, "GET /connect/register/nobody"), token)).status).toBe(401);
  });

  test.each(["PUT", "DELETE"])("has no %s", async (method) => {
    const { fake } = createClockedFake();
    const { client_id, registration_access_token } = (await register(fake, bearer(fake.apiKey))).body;
    expect((await send(fake, below(fake, `${method} /connect/register/${client_id}`), bearer(registration_access_token), {})).status).toBe(405);
  });
});
