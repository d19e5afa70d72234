import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, AuthenticationError, KeylightError, NotFoundError, TransportError, ValidationError, type RotateOptions } from "keylight";
import { clientOf, countAt, expectHidden, failure, furnishedWithKey, operationsAt, rejection, type Keyed } from "./support.ts";

const nothing = (): void => undefined;
const create = "CreateServiceAccountKey";
const revoke = "RevokeServiceAccountKey";

function rotate({ client, serviceAccount, key }: Keyed, options: Partial<RotateOptions> = {}) {
  return client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: serviceAccount.id, store: nothing, ...options });
}

/** The old key works, and it is the only one. */
async function expectOldKeyOnly({ client, fake, serviceAccount, key, apiKey }: Keyed): Promise<void> {
  await clientOf({ apiKey }).accounts.get(fake.account.id);
  const keys = await client.serviceAccounts.keys.list(serviceAccount.id);
  expect(keys.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id)).toEqual([key.id]);
}

describe("nothing is made", () => {
  test.each([
    ["of an unknown key", 999_999, NotFoundError],
    ["of a key that is no key", "nonsense", NotFoundError],
  ])("for a rotation %s", async (_, id, kind) => {
    const world = await furnishedWithKey();
    await failure(world.client.serviceAccounts.keys.rotate(id, { serviceAccountId: world.serviceAccount.id, store: nothing }), kind);
    expect(countAt(world.fake, create)).toBe(1);
    await expectOldKeyOnly(world);
  });

  test("for a key of another service account", async () => {
    const world = await furnishedWithKey();
    const other = await world.client.serviceAccounts.create({ accountId: world.fake.account.id, name: "other", roleCode: "Viewer" });
    const error = await failure(rotate(world, { serviceAccountId: other.id }), NotFoundError);
    expect(error.hint).toContain("List the keys");
    expect(countAt(world.fake, create)).toBe(1);
  });

  test("for an unknown service account, also where the answer is null", async () => {
    const world = await furnishedWithKey();
    await failure(rotate(world, { serviceAccountId: 1 }), NotFoundError);
    world.fake.failNext({ body: { data: { serviceAccount: null } } });
    await failure(rotate(world), NotFoundError);
    expect(countAt(world.fake, create)).toBe(1);
  });

  test("for a key that is revoked already: an earlier rotation may have finished", async () => {
    const world = await furnishedWithKey();
    await world.client.serviceAccounts.keys.revoke(world.key.id);
    const error = await failure(rotate(world), ValidationError);
    expect(error.issues).toEqual([{ path: "id", message: expect.stringContaining("revoked already") }]);
    expect(countAt(world.fake, create)).toBe(1);
  });
});

describe("the old key stays and the new one is revoked", () => {
  test("when the new key does not open the door", async () => {
    const world = await furnishedWithKey();
    world.fake.failNext({ operationName: "GetAccount", status: 401 });
    let stored = 0;
    const error = await failure(rotate(world, { store: () => void (stored += 1) }), AuthenticationError);
    expect(error).toMatchObject({ code: "KEY_REJECTED", operationName: "GetAccount", status: 401 });
    expect(stored).toBe(0);
    expect(operationsAt(world.fake, 3)).toEqual(["GetServiceAccount", create, "GetAccount", revoke]);
    await expectOldKeyOnly(world);
  });

  test.each([
    ["throws", () => { throw new RangeError("vault is sealed"); }],
    ["rejects", () => Promise.reject(new RangeError("vault is sealed"))],
  ])("when store %s: its own error comes out", async (_, store) => {
    const world = await furnishedWithKey();
    const error = await rejection(rotate(world, { store }));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toHaveProperty("message", "vault is sealed");
    expect(countAt(world.fake, revoke)).toBe(1);
    await expectOldKeyOnly(world);
  });

  test("when store fails and the signal is aborted: the new key is revoked all the same", async () => {
    const world = await furnishedWithKey();
    const controller = new AbortController();
    const store = (): never => {
      controller.abort();
      throw new Error("stopped");
    };
    await expect(rotate(world, { store, signal: controller.signal })).rejects.toThrow("stopped");
    await expectOldKeyOnly(world);
  });

  test("when the signal is aborted during the proof", async () => {
    const world = await furnishedWithKey();
    world.fake.failNext({ operationName: "GetAccount", delay: 60_000 });
    const controller = new AbortController();
    const reason = new Error("stop");
    const rotating = rotate(world, { signal: controller.signal });
    await expect.poll(() => countAt(world.fake, "GetAccount"), { interval: 2 }).toBe(1);
    controller.abort(reason);
    expect(await rejection(rotating)).toBe(reason);
    await expectOldKeyOnly(world);
  });

  test("when the complete key cannot be made", async () => {
    const world = await furnishedWithKey();
    const { client, fake, serviceAccount, key } = world;
    const service = { data: { serviceAccount: { ...serviceAccount, account: fake.account, role: { code: "x", name: "x" }, keys: [key] } } };
    const made = { id: "NewKey", name: "deploy", secret: "bare", expiresAt: null, createdAt: key.createdAt };
    fake.failNext([{ body: service }, { body: { data: { createServiceAccountKey: made } } }]);
    const rotating = client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: "odd-id", store: nothing });
    expect(await failure(rotating, KeylightError)).toMatchObject({ code: "BAD_RESPONSE" });
    expect(fake.requests.at(-1)).toMatchObject({ operationName: revoke, variables: { input: { serviceAccountKeyId: "NewKey" } } });
  });
});

