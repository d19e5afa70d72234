import { describe, expect, test } from "vitest";
import { AuthenticationError, NotFoundError, PermissionError, ResponseFormatError } from "keylight";
import { adminOf, clientOf, failure, fakeLumar, furnished, furnishedWithKey, lastAt, operationsAt } from "./support.ts";

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("create", () => {
  test("makes a service account and gives it", async () => {
    const fake = fakeLumar({ now: () => Date.parse("2030-01-02T03:04:05.006Z") });
    const made = await adminOf(fake).serviceAccounts.create({ accountId: fake.account.id, name: "CI", roleCode: "Editor", description: "for tests" });
    expect(made).toEqual({
      id: expect.any(String),
      name: "CI",
      description: "for tests",
      roleCode: "Editor",
      enabled: true,
      createdAt: "2030-01-02T03:04:05.006Z",
      updatedAt: "2030-01-02T03:04:05.006Z",
    });
  });

  test("sends only what was given", async () => {
    const { fake } = await furnished();
    expect(lastAt(fake).variables).toEqual({ input: { accountId: fake.account.id, name: "CI", roleCode: "Viewer" } });
  });

  test("takes names of 1 and of 255 characters", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    for (const name of ["x", "x".repeat(255)]) {
      const made = await client.serviceAccounts.create({ accountId: fake.account.id, name, roleCode: "Viewer" });
      expect(made.name).toBe(name);
    }
  });

  test("an Editor may not: PermissionError with a hint, and the session is not renewed", async () => {
    const fake = fakeLumar();
    const client = clientOf(fake.createUser({ role: "Editor" }));
    const error = await failure(client.serviceAccounts.create({ accountId: fake.account.id, name: "n", roleCode: "Viewer" }), PermissionError);
    expect(error).toMatchObject({ code: "PERMISSION_DENIED", operationName: "CreateServiceAccount", status: 200, mayHaveExecuted: false });
    expect(error.hint).toContain("Admin");
    expect(operationsAt(fake)).toEqual(["LoginWithUserKey", "CreateServiceAccount"]);
  });

  test.each([
    [200, "UNAUTHORIZED"],
    [403, "FORBIDDEN"],
    [403, "INSUFFICIENT_PERMISSIONS"],
  ])("a refusal as %d %s is a PermissionError too", async (status, code) => {
    const fake = fakeLumar({ errors: { permission: { status, code } } });
    const client = clientOf(fake.createUser({ role: "Viewer" }));
    const error = await failure(client.serviceAccounts.create({ accountId: fake.account.id, name: "n", roleCode: "Viewer" }), PermissionError);
    expect(error.status).toBe(status);
    expect(fake.requests).toHaveLength(2);
  });
});

describe("list and get", () => {
  test("list gives the service accounts of an account with their keys", async () => {
    const { fake, client, serviceAccount, key } = await furnishedWithKey();
    await client.serviceAccounts.create({ accountId: fake.account.id, name: "second", roleCode: "Viewer" });
    const list = await client.serviceAccounts.list(fake.account.id);
    expect(list.map(({ name }) => name)).toEqual(["CI", "second"]);
    expect(list[0]).toMatchObject({ id: serviceAccount.id, keys: [{ id: key.id, name: "deploy", revokedAt: null }] });
  });

  test("list of an unknown account, or of an id of another type, is NotFound", async () => {
    const { client, serviceAccount } = await furnished();
    await failure(client.serviceAccounts.list(424_242), NotFoundError);
    await failure(client.serviceAccounts.list(serviceAccount.id), NotFoundError);
  });

  test("get gives all that is known of it", async () => {
    const { fake, client, serviceAccount, key } = await furnishedWithKey();
    const found = await client.serviceAccounts.get(serviceAccount.id);
    expect(found).toMatchObject({
      ...serviceAccount,
      account: fake.account,
      role: { code: "Viewer", name: "Viewer" },
      keys: [{ id: key.id }],
    });
    expect(found.createdByUser?.username).toContain("@");
    expect(found.createdAt).toMatch(instant);
  });

  test("no read gives a secret, or asks for one", async () => {
    const { fake, client, serviceAccount, apiKey } = await furnishedWithKey();
    const reads = [await client.serviceAccounts.get(serviceAccount.id), await client.serviceAccounts.list(fake.account.id)];
    expect(JSON.stringify(reads)).not.toContain(apiKey.slice(-30));
    expect(JSON.stringify(reads)).not.toContain("secret");
  });

  test.each(["ENTITY_NOT_FOUND", "BAD_USER_INPUT"])("get of an unknown one is NotFound where the server says %s", async (code) => {
    const fake = fakeLumar({ errors: { notFound: { code } } });
    const error = await failure(adminOf(fake).serviceAccounts.get(1), NotFoundError);
    expect(error).toMatchObject({ code: "NOT_FOUND", operationName: "GetServiceAccount", status: 200 });
  });

  test("get where the server answers null without an error is NotFound", async () => {
    const fake = fakeLumar();
    fake.failNext([{ operationName: "GetServiceAccount", body: { data: { serviceAccount: null } } }]);
    await failure(adminOf(fake).serviceAccounts.get(1), NotFoundError);
  });

  test("a service account whose creator is gone has null for it", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const fields = { ...serviceAccount, account: fake.account, role: { code: "Owner", name: "New" }, keys: [], createdByUser: null };
    fake.failNext({ operationName: "GetServiceAccount", body: { data: { serviceAccount: fields } } });
    const found = await client.serviceAccounts.get(serviceAccount.id);
    expect(found.createdByUser).toBeNull();
    expect(found.role.code).toBe("Owner");
  });
});

