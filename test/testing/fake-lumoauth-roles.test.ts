import { describe, expect, test } from "vitest";
import { call, createClockedFake, minute, refusal } from "./fake-lumoauth-support.ts";

describe("a role", () => {
  test("is created with a slug of its own name", async () => {
    const { fake } = createClockedFake();
    const { status, body } = await call(fake, "POST /admin/roles", { name: "Project Manager!", permissions: ["projects.read"] });
    expect([status, body]).toEqual([
      201,
      {
        data: {
          id: expect.any(Number),
          name: "Project Manager!",
          slug: "project-manager",
          description: null,
          isSystem: false,
          userCount: 0,
          permissions: [{ slug: "projects.read", name: "projects.read" }],
          createdAt: "2024-05-06T07:08:09Z",
        },
        message: "Role created successfully",
      },
    ]);
    for (const id of [body.data.id, "project-manager"]) expect((await call(fake, `GET /admin/roles/${id}`)).body.data).toEqual(body.data);
  });

  test("has a slug that no other one has", async () => {
    const { fake } = createClockedFake();
    const answer = await call(fake, "POST /admin/roles", { name: "Another", slug: "admin" });
    expect([answer.status, answer.body]).toEqual([409, refusal(409, "duplicate_resource", "Role with this slug already exists")]);
    expect((await call(fake, "POST /admin/roles", { name: "USER" })).status).toBe(409);
    const { data } = (await call(fake, "POST /admin/roles", { name: "Editor" })).body;
    expect((await call(fake, `PUT /admin/roles/${data.id}`, { slug: "user" })).status).toBe(409);
    expect((await call(fake, `PUT /admin/roles/${data.id}`, { slug: "editor", name: "Chief" })).body.data).toMatchObject({ slug: "editor", name: "Chief" });
    expect((await call(fake, "POST /admin/roles", { name: "X", slug: "No slug" })).body.details).toEqual({ slug: "Invalid slug format" });
    expect((await call(fake, "POST /admin/roles", {})).body.details).toEqual({ name: "This field is required" });
  });

  test.each(["PUT", "PATCH"])("keeps with %s what was left out", async (method) => {
    const { fake } = createClockedFake();
    const { data } = (await call(fake, "POST /admin/roles", { name: "Editor", permissions: ["a.b"] })).body;
    expect((await call(fake, `${method} /admin/roles/editor`, { description: "Edits" })).body.data).toEqual({ ...data, description: "Edits" });
    expect((await call(fake, `${method} /admin/roles/editor`, { description: null })).body.data).toEqual(data);
  });

  test("gets permissions as a whole", async () => {
    const { fake } = createClockedFake();
    await call(fake, "POST /admin/roles", { name: "Editor", permissions: ["a.b"] });
    const put = async (permissions: unknown) => call(fake, "PUT /admin/roles/editor/permissions", { permissions });
    expect((await put(["c.d", "e.f"])).body.data.permissions.map((one: { slug: string }) => one.slug)).toEqual(["c.d", "e.f"]);
    expect((await put([])).body.data.permissions).toEqual([]);
    expect((await put("c.d")).body.details).toEqual({ permissions: "Must be an array of strings" });
  });

  test("of the system cannot be changed or deleted, and says which it is", async () => {
    const { fake } = createClockedFake();
    const calls = [
      ["PUT /admin/roles/admin", { name: "Mine" }],
      ["PATCH /admin/roles/admin", {}],
      ["DELETE /admin/roles/admin", undefined],
      ["PUT /admin/roles/admin/permissions", { permissions: [] }],
    ] as const;
    for (const [what, body] of calls) {
      const answer = await call(fake, what, body);
      const expected = refusal(403, "permission_denied", "System roles cannot be modified or deleted");
      expect([answer.status, answer.body]).toEqual([403, expected]);
    }
    expect((await call(fake, "GET /admin/roles/admin")).body.data).toMatchObject({ name: "Administrator", isSystem: true, userCount: 1 });
  });

  test("lists its users, and leaves them when it is deleted", async () => {
    const { fake } = createClockedFake();
    await call(fake, "POST /admin/roles", { name: "Editor" });
    await call(fake, "POST /admin/groups", { name: "Press", roles: ["editor"] });
    await call(fake, `PUT /admin/users/${fake.user.id}/roles`, { roles: ["editor"] });
    const users = (await call(fake, "GET /admin/roles/editor/users")).body;
    expect([users.data.map((user: { id: string }) => user.id), users.meta.total]).toEqual([[fake.user.id], 1]);
    expect((await call(fake, "DELETE /admin/roles/editor")).status).toBe(204);
    expect((await call(fake, `GET /admin/users/${fake.user.id}`)).body.data.roles).toEqual([]);
    expect((await call(fake, "GET /admin/groups/press")).body.data.roles).toEqual([]);
    const gone = await call(fake, "GET /admin/roles/editor/users");
    expect([gone.status, gone.body.details]).toEqual([404, { role_id: "editor" }]);
  });
});

