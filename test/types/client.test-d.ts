import { expectTypeOf, test } from "vitest";
import {
  Client,
  Secret,
  type Account,
  type AccountList,
  type ClientOptions,
  type CreatedServiceAccountKey,
  type CredentialValue,
  type ID,
  type KeyFinding,
  type KeyIssue,
  type RequestOptions,
  type RoleCode,
  type RotationResult,
  type ServiceAccount,
  type ServiceAccountDetails,
  type ServiceAccountKey,
  type ServiceAccountWithKeys,
  type SessionInfo,
  type SessionStore,
  type StoredSession,
  type User,
} from "keylight";

declare const client: Client;
declare const id: ID;
declare const maybe: boolean;
const { accounts, serviceAccounts, userKeys } = client;
const { keys } = serviceAccounts;

test("the client's own members", () => {
  expectTypeOf(client.endpoint).toEqualTypeOf<string>();
  expectTypeOf(client.me()).resolves.toEqualTypeOf<User>();
  expectTypeOf(client.version()).resolves.toEqualTypeOf<string>();
  expectTypeOf(client.login()).resolves.toEqualTypeOf<SessionInfo>();
  expectTypeOf(client.logout()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(client.close()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(client.with({ timeout: 5 })).toEqualTypeOf<Client>();
  expectTypeOf(client).toExtend<AsyncDisposable>();
  // @ts-expect-error the endpoint is fixed once the client is made
  client.endpoint = "https://other.example/";
  // @ts-expect-error a session does not show its token
  void client.login().then(({ token }) => token);
});

test("each call takes the same options, all of them optional", () => {
  expectTypeOf(client.me).parameter(0).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.version).parameter(0).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.login).parameter(0).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.logout).parameter(0).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf<Parameters<typeof accounts.get>>().toEqualTypeOf<[id: ID, options?: RequestOptions | undefined]>();
  expectTypeOf<Parameters<typeof serviceAccounts.list>>().toEqualTypeOf<[accountId: ID, options?: RequestOptions | undefined]>();
  expectTypeOf(serviceAccounts.create).parameter(1).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf<Parameters<typeof userKeys.create>>().toEqualTypeOf<[options?: RequestOptions | undefined]>();
  void client.me({ signal: new AbortController().signal, timeout: 1, headers: { "x-a": "b" }, idempotent: true, allowPartial: true });
  // @ts-expect-error a timeout is a number of milliseconds
  void client.me({ timeout: "5s" });
  // @ts-expect-error there is no such option
  void client.me({ retries: 5 });
});

test("accounts", () => {
  expectTypeOf(accounts.get(id)).resolves.toEqualTypeOf<Account>();
  expectTypeOf(accounts.list()).toEqualTypeOf<AccountList>();
  expectTypeOf(accounts.list()).toExtend<AsyncIterable<Account>>();
  expectTypeOf(accounts.list().toArray({ limit: 5 })).resolves.toEqualTypeOf<Account[]>();
  expectTypeOf<Account>().toEqualTypeOf<{ readonly id: string; readonly name: string | null }>();
  // @ts-expect-error a list is iterated or turned into an array; it is no promise
  void accounts.list().then(undefined);
  // @ts-expect-error an id is needed
  void accounts.get();
});

test("service accounts", () => {
  const input = { accountId: id, name: "CI", roleCode: "Viewer" } as const;
  expectTypeOf(serviceAccounts.create(input)).resolves.toEqualTypeOf<ServiceAccount>();
  expectTypeOf(serviceAccounts.list(5)).resolves.toEqualTypeOf<ServiceAccountWithKeys[]>();
  expectTypeOf(serviceAccounts.get(id)).resolves.toEqualTypeOf<ServiceAccountDetails>();
  expectTypeOf<ServiceAccountDetails>().toExtend<ServiceAccount>();
  expectTypeOf(serviceAccounts.update(id, { description: null })).resolves.toEqualTypeOf<ServiceAccount>();
  expectTypeOf(serviceAccounts.enable(id)).resolves.toEqualTypeOf<ServiceAccount>();
  expectTypeOf(serviceAccounts.disable(id)).resolves.toEqualTypeOf<ServiceAccount>();
  expectTypeOf(serviceAccounts.delete(id)).resolves.toEqualTypeOf<{ id: string }>();
  // @ts-expect-error the role is needed
  void serviceAccounts.create({ accountId: id, name: "CI" });
  // @ts-expect-error there is no such role
  void serviceAccounts.create({ ...input, roleCode: "Owner" });
  // @ts-expect-error null clears a description in an update, and means nothing in a creation
  void serviceAccounts.create({ ...input, description: null });
  // @ts-expect-error a name cannot be cleared
  void serviceAccounts.update(id, { name: null });
  // @ts-expect-error a date is no id
  void serviceAccounts.get(new Date());
});