describe("update, enable, disable", () => {
  test("update changes what is named and leaves the rest", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const { id } = serviceAccount;
    const described = await client.serviceAccounts.update(id, { description: "first" });
    expect(described).toMatchObject({ name: "CI", description: "first", roleCode: "Viewer", enabled: true });
    const promoted = await client.serviceAccounts.update(id, { name: "CD", roleCode: "Admin" });
    expect(promoted).toMatchObject({ name: "CD", description: "first", roleCode: "Admin", enabled: true });
    expect(lastAt(fake).variables).toEqual({ input: { serviceAccountId: id, name: "CD", roleCode: "Admin" } });
  });

  test("null clears the description", async () => {
    const { fake, client, serviceAccount } = await furnished();
    await client.serviceAccounts.update(serviceAccount.id, { description: "first" });
    expect((await client.serviceAccounts.update(serviceAccount.id, { description: null })).description).toBeNull();
    expect(lastAt(fake).variables).toEqual({ input: { serviceAccountId: serviceAccount.id, description: null } });
    expect((await client.serviceAccounts.get(serviceAccount.id)).description).toBeNull();
  });

  test("a change that is undefined counts as left out", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const change: Record<string, unknown> = { name: undefined, description: undefined, enabled: true };
    await client.serviceAccounts.update(serviceAccount.id, change);
    expect(lastAt(fake).variables).toEqual({ input: { serviceAccountId: serviceAccount.id, enabled: true } });
  });

  test("disable stops its keys, enable lets them work again", async () => {
    const { fake, client, serviceAccount, apiKey } = await furnishedWithKey();
    const program = clientOf({ apiKey });
    expect((await client.serviceAccounts.disable(serviceAccount.id)).enabled).toBe(false);
    const error = await failure(program.accounts.get(fake.account.id), AuthenticationError);
    expect(error.code).toBe("KEY_REJECTED");
    expect((await client.serviceAccounts.enable(serviceAccount.id)).enabled).toBe(true);
    expect((await program.accounts.get(fake.account.id)).id).toBe(fake.account.id);
  });

  test("an unknown id is NotFound in each", async () => {
    const fake = fakeLumar();
    const { serviceAccounts } = adminOf(fake);
    await failure(serviceAccounts.update(1, { name: "n" }), NotFoundError);
    await failure(serviceAccounts.enable(1), NotFoundError);
    await failure(serviceAccounts.disable(1), NotFoundError);
    await failure(serviceAccounts.delete(1), NotFoundError);
  });
});

describe("delete", () => {
  test("deletes it, and kills its keys", async () => {
    const { fake, client, serviceAccount, apiKey } = await furnishedWithKey();
    expect(await client.serviceAccounts.delete(serviceAccount.id)).toEqual({ id: serviceAccount.id });
    const error = await failure(clientOf({ apiKey }).accounts.get(fake.account.id), AuthenticationError);
    expect(error).toMatchObject({ code: "KEY_REJECTED", status: 401 });
    await failure(client.serviceAccounts.get(serviceAccount.id), NotFoundError);
    await failure(client.serviceAccounts.delete(serviceAccount.id), NotFoundError);
    expect(await client.serviceAccounts.list(fake.account.id)).toEqual([]);
  });
});

test("a write whose answer lacks what it promises says that it may have run", async () => {
  const { fake, client, serviceAccount } = await furnished();
  const { id } = serviceAccount;
  fake.failNext([1, 2, 3].map(() => ({ body: { data: {} }, executed: true })));
  const input = { accountId: fake.account.id, name: "n", roleCode: "Viewer" } as const;
  for (const call of [
    () => client.serviceAccounts.create(input),
    () => client.serviceAccounts.update(id, { name: "n" }),
    () => client.serviceAccounts.delete(id),
  ]) {
    const error = await failure(call(), ResponseFormatError);
    expect(error).toMatchObject({ mayHaveExecuted: true, retryable: false });
  }
});