describe("a group", () => {
  test("is created, changed and deleted", async () => {
    const { fake, clock } = createClockedFake();
    const { status, body } = await call(fake, "POST /admin/groups", { name: "Design Team", roles: ["user"] });
    const times = { createdAt: "2024-05-06T07:08:09Z", updatedAt: "2024-05-06T07:08:09Z" };
    const data = { id: expect.any(Number), name: "Design Team", slug: "design-team", description: null, memberCount: 0, roles: [{ slug: "user" }], ...times };
    expect([status, body]).toEqual([201, { data, message: "Group created successfully" }]);
    clock.time += minute;
    const changed = await call(fake, `PUT /admin/groups/${body.data.id}`, { description: "Draws" });
    expect(changed.body.data).toEqual({ ...body.data, description: "Draws", updatedAt: "2024-05-06T07:09:09Z" });
    expect((await call(fake, "POST /admin/groups", { name: "design team" })).status).toBe(409);
    expect((await call(fake, "PATCH /admin/groups/design-team", { slug: "design-team" })).status).toBe(200);
    expect((await call(fake, "DELETE /admin/groups/design-team")).status).toBe(204);
    expect((await call(fake, "GET /admin/groups/design-team")).body.details).toEqual({ group_id: "design-team" });
  });

  test("gets members by id or address, shows them, and loses them", async () => {
    const { fake } = createClockedFake();
    await call(fake, "POST /admin/groups", { name: "Press" });
    const { data } = (await call(fake, "POST /admin/users", { email: "a@b.example", name: "Ada", groups: ["press"] })).body;
    const added = await call(fake, "POST /admin/groups/press/members", { userIds: [fake.user.id, "a@b.example"] });
    expect([added.status, added.body.data.memberCount]).toEqual([200, 2]);
    const members = (await call(fake, "GET /admin/groups/press/members")).body;
    expect(members.data[1]).toEqual({ id: data.id, email: "a@b.example", name: "Ada", username: null });
    expect((await call(fake, `DELETE /admin/groups/press/members/${data.id}`)).status).toBe(204);
    expect((await call(fake, "GET /admin/groups/press")).body.data.memberCount).toBe(1);
    const again = await call(fake, `DELETE /admin/groups/press/members/${data.id}`);
    expect([again.status, again.body.details]).toEqual([404, { user_id: data.id }]);
    expect((await call(fake, "DELETE /admin/groups/press/members/nobody")).status).toBe(404);
    expect((await call(fake, "POST /admin/groups/press/members", { userIds: ["nobody"] })).body.details).toEqual({ userIds: "Unknown value: nobody" });
    await call(fake, "DELETE /admin/groups/press");
    expect((await call(fake, `GET /admin/users/${fake.user.id}`)).body.data.groups).toEqual([]);
  });

  test("gets roles as a whole", async () => {
    const { fake, clock } = createClockedFake();
    await call(fake, "POST /admin/groups", { name: "Press", roles: ["user"] });
    const put = async (roles: unknown) => call(fake, "PUT /admin/groups/press/roles", { roles });
    clock.time += minute;
    expect((await put(["admin"])).body.data).toMatchObject({ roles: [{ slug: "admin" }], updatedAt: "2024-05-06T07:09:09Z" });
    expect((await put([])).body.data.roles).toEqual([]);
    expect((await put(["none"])).body.details).toEqual({ roles: "Unknown value: none" });
  });
});
