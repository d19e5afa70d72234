import { expectTypeOf, test } from "vitest";
import { Secret, type CredentialValue, type RequestOptions } from "keylight";
import {
  CloudTowerClient,
  getDefaultClient,
  setDefaultClient,
  withClient,
  type ApiKeys,
  type CloudTowerLogin,
  type CloudTowerOptions,
  type CreatedApiKey,
  type UserRolePreset,
  type UserSource,
} from "keylight/cloudtower";

declare const client: CloudTowerClient;
declare const maybe: boolean;

test("the client's own members", () => {
  expectTypeOf(client.endpoint).toEqualTypeOf<string>();
  expectTypeOf(client.apiKeys).toEqualTypeOf<ApiKeys>();
  expectTypeOf(client.version()).resolves.toEqualTypeOf<string>();
  expectTypeOf(client.login()).resolves.toEqualTypeOf<Secret>();
  expectTypeOf(client.close()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(client).toExtend<AsyncDisposable>();
  // @ts-expect-error the endpoint is fixed once the client is made
  client.endpoint = "https://other.example/";
  // @ts-expect-error there is nothing to log out of: tokens do not end
  void client.logout();
});

test("each call takes the same options, all of them optional", () => {
  expectTypeOf(client.version).parameter(0).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.login).parameter(0).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.post).parameter(2).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.request).parameter(2).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.apiKeys.create).parameter(1).toEqualTypeOf<RequestOptions | undefined>();
  expectTypeOf(client.apiKeys.delete).parameter(1).toEqualTypeOf<RequestOptions | undefined>();
  // @ts-expect-error a timeout is a number of milliseconds
  void client.post("get-vms", {}, { timeout: "5s" });
});

test("API keys", () => {
  expectTypeOf(client.apiKeys.create({ name: "n" })).resolves.toEqualTypeOf<CreatedApiKey>();
  expectTypeOf<CreatedApiKey["key"]>().toEqualTypeOf<Secret>();
  expectTypeOf(client.apiKeys.delete({ key: "k" })).resolves.toEqualTypeOf<{ id: string }>();
  void client.apiKeys.create({ name: "n" }).then(({ key }) => client.apiKeys.delete({ key }));
  void client.apiKeys.delete({ id: "c1" });
  // @ts-expect-error a name is needed
  void client.apiKeys.create({});
  // @ts-expect-error a key without a name shows as nobody's in the audit
  void client.apiKeys.create();
  // @ts-expect-error nothing to delete
  void client.apiKeys.delete({});
  // @ts-expect-error a Secret is no string: it must be revealed
  void client.apiKeys.create({ name: "n" }).then(({ key }): string => key);
  // @ts-expect-error keys cannot be listed
  void client.apiKeys.list();
});

test("presets of roles: an open set, or null", () => {
  type Preset = CreatedApiKey["roles"][number]["preset"];
  expectTypeOf<UserRolePreset>().toExtend<Preset>();
  expectTypeOf<"NEW_PRESET">().toExtend<Preset>();
  expectTypeOf<null>().toExtend<Preset>();
  expectTypeOf<Preset>().toExtend<string | null>();
});

test("post and request name the answer's type once", () => {
  expectTypeOf(client.post("get-vms")).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(client.post<{ id: string }[]>("get-vms", { where: {} })).resolves.toEqualTypeOf<{ id: string }[]>();
  expectTypeOf(client.request("{ a }")).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(client.request<{ a: number }>("{ a }")).resolves.toEqualTypeOf<{ a: number }>();
  // @ts-expect-error a path is text
  void client.post(5);
});

test("credentials: one of a key, a token and a login", () => {
  const options: CloudTowerOptions[] = [
    {},
    { endpoint: "tower.example.com", apiKey: "x" },
    { apiKey: new Secret("x") },
    { token: async () => new Secret("x") },
    { login: { username: "root", password: "p" } },
    { login: { username: "root", password: new Secret("p"), source: "AUTHN", authConfigId: "c1" } },
    { allowHttp: true, graphqlPath: "/api", manageKeysWithKey: true, timeout: 5, ca: "PEM" },
  ];
  expectTypeOf(options).items.toEqualTypeOf<CloudTowerOptions>();
  expectTypeOf<CloudTowerOptions["apiKey"]>().toEqualTypeOf<CredentialValue | undefined>();
  expectTypeOf<UserSource>().toEqualTypeOf<"LOCAL" | "LDAP" | "AUTHN" | "SSO">();
  expectTypeOf<CloudTowerLogin["source"]>().toEqualTypeOf<UserSource | undefined>();
  void client.login().then((token) => new CloudTowerClient({ token }));
  // @ts-expect-error half a login
  new CloudTowerClient({ login: { username: "root" } });
  // @ts-expect-error no such source
  new CloudTowerClient({ login: { username: "root", password: "p", source: "local" } });
  // @ts-expect-error another service's option
  new CloudTowerClient({ userKey: { id: 1, secret: "x" } });
});

test("what may be absent is left out, under exactOptionalPropertyTypes too", () => {
  new CloudTowerClient({ ...(maybe ? { endpoint: "tower.example.com" } : {}), env: { CLOUDTOWER_TOKEN: undefined } });
  void client.version(maybe ? { timeout: 5 } : undefined);
});

test("the default client", () => {
  expectTypeOf(getDefaultClient()).toEqualTypeOf<CloudTowerClient>();
  expectTypeOf(withClient(client, () => 5)).toEqualTypeOf<number>();
  expectTypeOf(withClient(client, async () => client.version())).toEqualTypeOf<Promise<string>>();
  setDefaultClient(client);
  setDefaultClient(undefined);
  // @ts-expect-error nobody's client must not mean the default one
  withClient(undefined, () => 5);
});