test("roles: a closed set on the way in, an open one on the way out", () => {
  expectTypeOf<RoleCode>().toEqualTypeOf<"Admin" | "Editor" | "Viewer">();
  expectTypeOf<"Admin">().toExtend<ServiceAccount["roleCode"]>();
  expectTypeOf<"Owner">().toExtend<ServiceAccount["roleCode"]>();
  expectTypeOf<ServiceAccount["roleCode"]>().toExtend<string>();
});

test("keys", () => {
  expectTypeOf(keys.create(id)).resolves.toEqualTypeOf<CreatedServiceAccountKey>();
  expectTypeOf(keys.create(id, { name: "n", expiresAt: new Date() })).resolves.toEqualTypeOf<CreatedServiceAccountKey>();
  expectTypeOf(keys.list(id)).resolves.toEqualTypeOf<ServiceAccountKey[]>();
  expectTypeOf(keys.revoke(id)).resolves.toEqualTypeOf<{ id: string; revokedAt: string }>();
  expectTypeOf(keys.rotate(id, { serviceAccountId: id, store: () => undefined })).resolves.toEqualTypeOf<RotationResult>();
  expectTypeOf(keys.audit(id, { maxAgeDays: 30, timeout: 5 })).resolves.toEqualTypeOf<KeyFinding[]>();
  expectTypeOf<RotationResult["oldKeyRevoked"]>().toEqualTypeOf<boolean | "unknown">();
  expectTypeOf<CreatedServiceAccountKey>().toExtend<ServiceAccountKey>();
  expectTypeOf<CreatedServiceAccountKey["apiKey"]>().toEqualTypeOf<Secret>();
  expectTypeOf<CreatedServiceAccountKey["secret"]>().toEqualTypeOf<Secret>();
  expectTypeOf<ServiceAccountKey>().not.toHaveProperty("secret");
  expectTypeOf<KeyFinding["issues"]>().toEqualTypeOf<KeyIssue[]>();
  expectTypeOf<KeyIssue>().toEqualTypeOf<"never-used" | "unused" | "expiring" | "expired" | "no-expiry" | "old" | "disabled-account">();
  // @ts-expect-error a rotation without store would lose the secret
  void keys.rotate(id, { serviceAccountId: id });
  // @ts-expect-error a Secret is no string: it must be revealed
  const _text: string = new Secret("x");
  // @ts-expect-error milliseconds since 1970 are no instant here
  void keys.create(id, { expiresAt: Date.now() });
});

test("store of a rotation may be asynchronous", () => {
  const put = (text: string): Promise<void> => Promise.reject(new Error(text));
  void keys.rotate(id, { serviceAccountId: id, store: async ({ apiKey }) => put(apiKey.reveal()) });
  void keys.rotate(id, {
    serviceAccountId: id,
    verify: false,
    // @ts-expect-error the key has no such member
    store: ({ token }) => token,
  });
});

test("user keys", () => {
  expectTypeOf(userKeys.create()).resolves.toEqualTypeOf<{ id: string; secret: Secret }>();
  expectTypeOf(userKeys.delete(id)).resolves.toEqualTypeOf<{ id: string }>();
  void userKeys.create().then((userKey) => new Client({ userKey }));
});

test("credentials: text, a Secret, or a function of these", () => {
  expectTypeOf<CredentialValue>().toEqualTypeOf<string | Secret | (() => string | Secret | Promise<string | Secret>)>();
  const options: ClientOptions[] = [
    { apiKey: "x" },
    { apiKey: new Secret("x") },
    { apiKey: () => "x" },
    { sessionToken: async () => new Secret("x") },
    { userKey: { id: 1, secret: new Secret("x") } },
  ];
  expectTypeOf(options).items.toEqualTypeOf<ClientOptions>();
  // @ts-expect-error half a user key
  new Client({ userKey: { id: 1 } });
  // @ts-expect-error a user key is given as it is, not by a function
  new Client({ userKey: () => ({ id: 1, secret: "x" }) });
  // @ts-expect-error a misspelt option
  new Client({ apikey: "x" });
});

test("what may be absent is left out, under exactOptionalPropertyTypes too", () => {
  const name: { name?: string } = maybe ? { name: "n" } : {};
  void keys.create(id, { ...name, ...(maybe ? { expiresAt: "2999-01-01" } : {}) });
  new Client({ ...(maybe ? { timeout: 5 } : {}), env: { LC_API_KEY: undefined } });
  void serviceAccounts.update(id, name);
  void client.me(maybe ? { timeout: 5 } : undefined);
});

test("a session store of one's own", () => {
  const store: SessionStore = {
    get: () => Promise.resolve(undefined),
    set: (_key: string, { token }: StoredSession) => (token === "" ? Promise.reject(new Error("empty")) : Promise.resolve()),
    delete: () => Promise.resolve(),
  };
  new Client({ sessionStore: store });
  // @ts-expect-error a store without delete
  new Client({ sessionStore: { get: store.get, set: store.set } });
});
