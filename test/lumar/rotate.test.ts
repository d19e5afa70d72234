import { describe, expect, test } from "vitest";
import { clientOf, countAt, defined, furnishedWithKey, operationsAt, type Keyed } from "./support.ts";

const nothing = (): void => undefined;
const steps = ["GetServiceAccount", "CreateServiceAccountKey", "GetAccount", "RevokeServiceAccountKey"];

/** What has reached the server since the key was made. */
function sinceThen({ fake }: Keyed): (string | undefined)[] {
  return operationsAt(fake, 3);
}

/** The key that opened a request, if one did. */
function apiKeysAt({ fake }: Keyed, operationName: string): (string | undefined)[] {
  return fake.requests.filter((request) => request.operationName === operationName).map(({ headers }) => headers["x-api-key"]);
}

describe("rotate", () => {
  test("creates, proves, stores, and only then revokes the old key", async () => {
    const world = await furnishedWithKey();
    const { client, serviceAccount, key } = world;
    let atStore: (string | undefined)[] = [];
    const { key: made, oldKeyRevoked } = await client.serviceAccounts.keys.rotate(key.id, {
      serviceAccountId: serviceAccount.id,
      store: () => {
        atStore = sinceThen(world);
      },
    });
    expect(oldKeyRevoked).toBe(true);
    expect(atStore).toEqual(steps.slice(0, 3));
    expect(sinceThen(world)).toEqual(steps);
    expect(apiKeysAt(world, "GetAccount")).toEqual([made.apiKey.reveal()]);
    const keys = await client.serviceAccounts.keys.list(serviceAccount.id);
    expect(keys.map(({ id, revokedAt }) => [id, revokedAt === null])).toEqual([[key.id, false], [made.id, true]]);
  });

  test("waits for store before the old key is revoked", async () => {
    const world = await furnishedWithKey();
    const { client, fake, serviceAccount, key, apiKey } = world;
    let release: () => void = nothing;
    let reached: () => void = nothing;
    const storing = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const rotating = client.serviceAccounts.keys.rotate(key.id, {
      serviceAccountId: serviceAccount.id,
      store: () => {
        reached();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
    await storing;
    await clientOf({ apiKey }).accounts.get(fake.account.id);
    expect(countAt(fake, "RevokeServiceAccountKey")).toBe(0);
    release();
    expect((await rotating).oldKeyRevoked).toBe(true);
  });

  test("gives store the key that it returns, complete", async () => {
    const { client, fake, serviceAccount, key } = await furnishedWithKey();
    const stored: unknown[] = [];
    const { key: made } = await client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: serviceAccount.id, store: (one) => void stored.push(one) });
    expect(stored).toEqual([made]);
    expect(stored[0]).toBe(made);
    await clientOf({ apiKey: made.apiKey }).accounts.get(fake.account.id);
  });

  test("keeps the old key's name, or takes the one that is given, and the expiry", async () => {
    const { client, serviceAccount, key } = await furnishedWithKey();
    const { keys } = client.serviceAccounts;
    const options = { serviceAccountId: serviceAccount.id, store: nothing };
    const second = await keys.rotate(key.id, options);
    expect(second.key).toMatchObject({ name: "deploy", expiresAt: null });
    const third = await keys.rotate(second.key.id, { ...options, name: "renamed", expiresAt: "2999-01-01" });
    expect(third.key).toMatchObject({ name: "renamed", expiresAt: "2999-01-01T00:00:00.000Z" });
  });

  test("a key without a name gets a successor without one", async () => {
    const { client, serviceAccount } = await furnishedWithKey();
    const { keys } = client.serviceAccounts;
    const nameless = await keys.create(serviceAccount.id);
    const { key } = await keys.rotate(nameless.id, { serviceAccountId: serviceAccount.id, store: nothing });
    expect(key.name).toBeNull();
  });

  test("verify: false leaves the proof out", async () => {
    const world = await furnishedWithKey();
    const { client, serviceAccount, key } = world;
    await client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: serviceAccount.id, store: nothing, verify: false });
    expect(sinceThen(world)).toEqual(steps.filter((step) => step !== "GetAccount"));
  });

  test("takes numeric ids", async () => {
    const { client, serviceAccount, key } = await furnishedWithKey();
    const numberOf = (id: string): number => Number(/\d+$/.exec(atob(id))?.[0]);
    const { oldKeyRevoked } = await client.serviceAccounts.keys.rotate(numberOf(key.id), { serviceAccountId: numberOf(serviceAccount.id), store: nothing });
    expect(oldKeyRevoked).toBe(true);
  });

  test("works where the server gives bare secrets", async () => {
    const world = await furnishedWithKey({ keySecret: "bare" });
    const { client, serviceAccount, key } = world;
    const { key: made } = await client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: serviceAccount.id, store: nothing });
    expect(apiKeysAt(world, "GetAccount")).toEqual([made.apiKey.reveal()]);
  });

  test("the proof uses the client's own headers and transport, and no session", async () => {
    const calls: string[] = [];
    const counting: typeof fetch = (input, init) => {
      calls.push(new Request(input, init).url);
      return fetch(input, init);
    };
    const world = await furnishedWithKey({}, { headers: { "x-team": "blue" }, fetch: counting });
    const { client, fake, serviceAccount, key } = world;
    await client.serviceAccounts.keys.rotate(key.id, { serviceAccountId: serviceAccount.id, store: nothing });
    const proof = defined(fake.requests.find(({ operationName }) => operationName === "GetAccount"));
    expect(proof.headers).toMatchObject({ "x-team": "blue" });
    expect(proof.headers).not.toHaveProperty("x-auth-token");
    expect(calls).toHaveLength(fake.requests.length);
  });

  test("two rotations after one another end with one live key", async () => {
    const { client, serviceAccount, key } = await furnishedWithKey();
    const options = { serviceAccountId: serviceAccount.id, store: nothing };
    const second = await client.serviceAccounts.keys.rotate(key.id, options);
    const third = await client.serviceAccounts.keys.rotate(second.key.id, options);
    const live = (await client.serviceAccounts.keys.list(serviceAccount.id)).filter(({ revokedAt }) => revokedAt === null);
    expect(live.map(({ id }) => id)).toEqual([third.key.id]);
  });
});
