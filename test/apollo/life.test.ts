import { beforeAll, describe, expect, test } from "vitest";
import { AuthenticationError, NotFoundError, PermissionError } from "keylight";
import { transportName } from "../support/transport.ts";
import { clientOf, startLumar, type Lumar } from "./server.ts";

let lumar: Lumar;
beforeAll(async () => {
  lumar = await startLumar();
});

describe(`over ${transportName}`, () => {
  test("the whole life of a service account and its keys", async () => {
    const { state, seen } = lumar;
    const from = seen.length;
    const sessions = state.sessions.size;
    const client = clientOf(lumar);
    const { serviceAccounts } = client;
    const made = await serviceAccounts.create({ accountId: state.account.id, name: "CI", roleCode: "Editor", description: "d" });
    expect(made).toMatchObject({ name: "CI", roleCode: "Editor", description: "d", enabled: true });
    expect(await serviceAccounts.update(made.id, { name: "CD", description: null })).toMatchObject({ name: "CD", description: null, roleCode: "Editor" });

    const key = await serviceAccounts.keys.create(made.id, { name: "deploy", expiresAt: "2999-01-01" });
    const program = clientOf(lumar, { apiKey: key.apiKey });
    expect(await program.accounts.get(state.account.id)).toEqual({ id: state.account.id, name: state.account.name });
    expect(await serviceAccounts.get(made.id)).toMatchObject({ role: { name: "The Editor" }, keys: [{ id: key.id, lastUsedAt: expect.any(String) }] });

    let stored = "";
    const rotation = await serviceAccounts.keys.rotate(key.id, { serviceAccountId: made.id, store: ({ apiKey }) => void (stored = apiKey.reveal()) });
    expect(rotation.oldKeyRevoked).toBe(true);
    await expect(program.accounts.get(state.account.id)).rejects.toMatchObject({ code: "KEY_REJECTED" });
    const next = clientOf(lumar, { apiKey: stored });
    expect((await next.serviceAccounts.list(state.account.id)).map(({ id }) => id)).toContain(made.id);
    expect((await serviceAccounts.keys.audit(state.account.id)).find((one) => one.key.id === rotation.key.id)?.issues).toEqual(["no-expiry"]);

    await serviceAccounts.disable(made.id);
    await expect(next.accounts.get(state.account.id)).rejects.toThrow(AuthenticationError);
    await serviceAccounts.enable(made.id);
    await next.accounts.get(state.account.id);
    const { revokedAt } = await serviceAccounts.keys.revoke(rotation.key.id);
    expect((await serviceAccounts.keys.revoke(rotation.key.id)).revokedAt).toBe(revokedAt);
    expect(await serviceAccounts.delete(made.id)).toEqual({ id: made.id });
    await expect(serviceAccounts.get(made.id)).rejects.toThrow(NotFoundError);
    await client.logout();
    expect(state.sessions.size).toBe(sessions);

    const sent = seen.slice(from);
    for (const { operationName, credentials } of sent) expect(credentials).toHaveLength(operationName === "LoginWithUserKey" ? 0 : 1);
    expect(sent.filter(({ operationName }) => operationName === "LoginWithUserKey")).toHaveLength(1);
    expect(new Set(sent.map(({ contentType }) => contentType))).toEqual(new Set(["application/json"]));
  });

  test("me, version, accounts and user keys", async () => {
    const { state } = lumar;
    const client = clientOf(lumar);
    expect(await client.version()).toBe("apollo-1");
    expect(await client.me()).toEqual({ id: state.user.id, username: state.user.username });
    expect(await client.accounts.list().toArray()).toEqual([{ id: state.account.id, name: state.account.name }]);
    const userKey = await client.userKeys.create();
    expect((await clientOf(lumar, { userKey }).me()).id).toBe(state.user.id);
    expect(await client.userKeys.delete(userKey.id)).toEqual({ id: userKey.id });
  });

  test("a service account is refused by the server as well, and its session is not renewed", async () => {
    const { state, seen } = lumar;
    const client = clientOf(lumar);
    const made = await client.serviceAccounts.create({ accountId: state.account.id, name: "CI", roleCode: "Viewer" });
    const { apiKey } = await client.serviceAccounts.keys.create(made.id);
    const from = seen.length;
    const call = clientOf(lumar, { apiKey }).request("mutation Own { createUserKey { id } }");
    await expect(call).rejects.toThrow(PermissionError);
    expect(seen.slice(from).map(({ operationName }) => operationName)).toEqual(["Own"]);
  });

  test("forty calls at once log in once", async () => {
    const { seen } = lumar;
    const client = clientOf(lumar);
    const from = seen.length;
    await Promise.all(Array.from({ length: 40 }, () => client.me()));
    expect(seen.slice(from).filter(({ operationName }) => operationName === "LoginWithUserKey")).toHaveLength(1);
  });
});
