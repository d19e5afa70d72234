import { describe, expect, test } from "vitest";
import { PermissionError, type Client } from "keylight";
import { clientOf, failure, fakeLumar, furnishedWithKey, lastAt, wrong } from "./support.ts";

const id = "TjAxNFNlcnZpY2VBY2NvdW50MTIz";
const store = (): void => undefined;

const refused: [string, string, (client: Client) => Promise<unknown>][] = [
  ["create", "CreateServiceAccount", ({ serviceAccounts }) => serviceAccounts.create({ accountId: id, name: "n", roleCode: "Viewer" })],
  ["update", "UpdateServiceAccount", ({ serviceAccounts }) => serviceAccounts.update(id, { name: "n" })],
  ["enable", "UpdateServiceAccount", ({ serviceAccounts }) => serviceAccounts.enable(id)],
  ["disable", "UpdateServiceAccount", ({ serviceAccounts }) => serviceAccounts.disable(id)],
  ["delete", "DeleteServiceAccount", ({ serviceAccounts }) => serviceAccounts.delete(id)],
  ["keys.create", "CreateServiceAccountKey", ({ serviceAccounts }) => serviceAccounts.keys.create(id)],
  ["keys.revoke", "RevokeServiceAccountKey", ({ serviceAccounts }) => serviceAccounts.keys.revoke(id)],
  ["keys.rotate", "RotateServiceAccountKey", ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, { serviceAccountId: id, store })],
  ["userKeys.create", "CreateUserKey", ({ userKeys }) => userKeys.create()],
  ["userKeys.delete", "DeleteUserKey", ({ userKeys }) => userKeys.delete(1)],
];

describe("a client that holds a service account key", () => {
  test.each(refused)("may not %s, and sends nothing for it", async (_, operationName, call) => {
    const fake = fakeLumar();
    for (const options of [{ apiKey: "lmr_sa_1_x" }, { apiKey: () => "lmr_sa_1_x" }, { env: { LC_API_KEY: "lmr_sa_1_x" } }]) {
      const error = await failure(call(clientOf(options)), PermissionError);
      expect(error).toMatchObject({ code: "SERVICE_ACCOUNT_FORBIDDEN", operationName, retryable: false, mayHaveExecuted: false });
      expect(error.hint).toContain("LC_USER_KEY_ID");
    }
    expect(fake.requests).toHaveLength(0);
  });

  test("is told so even when the input is wrong as well", async () => {
    const fake = fakeLumar();
    await failure(clientOf({ apiKey: "lmr_sa_1_x" }).serviceAccounts.create(wrong({})), PermissionError);
    expect(fake.requests).toHaveLength(0);
  });

  test("may read", async () => {
    const { fake, serviceAccount, key, apiKey } = await furnishedWithKey();
    const { accounts, serviceAccounts } = clientOf({ apiKey });
    expect((await accounts.get(fake.account.id)).id).toBe(fake.account.id);
    expect((await serviceAccounts.get(serviceAccount.id)).id).toBe(serviceAccount.id);
    expect((await serviceAccounts.list(fake.account.id)).map((one) => one.id)).toEqual([serviceAccount.id]);
    expect((await serviceAccounts.keys.list(serviceAccount.id)).map((one) => one.id)).toEqual([key.id]);
    expect(await serviceAccounts.keys.audit(fake.account.id)).toMatchObject([{ key: { id: key.id }, issues: ["no-expiry"] }]);
    expect(lastAt(fake).headers["x-api-key"]).toBe(apiKey);
  });

  test("derived from a user's client is refused too, while the user's is not", async () => {
    const { fake, client, serviceAccount, apiKey } = await furnishedWithKey();
    await failure(client.with({ apiKey }).serviceAccounts.disable(serviceAccount.id), PermissionError);
    expect((await client.serviceAccounts.disable(serviceAccount.id)).enabled).toBe(false);
    expect(lastAt(fake).headers).toHaveProperty("x-auth-token");
  });

  test("may send operations of its own, and gets the server's refusal", async () => {
    const { apiKey } = await furnishedWithKey();
    const error = await failure(clientOf({ apiKey }).request("mutation Own { createUserKey { id } }"), PermissionError);
    expect(error).toMatchObject({ code: "PERMISSION_DENIED", operationName: "Own", status: 200 });
  });
});