test("when the new key cannot be revoked again either, the error names it", async () => {
  const world = await furnishedWithKey();
  world.fake.failNext([{ operationName: "GetAccount", status: 401 }, { operationName: revoke, status: 500 }]);
  const error = await failure(rotate(world), AuthenticationError);
  const keys = await world.client.serviceAccounts.keys.list(world.serviceAccount.id);
  const made = keys.find(({ id }) => id !== world.key.id);
  expect(error.hint).toContain(made?.id);
  expect(error.hint).toContain("by hand");
});

test("when store fails and the new key cannot be revoked, the error names the key and holds store's own", async () => {
  const world = await furnishedWithKey();
  const reason = Object.freeze(new Error("sealed"));
  world.fake.failNext({ operationName: revoke, status: 500 });
  const error = await rejection(rotate(world, { store: () => Promise.reject(reason) }));
  const keys = await world.client.serviceAccounts.keys.list(world.serviceAccount.id);
  const made = keys.find(({ id }) => id !== world.key.id);
  expect(error).toBeInstanceOf(AggregateError);
  expect(error).toHaveProperty("errors", [reason, expect.any(TransportError)]);
  expect(String(error)).toContain(made?.id);
  await clientOf({ apiKey: world.apiKey }).accounts.get(world.fake.account.id);
});

test("a create whose answer is lost is ambiguous, and recover() never takes an older key", async () => {
  const world = await furnishedWithKey();
  world.fake.failNext({ operationName: create, drop: "after" });
  const error = await failure(rotate(world), AmbiguousMutationError);
  const { outcome, candidates } = await error.recover();
  expect(outcome).toBe("revoked");
  expect(candidates.map(({ id }) => id)).not.toContain(world.key.id);
  await expectOldKeyOnly(world);
});

test("a create that never ran leaves recover() nothing, although the old key bears the same name", async () => {
  const world = await furnishedWithKey();
  world.fake.failNext({ operationName: create, drop: "before" });
  const error = await failure(rotate(world), AmbiguousMutationError);
  expect(await error.recover()).toEqual({ outcome: "not-found", candidates: [] });
  await expectOldKeyOnly(world);
});

describe("when only the old key's revocation fails, the new key is given", () => {
  test.each([
    ["refused", { status: 403, body: { errors: [{ message: "Unauthorized", extensions: { code: "FORBIDDEN" } }] } }, false],
    ["429 to the end", { status: 429, headers: { "retry-after": "3600" } }, false],
    ["lost after it ran", { drop: "after" as const }, "unknown"],
    ["lost before it ran", { drop: "before" as const }, "unknown"],
    ["502", { status: 502 }, "unknown"],
    ["an answer without revokedAt", { body: { data: {} } }, "unknown"],
  ])("%s", async (_, fault, oldKeyRevoked) => {
    const world = await furnishedWithKey();
    world.fake.failNext({ operationName: revoke, ...fault });
    const result = await rotate(world);
    expect(result.oldKeyRevoked).toBe(oldKeyRevoked);
    await clientOf({ apiKey: result.key.apiKey }).accounts.get(world.fake.account.id);
    expect(countAt(world.fake, revoke)).toBe(1);
  });

  test("aborted", async () => {
    const world = await furnishedWithKey();
    world.fake.failNext({ operationName: revoke, delay: 60_000 });
    const controller = new AbortController();
    const rotating = rotate(world, { signal: controller.signal });
    await expect.poll(() => countAt(world.fake, revoke), { interval: 2 }).toBe(1);
    controller.abort();
    expect((await rotating).oldKeyRevoked).toBe("unknown");
  });
});

test("no failure of a rotation shows a secret", async () => {
  const world = await furnishedWithKey();
  const secrets: string[] = [world.apiKey, world.fake.userKey.secret];
  world.fake.failNext({ operationName: "GetAccount", status: 401 });
  const errors: unknown[] = [await rejection(rotate(world))];
  const store: RotateOptions["store"] = (key) => {
    secrets.push(key.apiKey.reveal());
    throw new Error("sealed");
  };
  errors.push(await rejection(rotate(world, { store })));
  for (const error of errors) expectHidden(error, secrets);
});
