import { expectTypeOf, test } from "vitest";
import type { PermissionError, RateLimitError, RequestOptions, Secret } from "keylight";
import {
  getDefaultClient,
  LumoAuthClient,
  setDefaultClient,
  withClient,
  type CreatedOAuthClient,
  type DevicePrompt,
  type Group,
  type GroupMember,
  type LumoAuthId,
  type LumoAuthOptions,
  type OAuthClient,
  type RegisteredClient,
  type Role,
  type User,
} from "keylight/lumoauth";

declare const client: LumoAuthClient;
declare const maybe: boolean;
const { users, roles, groups, clients } = client;
const input = { name: "Web", redirectUris: ["https://a.example/callback"] };

test("credentials: text, a Secret, a function of these, or a login", () => {
  const options: LumoAuthOptions[] = [
    { tenant: "acme", apiKey: "x" },
    { tenant: "acme", apiKey: () => Promise.resolve("x"), header: "x-api-key" },
    { pathPrefix: "/orgs/1/api/v1", accessToken: "x", timeout: 5, retry: { attempts: 0 } },
    { tenant: "acme", login: { clientId: "app_1", scopes: ["admin"] } },
    maybe ? { tenant: "acme" } : {},
  ];
  expectTypeOf(options).items.toEqualTypeOf<LumoAuthOptions>();
  // @ts-expect-error there is no such header
  new LumoAuthClient({ header: "apikey" });
  // @ts-expect-error a login names an OAuth client
  new LumoAuthClient({ login: {} });
  // @ts-expect-error a misspelt option
  new LumoAuthClient({ apikey: "x" });
  // @ts-expect-error the tenant is a slug
  new LumoAuthClient({ tenant: 5 });
});

test("the client's own members", () => {
  expectTypeOf(client).toExtend<AsyncDisposable>();
  expectTypeOf(client.endpoint).toEqualTypeOf<string>();
  expectTypeOf(client.apiKeysPortalUrl).toEqualTypeOf<string>();
  expectTypeOf(client.rateLimit?.remaining).toEqualTypeOf<number | undefined>();
  expectTypeOf(client.rateLimit?.resetAt).toEqualTypeOf<string | undefined>();
  expectTypeOf(client.request("GET", "admin/permissions")).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(client.request<{ data: string[] }>("POST", "admin/x", { body: {}, query: { a: [1, "b"], c: true, d: undefined }, idempotent: true })).resolves.toEqualTypeOf<{ data: string[] }>();
  expectTypeOf(client.login({ timeout: 5, show: ({ userCode, verificationUri }: DevicePrompt) => console.log(userCode, verificationUri) })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(client.logout()).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error the endpoint is fixed once the client is made
  client.endpoint = "https://other.example/";
});

test("each kind of object has the same five methods", () => {
  expectTypeOf(users.get("ada@example.com")).resolves.toEqualTypeOf<User>();
  expectTypeOf(users.create({ email: "a@b.example" })).resolves.toEqualTypeOf<User>();
  expectTypeOf(users.update(1, { name: "x" }, { timeout: 5 })).resolves.toEqualTypeOf<User>();
  expectTypeOf(users.delete(1)).toEqualTypeOf<Promise<void>>();
  expectTypeOf(users.list()).toExtend<AsyncIterable<User>>();
  expectTypeOf(users.list().toArray({ limit: 5 })).resolves.toEqualTypeOf<User[]>();
  expectTypeOf(roles.get(1)).resolves.toEqualTypeOf<Role>();
  expectTypeOf(groups.create({ name: "Web" })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(clients.update(1, { isActive: false })).resolves.toEqualTypeOf<OAuthClient>();
  expectTypeOf<LumoAuthId>().toEqualTypeOf<string | number>();
  expectTypeOf(users.get).parameter(1).toEqualTypeOf<RequestOptions | undefined>();
  // @ts-expect-error a user has an address
  void users.create({ name: "Ada" });
  // @ts-expect-error roles are slugs
  void users.create({ email: "a@b.example", roles: [{ slug: "admin" }] });
  // @ts-expect-error a misspelt member
  void users.update(1, { fullName: "x" });
  // @ts-expect-error a client has redirects
  void clients.create({ name: "Web" });
  // @ts-expect-error a list is iterated or turned into an array; it is no promise
  void users.list().then(undefined);
});

test("lists take filters: those that are documented by their types, others as they are", () => {
  void users.list({ role: "admin", group: "web", blocked: false, search: "x", sortBy: "email", sortDir: "DESC", limit: 5, department: 7 });
  void roles.list({ isSystem: true });
  // @ts-expect-error blocked is true or false
  void users.list({ blocked: "yes" });
  // @ts-expect-error there are two directions
  void users.list({ sortDir: "down" });
  // @ts-expect-error a filter has one value
  void users.list({ role: ["admin"] });
});

test("what is done with one of them", () => {
  expectTypeOf(users.block(1)).toEqualTypeOf<Promise<void>>();
  expectTypeOf(users.setRoles("ada@example.com", ["admin"])).toEqualTypeOf<Promise<void>>();
  expectTypeOf(roles.users("admin")).toExtend<AsyncIterable<User>>();
  expectTypeOf(groups.members("web").toArray()).resolves.toEqualTypeOf<GroupMember[]>();
  expectTypeOf(groups.addMembers("web", [1, "u"])).toEqualTypeOf<Promise<void>>();
  expectTypeOf(groups.removeMember("web", 1)).toEqualTypeOf<Promise<void>>();
  void users.setPassword(1, {} as Secret);
  // @ts-expect-error roles are a list
  void users.setRoles(1, "admin");
  // @ts-expect-error users have no members
  void users.members(1);
});

test("secrets are Secrets, and no text", () => {
  expectTypeOf(clients.create(input)).resolves.toEqualTypeOf<CreatedOAuthClient>();
  expectTypeOf<CreatedOAuthClient["secret"]>().toEqualTypeOf<Secret | undefined>();
  expectTypeOf<OAuthClient>().not.toHaveProperty("secret");
  expectTypeOf(clients.rotateSecret(1)).resolves.toEqualTypeOf<{ clientId: string; secret: Secret }>();
  expectTypeOf<RegisteredClient["client_secret"]>().toEqualTypeOf<Secret | undefined>();
  expectTypeOf<RegisteredClient["registration_access_token"]>().toEqualTypeOf<Secret | undefined>();
  expectTypeOf(client.registerClient({ redirect_uris: ["https://a.example"], software_id: "x" }, { initialAccessToken: {} as Secret })).resolves.toEqualTypeOf<RegisteredClient>();
  // @ts-expect-error redirects are needed
  void client.registerClient({ client_name: "Web" });
});

test("errors tell scopes and limits", () => {
  expectTypeOf<PermissionError["requiredScopes"]>().toEqualTypeOf<readonly string[] | undefined>();
  expectTypeOf<PermissionError["grantedScopes"]>().toEqualTypeOf<readonly string[] | undefined>();
  expectTypeOf<RateLimitError["rateLimit"]>().toExtend<LumoAuthClient["rateLimit"]>();
});

test("the default client", () => {
  expectTypeOf(getDefaultClient()).toEqualTypeOf<LumoAuthClient>();
  expectTypeOf(withClient(client, () => 5)).toEqualTypeOf<number>();
  setDefaultClient(undefined);
  // @ts-expect-error a client, or undefined
  setDefaultClient({});
});
