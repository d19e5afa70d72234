import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, KeylightError, type CreateKeyInput } from "keylight";
import { createFakeLumar } from "keylight/testing";
import { adminOf, clientOf, countAt, failure, furnished, type Furnished } from "./support.ts";

const create = "CreateServiceAccountKey";

/** Creates a key whose answer is lost after it was made. */
async function loseKey({ fake, client, serviceAccount }: Furnished, input: CreateKeyInput = {}): Promise<AmbiguousMutationError> {
  fake.failNext({ operationName: create, drop: "after" });
  return failure(client.serviceAccounts.keys.create(serviceAccount.id, input), AmbiguousMutationError);
}

describe("recover", () => {
  test("takes the only key that matches, with nothing but its facts", async () => {
    const world = await furnished();
    const error = await loseKey(world, { name: "lost", expiresAt: "2999-01-01" });
    const { outcome, candidates } = await error.recover();
    expect(outcome).toBe("revoked");
    expect(candidates).toMatchObject([{ name: "lost", revokedAt: null, lastUsedAt: null, expiresAt: "2999-01-01T00:00:00.000Z" }]);
    expect(Object.keys(candidates[0] ?? {})).not.toContain("secret");
  });

  test("touches nothing where two keys match", async () => {
    const world = await furnished();
    const { fake, serviceAccount } = world;
    const error = await loseKey(world, { name: "twin" });
    // Somebody else's: the client knows which keys it handed out itself.
    await adminOf(fake).serviceAccounts.keys.create(serviceAccount.id, { name: "twin" });
    const { outcome, candidates } = await error.recover();
    expect(outcome).toBe("undecided");
    expect(candidates.map(({ name }) => name)).toEqual(["twin", "twin"]);
    expect(countAt(fake, "RevokeServiceAccountKey")).toBe(0);
  });

  test.each([
    ["of another name", { name: "other" }],
    ["of a name that differs in case", { name: "Lost" }],
    ["of a name that differs in white space", { name: "lost " }],
    ["without a name", {}],
  ])("leaves a key alone %s", async (_, other) => {
    const world = await furnished();
    const { client, serviceAccount } = world;
    const error = await loseKey(world, { name: "lost" });
    const kept = await client.serviceAccounts.keys.create(serviceAccount.id, other);
    expect(await error.recover()).toMatchObject({ outcome: "revoked", candidates: [{ name: "lost" }] });
    const keys = await client.serviceAccounts.keys.list(serviceAccount.id);
    expect(keys.find(({ id }) => id === kept.id)?.revokedAt).toBeNull();
  });

  test("finds a key that was made without a name", async () => {
    const world = await furnished();
    const error = await loseKey(world);
    await world.client.serviceAccounts.keys.create(world.serviceAccount.id, { name: "named" });
    expect(await error.recover()).toMatchObject({ outcome: "revoked", candidates: [{ name: null }] });
  });

  test("leaves keys alone that are used or revoked: they are somebody's", async () => {
    const world = await furnished();
    const { client, fake, serviceAccount } = world;
    const used = await client.serviceAccounts.keys.create(serviceAccount.id, { name: "lost" });
    await clientOf({ apiKey: used.apiKey }).accounts.get(fake.account.id);
    const revoked = await client.serviceAccounts.keys.create(serviceAccount.id, { name: "lost" });
    await client.serviceAccounts.keys.revoke(revoked.id);
    const error = await loseKey(world, { name: "lost" });
    const { outcome, candidates } = await error.recover();
    expect(outcome).toBe("revoked");
    expect([used.id, revoked.id]).not.toContain(candidates[0]?.id);
  });

  test("leaves a key alone that was made before the call began", async () => {
    let time = Date.now() - 3_600_000;
    const world = await furnished({ now: () => time });
    const { client, serviceAccount } = world;
    const older = await client.serviceAccounts.keys.create(serviceAccount.id, { name: "lost" });
    time = Date.now();
    const error = await loseKey(world, { name: "lost" });
    const { outcome, candidates } = await error.recover();
    expect(outcome).toBe("revoked");
    expect(candidates).toHaveLength(1);
    expect(candidates[0]?.id).not.toBe(older.id);
  });

  test.each([-6 * 3_600_000, 6 * 3_600_000])("goes by the server's clock, which is %d ms off ours", async (skew) => {
    const now = (): number => Date.now() + skew;
    const world = await furnished({ now });
    const error = await loseKey(world, { name: "lost" });
    world.fake.failNext({ operationName: "ListServiceAccountKeys", headers: { date: new Date(now()).toUTCString() } });
    expect(await error.recover()).toMatchObject({ outcome: "revoked", candidates: [{ name: "lost" }] });
  });

  test.each([
    [30_000, "revoked"],
    [120_000, "not-found"],
  ])("where no Date tells the server's clock, %d ms behind ours means %s", async (behind, outcome) => {
    const fake = createFakeLumar({ now: () => Date.now() - behind });
    const direct: typeof fetch = async (input, init) => {
      const response = await fake.handle(new Request(input, init));
      if (response.type === "error") throw new TypeError("broken");
      response.headers.delete("date");
      return response;
    };
    const client = clientOf({ userKey: fake.userKey, fetch: direct });
    const serviceAccount = await client.serviceAccounts.create({ accountId: fake.account.id, name: "CI", roleCode: "Viewer" });
    const error = await loseKey({ fake, client, serviceAccount }, { name: "lost" });
    expect((await error.recover()).outcome).toBe(outcome);
  });

  test("looks twice before it says that no key was made, and finds one that shows late", async () => {
    const world = await furnished();
    const error = await loseKey(world, { name: "late" });
    const none = { data: { serviceAccount: { id: world.serviceAccount.id, name: "CI", keys: [] } } };
    world.fake.failNext({ operationName: "ListServiceAccountKeys", body: none });
    expect(await error.recover()).toMatchObject({ outcome: "revoked", candidates: [{ name: "late" }] });
    expect(countAt(world.fake, "ListServiceAccountKeys")).toBe(2);
  });

  test("can be called again: what is revoked is not found any more", async () => {
    const world = await furnished();
    const error = await loseKey(world, { name: "lost" });
    expect((await error.recover()).outcome).toBe("revoked");
    expect((await error.recover()).outcome).toBe("not-found");
    expect(countAt(world.fake, "RevokeServiceAccountKey")).toBe(1);
  });

  test("tells its own trouble, and may be tried again", async () => {
    const world = await furnished({}, { retry: { attempts: 0 } });
    const error = await loseKey(world, { name: "lost" });
    world.fake.failNext({ operationName: "ListServiceAccountKeys", status: 503 });
    expect(await failure(error.recover(), KeylightError)).toMatchObject({ retryable: true, status: 503 });
    expect((await error.recover()).outcome).toBe("revoked");
  });

  test("works although the call's own signal is aborted, and renews the session", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ operationName: create, drop: "after" });
    const controller = new AbortController();
    const { signal } = controller;
    const error = await failure(client.serviceAccounts.keys.create(serviceAccount.id, { name: "lost" }, { signal }), AmbiguousMutationError);
    controller.abort();
    fake.expireSessions();
    expect((await error.recover()).outcome).toBe("revoked");
  });
});
