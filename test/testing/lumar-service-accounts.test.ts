import { describe, expect, test } from "vitest";
import { createClockedFake, createFurnishedFake, createServiceAccount, login, numberIn, refusal, send, start } from "./support.ts";

const instant = new Date(start).toISOString();

describe("creating", () => {
  test("answers the service account, nested", async () => {
    const { fake } = createClockedFake();
    const input = { accountId: fake.account.id, name: "Deploys", roleCode: "Editor", description: "for CI" };
    const { status, body } = await send(fake, "CreateServiceAccount", { input }, await login(fake));
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        createServiceAccount: {
          serviceAccount: {
            id: expect.any(String),
            name: "Deploys",
            description: "for CI",
            roleCode: "Editor",
            enabled: true,
            createdAt: instant,
            updatedAt: instant,
          },
        },
      },
    });
    const { id } = body.data.createServiceAccount.serviceAccount;
    expect(Buffer.from(String(id), "base64url").toString()).toMatch(/^N014ServiceAccount\d+$/);
  });

  test("accepts the account's number", async () => {
    const { fake } = createClockedFake();
    const created = await createServiceAccount(fake, await login(fake), { accountId: numberIn(fake.account.id) });
    expect(created).toMatchObject({ name: "Deploys", description: null });
  });

  test("accepts names of 1 to 255 characters only", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    expect(await createServiceAccount(fake, session, { name: "n".repeat(255) })).toMatchObject({ enabled: true });
    for (const name of ["", "n".repeat(256)]) {
      const input = { accountId: fake.account.id, name, roleCode: "Viewer" };
      const { status, body } = await send(fake, "CreateServiceAccount", { input }, session);
      const message = "The name must have between 1 and 255 characters.";
      expect([status, body]).toEqual([200, refusal("createServiceAccount", "BAD_USER_INPUT", message)]);
    }
  });
});

describe("reading", () => {
  test("one gives its account, creator, role and keys", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake();
    const me = (await send(fake, "Me", {}, admin)).body.data.me;
    for (const serviceAccountId of [serviceAccount.id, numberIn(serviceAccount.id), String(numberIn(serviceAccount.id))]) {
      const { status, body } = await send(fake, "GetServiceAccount", { serviceAccountId }, admin);
      expect(status).toBe(200);
      expect(body.data.serviceAccount).toEqual({
        ...serviceAccount,
        account: fake.account,
        createdByUser: me,
        role: { code: "Viewer", name: "Viewer" },
        keys: [{ id: key.id, name: "CI", lastUsedAt: null, expiresAt: null, revokedAt: null, createdAt: instant }],
      });
    }
  });

  test("all of an account gives those that are not deleted, with their keys", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake();
    const second = await createServiceAccount(fake, admin, { name: "Second" });
    const third = await createServiceAccount(fake, admin, { name: "Third" });
    await send(fake, "DeleteServiceAccount", { input: { serviceAccountId: second.id } }, admin);
    const { body } = await send(fake, "ListServiceAccounts", { accountId: fake.account.id }, admin);
    expect(body.data.node).toEqual({
      ...fake.account,
      serviceAccounts: [{ ...serviceAccount, keys: [expect.objectContaining({ id: key.id })] }, { ...third, keys: [] }],
    });
  });

  test("is open to other roles and to API keys of the account", async () => {
    const { fake, serviceAccount, apiKey } = await createFurnishedFake();
    const viewer = await login(fake, fake.createUser({ role: "Viewer" }).userKey);
    for (const credential of [viewer, apiKey]) {
      const { body } = await send(fake, "GetServiceAccount", { serviceAccountId: serviceAccount.id }, credential);
      expect(body.data.serviceAccount.id).toBe(serviceAccount.id);
    }
  });
});

describe("updating", () => {
  test("keeps what is left out", async () => {
    const { fake, clock, admin, serviceAccount } = await createFurnishedFake();
    clock.time += 1000;
    const input = { serviceAccountId: serviceAccount.id, name: "Renamed" };
    const { status, body } = await send(fake, "UpdateServiceAccount", { input }, admin);
    expect(status).toBe(200);
    expect(body.data.updateServiceAccount.serviceAccount).toEqual({
      ...serviceAccount,
      name: "Renamed",
      updatedAt: new Date(start + 1000).toISOString(),
    });
  });

  test("changes everything else too, and clears the description with null", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const serviceAccountId = serviceAccount.id;
    const changes = { description: "new", roleCode: "Admin", enabled: false };
    const { body } = await send(fake, "UpdateServiceAccount", { input: { serviceAccountId, ...changes } }, admin);
    expect(body.data.updateServiceAccount.serviceAccount).toMatchObject({ ...changes, name: "Deploys" });
    const nulls = { description: null, name: null, roleCode: null, enabled: null };
    const cleared = await send(fake, "UpdateServiceAccount", { input: { serviceAccountId, ...nulls } }, admin);
    expect(cleared.body.data.updateServiceAccount.serviceAccount).toMatchObject({
      ...changes,
      name: "Deploys",
      description: null,
    });
  });

  test("refuses a bad name and changes nothing", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const input = { serviceAccountId: serviceAccount.id, name: "", enabled: false };
    expect((await send(fake, "UpdateServiceAccount", { input }, admin)).body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
    const { body } = await send(fake, "GetServiceAccount", { serviceAccountId: serviceAccount.id }, admin);
    expect(body.data.serviceAccount.enabled).toBe(true);
  });
});

