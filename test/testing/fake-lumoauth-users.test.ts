import { describe, expect, test } from "vitest";
import { call, createClockedFake, refusal, send, below, bearer, minute, statusOf } from "./fake-lumoauth-support.ts";

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

describe("a user", () => {
  test("is created with what was given and defaults for the rest", async () => {
    const { fake } = createClockedFake();
    const input = { email: "ada@b.example", password: "long enough", name: "Ada", roles: ["user"], emailVerified: true };
    const { status, body } = await call(fake, "POST /admin/users", input);
    expect(status).toBe(201);
    expect(body).toEqual({
      data: {
        id: expect.stringMatching(uuid),
        email: "ada@b.example",
        username: null,
        name: "Ada",
        givenName: null,
        familyName: null,
        picture: null,
        phoneNumber: null,
        emailVerified: true,
        isActive: true,
        blocked: false,
        mfaEnabled: false,
        roles: [{ slug: "user", name: "User" }],
        groups: [],
        createdAt: "2024-05-06T07:08:09Z",
        lastLoginAt: null,
        loginCount: 0,
      },
      message: "User created successfully",
    });
    expect((await call(fake, `GET /admin/users/${body.data.id}`)).body).toEqual({ data: body.data });
  });

  test("is found by id and by e-mail address", async () => {
    const { fake } = createClockedFake();
    for (const id of [fake.user.id, fake.user.email, fake.user.email.toUpperCase(), encodeURIComponent(fake.user.email)]) {
      expect((await call(fake, `GET /admin/users/${id}`)).body.data.id).toBe(fake.user.id);
    }
  });

  test.each(["PUT", "PATCH"])("keeps with %s what was left out, and loses what is null", async (method) => {
    const { fake } = createClockedFake();
    const { data } = (await call(fake, "POST /admin/users", { email: "a@b.example", name: "Ada", givenName: "A", roles: ["user"] })).body;
    const changed = await call(fake, `${method} /admin/users/${data.id}`, { name: "Eve", givenName: null, isActive: false });
    expect(changed.status).toBe(200);
    expect(changed.body.data).toEqual({ ...data, name: "Eve", givenName: null, isActive: false });
    expect((await call(fake, `GET /admin/users/${data.id}`)).body.data).toEqual(changed.body.data);
  });

  test("keeps its own address, and gets no other one's", async () => {
    const { fake } = createClockedFake();
    const { data } = (await call(fake, "POST /admin/users", { email: "a@b.example" })).body;
    expect((await call(fake, `PUT /admin/users/${data.id}`, { email: "A@b.example" })).body.data.email).toBe("A@b.example");
    const answer = await call(fake, `PUT /admin/users/${data.id}`, { email: fake.user.email });
    expect([answer.status, answer.body]).toEqual([409, refusal(409, "duplicate_resource", "User with this email already exists")]);
    expect((await call(fake, "POST /admin/users", { email: "a@B.example" })).status).toBe(409);
  });

  test.each([204, 200] as const)("is deleted with %i", async (deletion) => {
    const { fake } = createClockedFake({ deletion });
    const { data } = (await call(fake, "POST /admin/users", { email: "a@b.example" })).body;
    const answer = await call(fake, `DELETE /admin/users/${data.id}`);
    expect([answer.status, answer.body]).toEqual(deletion === 204 ? [204, ""] : [200, { message: "User deleted successfully" }]);
    for (const method of ["GET", "DELETE"]) {
      const gone = await call(fake, `${method} /admin/users/${data.id}`);
      expect([gone.status, gone.body]).toEqual([404, refusal(404, "resource_not_found", "User not found", { user_id: data.id })]);
    }
  });

  test("takes its tokens with it when it is deleted", async () => {
    const { fake } = createClockedFake();
    const { accessToken } = fake.logIn();
    expect((await call(fake, `DELETE /admin/users/${fake.user.id}`)).status).toBe(204);
    expect(await statusOf(fake, bearer(accessToken))).toBe(401);
  });

  test("of another tenant is not found", async () => {
    const { fake } = createClockedFake();
    const other = fake.createTenant({ slug: "other" });
    const answer = await send(fake, `GET ${other.tenant.pathPrefix}/admin/users/${fake.user.id}`, bearer(other.apiKey));
    expect(answer.status).toBe(404);
  });

  test("loses and gets roles and groups as a whole", async () => {
    const { fake } = createClockedFake();
    await call(fake, "POST /admin/groups", { name: "Engineering" });
    const put = async (what: string, slugs: unknown) => call(fake, `PUT /admin/users/${fake.user.id}/${what}`, { [what]: slugs });
    expect((await put("roles", ["user", "tenant_admin"])).body.data.roles.map((role: { slug: string }) => role.slug)).toEqual(["user", "tenant_admin"]);
    expect((await put("groups", ["engineering"])).body.data.groups).toEqual([{ slug: "engineering", name: "Engineering" }]);
    expect((await put("roles", [])).body.data).toMatchObject({ roles: [], groups: [{ slug: "engineering" }] });
    expect((await put("roles", ["nothing"])).body.details).toEqual({ roles: "Unknown value: nothing" });
    expect((await put("groups", undefined)).body.details).toEqual({ groups: "This field is required" });
  });

  test("is blocked and unblocked, which ends its tokens for good", async () => {
    const { fake } = createClockedFake();
    const { accessToken } = fake.logIn();
    expect(await statusOf(fake, bearer(accessToken))).toBe(200);
    expect((await call(fake, `POST /admin/users/${fake.user.id}/block`)).body.data.blocked).toBe(true);
    expect(await statusOf(fake, bearer(accessToken))).toBe(401);
    expect((await call(fake, `POST /admin/users/${fake.user.id}/unblock`)).body.data.blocked).toBe(false);
    expect(await statusOf(fake, bearer(accessToken))).toBe(401);
  });

  test("shows its logins", async () => {
    const { fake, clock } = createClockedFake();
    clock.time += minute;
    fake.logIn();
    expect((await call(fake, `GET /admin/users/${fake.user.id}`)).body.data).toMatchObject({ loginCount: 1, lastLoginAt: "2024-05-06T07:09:09Z" });
  });

  test("gets a password, and a mail to reset it", async () => {
    const { fake } = createClockedFake();
    const set = async (body: object) => call(fake, `PUT /admin/users/${fake.user.id}/password`, body);
    expect((await set({ password: "long enough" })).status).toBe(200);
    expect((await set({ password: "short" })).body.details).toEqual({ password: "Must be at least 8 characters" });
    expect((await set({})).body.details).toEqual({ password: "This field is required" });
    expect((await call(fake, `POST /admin/users/${fake.user.id}/password-reset`)).status).toBe(200);
  });

  test("has no removed endpoint", async () => {
    const { fake } = createClockedFake();
    expect((await call(fake, `POST /admin/users/${fake.user.id}/mfa/reset`)).status).toBe(404);
  });
});

