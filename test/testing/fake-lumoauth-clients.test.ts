import { describe, expect, test } from "vitest";
import { canary } from "../oracle/oracle.ts";
import { bearer, call, createClient, createClockedFake, form, refusal, statusOf } from "./fake-lumoauth-support.ts";

describe("an OAuth client", () => {
  test("shows its secret once, when it is created", async () => {
    const { fake } = createClockedFake();
    const input = { name: "Backend", redirectUris: ["https://a.example/cb"], grantTypes: ["client_credentials"], allowedScopes: ["admin:read"] };
    const { status, body } = await call(fake, "POST /admin/clients", input);
    const secret = canary(body.data.secret);
    expect(status).toBe(201);
    const shown = {
      id: expect.any(Number),
      clientId: expect.any(String),
      name: "Backend",
      isConfidential: true,
      isPublic: false,
      isActive: true,
      redirectUris: ["https://a.example/cb"],
      grantTypes: ["client_credentials"],
      allowedScopes: ["admin:read"],
      requiresPkce: false,
      accessTokenLifetime: 3600,
      refreshTokenLifetime: 2_592_000,
      createdAt: "2024-05-06T07:08:09Z",
    };
    const _note = "Store the secret securely. It will not be shown again.";
    expect(body).toEqual({ data: { ...shown, secret, _note }, message: "OAuth client created successfully" });
    for (const id of [body.data.id, body.data.clientId]) {
      const later = await call(fake, `GET /admin/clients/${id}`);
      expect(later.body).toEqual({ data: shown });
    }
    expect(JSON.stringify((await call(fake, "GET /admin/clients")).body)).not.toContain(secret);
    expect(JSON.stringify((await call(fake, `PUT /admin/clients/${body.data.id}`, { name: "B" })).body)).not.toContain(secret);
  });

  test("has no secret if it is public", async () => {
    const { fake } = createClockedFake();
    const data = await createClient(fake, { isConfidential: false, redirectUris: ["myapp://callback", "http://localhost:3000/cb"] });
    expect(data).toMatchObject({ isConfidential: false, isPublic: true, requiresPkce: true });
    expect(data).not.toHaveProperty("secret");
    const answer = await call(fake, `POST /admin/clients/${data.id}/rotate-secret`);
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
  });

  test.each([
    [{}, { name: "This field is required", redirectUris: "This field is required" }],
    [{ redirectUris: "https://a.example" }, { name: "This field is required", redirectUris: "Must be an array of strings" }],
    [{ name: "x", redirectUris: ["https://a.example/#"] }, { redirectUris: "Redirect URIs must not contain fragments" }],
    [{ name: "x", redirectUris: ["http://a.example/"] }, { redirectUris: "Redirect URIs must use HTTPS, except for localhost" }],
    [{ name: "x", redirectUris: ["javascript:alert(1)"] }, { redirectUris: "Redirect URIs must use HTTPS, except for localhost" }],
    [{ name: "x", redirectUris: ["/cb"] }, { redirectUris: "Redirect URIs must be absolute" }],
    [{ name: "x", redirectUris: [], isConfidential: 1 }, { isConfidential: "Must be a boolean" }],
    [{ name: "x", redirectUris: [], accessTokenLifetime: 0 }, { accessTokenLifetime: "Must be a positive integer" }],
  ])("with %j is refused", async (input, details) => {
    const { fake } = createClockedFake();
    const answer = await call(fake, "POST /admin/clients", input);
    expect([answer.status, answer.body]).toEqual([400, refusal(400, "validation_error", "Validation failed", details)]);
  });

  test.each(["PUT", "PATCH"])("keeps with %s what was left out", async (method) => {
    const { fake } = createClockedFake();
    const { id } = await createClient(fake);
    const before = (await call(fake, `GET /admin/clients/${id}`)).body.data;
    const changed = await call(fake, `${method} /admin/clients/${id}`, { accessTokenLifetime: 60 });
    expect(changed.body.data).toEqual({ ...before, accessTokenLifetime: 60 });
  });

  test("gets a new secret, and the old one is dead at once", async () => {
    const { fake } = createClockedFake();
    const { id, clientId, secret } = await createClient(fake, { grantTypes: ["client_credentials"] });
    const rotated = await call(fake, `POST /admin/clients/${id}/rotate-secret`);
    const fresh = canary(rotated.body.data.secret);
    expect(rotated.body).toEqual({ data: { clientId, secret: fresh, _note: expect.any(String) }, message: "Client secret rotated successfully" });
    const statuses = [];
    for (const client_secret of [secret, fresh]) {
      statuses.push((await form(fake, "token", { grant_type: "client_credentials", client_id: clientId, client_secret })).status);
    }
    expect(statuses).toEqual([401, 200]);
  });

  test("is disabled and enabled", async () => {
    const { fake } = createClockedFake();
    const { id, clientId, secret } = await createClient(fake, { grantTypes: ["client_credentials"] });
    const token = async () => (await form(fake, "token", { grant_type: "client_credentials", client_id: clientId, client_secret: secret })).status;
    expect((await call(fake, `POST /admin/clients/${id}/disable`)).body.data.isActive).toBe(false);
    expect(await token()).toBe(401);
    expect((await call(fake, `POST /admin/clients/${id}/enable`)).body.data.isActive).toBe(true);
    expect(await token()).toBe(200);
  });

  test("takes its tokens with it when it is deleted", async () => {
    const { fake } = createClockedFake();
    const { accessToken } = fake.logIn();
    expect(await statusOf(fake, bearer(accessToken))).toBe(200);
    expect((await call(fake, `DELETE /admin/clients/${fake.clientId}`)).status).toBe(204);
    expect(await statusOf(fake, bearer(accessToken))).toBe(401);
    expect((await call(fake, `GET /admin/clients/${fake.clientId}`)).body.details).toEqual({ client_id: fake.clientId });
  });
});