test("deleting answers the id, nested, and removes it from every read", async () => {
  const { fake, admin, serviceAccount, key } = await createFurnishedFake();
  const input = { serviceAccountId: serviceAccount.id };
  const { status, body } = await send(fake, "DeleteServiceAccount", { input }, admin);
  expect([status, body]).toEqual([200, { data: { deleteServiceAccount: { serviceAccount: { id: serviceAccount.id } } } }]);
  const again = await send(fake, "DeleteServiceAccount", { input }, admin);
  expect(again.body).toEqual(refusal("deleteServiceAccount", "ENTITY_NOT_FOUND", "ServiceAccount not found"));
  for (const id of [serviceAccount.id, key.id]) {
    expect((await send(fake, `{ node(id: "${String(id)}") { id } }`, {}, admin)).body).toEqual({ data: { node: null } });
  }
});

describe("an absent, deleted or foreign service account", () => {
  const message = "ServiceAccount not found";

  test("is not found by any operation", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake();
    const foreigner = await login(fake, fake.createAccount({ foreign: true }).userKey);
    const deleted = await createServiceAccount(fake, admin);
    await send(fake, "DeleteServiceAccount", { input: { serviceAccountId: deleted.id } }, admin);
    const attempts = [
      [foreigner, serviceAccount.id],
      [admin, deleted.id],
      [admin, 1],
      [admin, "unknown"],
      [admin, key.id],
    ] as const;
    for (const [session, serviceAccountId] of attempts) {
      const got = await send(fake, "GetServiceAccount", { serviceAccountId }, session);
      expect(got.status).toBe(200);
      expect(got.body).toEqual(refusal("serviceAccount", "ENTITY_NOT_FOUND", message, { serviceAccount: null }));
      for (const operation of ["UpdateServiceAccount", "DeleteServiceAccount", "CreateServiceAccountKey"]) {
        const { status, body } = await send(fake, operation, { input: { serviceAccountId } }, session);
        const field = operation.charAt(0).toLowerCase() + operation.slice(1);
        expect([status, body]).toEqual([200, refusal(field, "ENTITY_NOT_FOUND", message)]);
      }
    }
  });

  test("can be not found under another code", async () => {
    const { fake } = createClockedFake({ errors: { notFound: { code: "BAD_USER_INPUT" } } });
    const { body } = await send(fake, "GetServiceAccount", { serviceAccountId: 1 }, await login(fake));
    expect(body).toEqual(refusal("serviceAccount", "BAD_USER_INPUT", message, { serviceAccount: null }));
  });
});

describe("management", () => {
  const unauthorized = (field: string) => refusal(field, "UNAUTHORIZED", "Unauthorized");

  async function refusals(fake: Awaited<ReturnType<typeof createFurnishedFake>>, credential: { token?: string; apiKey?: string }) {
    const serviceAccountId = fake.serviceAccount.id;
    const inputs = {
      CreateServiceAccount: { accountId: fake.fake.account.id, name: "n", roleCode: "Viewer" },
      UpdateServiceAccount: { serviceAccountId, enabled: false },
      DeleteServiceAccount: { serviceAccountId },
      CreateServiceAccountKey: { serviceAccountId },
      RevokeServiceAccountKey: { serviceAccountKeyId: fake.key.id },
    };
    const results = [];
    for (const [operation, input] of Object.entries(inputs)) {
      const field = operation.charAt(0).toLowerCase() + operation.slice(1);
      results.push({ field, ...(await send(fake.fake, operation, { input }, credential)) });
    }
    return results;
  }

  test.each(["Editor", "Viewer"] as const)("is refused to a user who is %s", async (role) => {
    const furnished = await createFurnishedFake();
    const session = await login(furnished.fake, furnished.fake.createUser({ role }).userKey);
    for (const { field, status, body } of await refusals(furnished, session)) {
      expect([status, body]).toEqual([200, unauthorized(field)]);
    }
    expect((await send(furnished.fake, "Me", {}, furnished.apiKey)).status).toBe(200);
  });

  test.each(["Admin", "Editor", "Viewer"])("is refused to an API key whose role is %s", async (role) => {
    const furnished = await createFurnishedFake({}, role);
    for (const { field, status, body } of await refusals(furnished, furnished.apiKey)) {
      expect([status, body]).toEqual([200, unauthorized(field)]);
    }
    for (const serviceAccountId of [1, "unknown"]) {
      const { body } = await send(furnished.fake, "DeleteServiceAccount", { input: { serviceAccountId } }, furnished.apiKey);
      expect(body).toEqual(unauthorized("deleteServiceAccount"));
    }
  });

  test("is refused on a foreign or unknown account", async () => {
    const { fake } = createClockedFake();
    const { account } = fake.createAccount({ foreign: true });
    const session = await login(fake);
    for (const accountId of [account.id, 1]) {
      const input = { accountId, name: "n", roleCode: "Viewer" };
      const { body } = await send(fake, "CreateServiceAccount", { input }, session);
      expect(body).toEqual(unauthorized("createServiceAccount"));
    }
  });

  test.each(["FORBIDDEN", "INSUFFICIENT_PERMISSIONS"])("can be refused with 403 and %s", async (code) => {
    const furnished = await createFurnishedFake({ errors: { permission: { status: 403, code } } });
    for (const { field, status, body } of await refusals(furnished, furnished.apiKey)) {
      expect([status, body]).toEqual([403, refusal(field, code, "Unauthorized")]);
    }
  });
});