describe("a field that is wrong", () => {
  test("is named with what is wrong with it, all fields at once", async () => {
    const { fake } = createClockedFake();
    const { status, body } = await call(fake, "POST /admin/users", { email: "Not an address", password: "short" });
    const details = { email: "Invalid email format", password: "Must be at least 8 characters" };
    expect([status, body]).toEqual([400, refusal(400, "validation_error", "Validation failed", details)]);
  });

  test("can have the status 422", async () => {
    const { fake } = createClockedFake({ validationStatus: 422 });
    const { status, body } = await call(fake, "POST /admin/users", {});
    expect([status, body.status, body.details]).toEqual([422, 422, { email: "This field is required" }]);
  });

  test.each([
    [{ email: 1 }, { email: "Must be a string" }],
    [{ email: null }, { email: "Must be a string" }],
    [{ email: " " }, { email: "Must not be empty" }],
    [{ email: "a@b.example", name: 1 }, { name: "Must be a string" }],
    [{ email: "a@b.example", isActive: "yes" }, { isActive: "Must be a boolean" }],
    [{ email: "a@b.example", roles: "admin" }, { roles: "Must be an array of strings" }],
    [{ email: "a@b.example", roles: [1] }, { roles: "Must be an array of strings" }],
    [{ email: "a@b.example", groups: ["none"] }, { groups: "Unknown value: none" }],
  ])("in %j is refused, and nobody is created", async (input, details) => {
    const { fake } = createClockedFake();
    const { status, body } = await call(fake, "POST /admin/users", input);
    expect([status, body.details]).toEqual([400, details]);
    expect((await call(fake, "GET /admin/users")).body.meta.total).toBe(1);
  });

  test("changes nothing in an update", async () => {
    const { fake } = createClockedFake();
    expect((await call(fake, `PUT /admin/users/${fake.user.id}`, { name: "New", email: "x" })).status).toBe(400);
    expect((await call(fake, `GET /admin/users/${fake.user.id}`)).body.data.name).toBe("Example administrator");
  });

  test("does not pass by way of a prototype", async () => {
    const { fake } = createClockedFake();
    const request = new Request(`https://app.lumoauth.dev${fake.tenant.pathPrefix}/admin/users`, {
      method: "POST",
      headers: { ...bearer(fake.apiKey), "content-type": "application/json" },
      body: '{"__proto__":{"email":"a@b.example"}}',
    });
    expect((await fake.handle(request)).status).toBe(400);
  });
});

test.each([
  ["text/plain", '{"email":"a@b.example"}'],
  ["application/json", "["],
  ["application/json", "[]"],
  ["application/json", ""],
])("a body that is %s %j is refused", async (type, body) => {
  const { fake } = createClockedFake();
  const headers = { ...bearer(fake.apiKey), "content-type": type };
  const [method, path = ""] = below(fake, "POST /admin/users").split(" ");
  const response = await fake.handle(new Request(`https://app.lumoauth.dev${path}`, { method: method ?? "", headers, body }));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: true, code: "invalid_request" });
});
