/** Every call that `keylight/lumoauth` offers. Never run: `npm run types:check` compiles it against the built declarations. */
import {
  getDefaultClient,
  LumoAuthClient,
  setDefaultClient,
  withClient,
  type LumoAuthOptions,
  type OAuthClient,
  type Role,
  type User,
} from "keylight/lumoauth";

export function makeClients(secret: string): readonly LumoAuthClient[] {
  const common: LumoAuthOptions = { baseUrl: "https://auth.example.com", tenant: "acme", timeout: 5_000 };
  return [new LumoAuthClient({ ...common, apiKey: () => secret, header: "x-api-key" }), new LumoAuthClient({ ...common, accessToken: secret })];
}

export async function people(client: LumoAuthClient, signal: AbortSignal): Promise<readonly unknown[]> {
  const names: string[] = [];
  for await (const { email } of client.users.list({ search: "ada", sortBy: "email", sortDir: "ASC" }, { signal })) names.push(email);
  const made: User = await client.users.create({ email: "ada@example.com", givenName: "Ada", roles: ["admin"] });
  const changed = await client.users.update(made.id, { isActive: false });
  const found = await client.users.get(changed.id, { timeout: 1_000 });
  await client.users.delete(found.id);
  const role: Role = await client.roles.create({ name: "Reader", permissions: ["users.read"] });
  const group = await client.groups.create({ name: "Web", roles: [role.slug] });
  const roles = await client.roles.list({ limit: 20 }).toArray({ limit: 10 });
  return [...names, group.memberCount, roles.map(({ permissions }) => permissions), client.rateLimit?.remaining, client.apiKeysPortalUrl];
}

export async function memberships(client: LumoAuthClient, id: string): Promise<readonly unknown[]> {
  await client.users.block(id);
  await client.users.unblock(id);
  await client.users.sendPasswordReset(id);
  await client.users.setPassword(id, "correct horse battery");
  await client.users.setRoles(id, ["admin"]);
  await client.users.setGroups(id, []);
  await client.roles.setPermissions("reader", ["users.read"]);
  await client.groups.addMembers("web", [id]);
  await client.groups.removeMember("web", id);
  await client.groups.setRoles("web", ["reader"]);
  const members = await client.groups.members("web").toArray();
  const readers: User[] = await client.roles.users("reader", { limit: 20 }).toArray();
  return [members.map(({ email }) => email), readers];
}

export async function person(baseUrl: string): Promise<void> {
  const client = new LumoAuthClient({ baseUrl, tenant: "acme", login: { clientId: "app_1", scopes: ["admin"] } });
  await client.login({ show: ({ userCode, verificationUri }) => console.log(userCode, verificationUri) });
  await client.logout();
}

export async function applications(client: LumoAuthClient): Promise<readonly unknown[]> {
  const made = await client.clients.create({ name: "Web", redirectUris: ["https://example.com/callback"] });
  const rotated = await client.clients.rotateSecret(made.id);
  await client.clients.disable(made.id);
  await client.clients.enable(made.id);
  const all: OAuthClient[] = await client.clients.list().toArray();
  const registered = await client.registerClient({ redirect_uris: ["http://127.0.0.1/"], client_name: "CLI" }, { initialAccessToken: rotated.secret });
  const own = await client.request<{ items: readonly string[] }>("GET", "/audit", { query: { page: 1 } });
  await client.close();
  return [made.secret, all.length, registered.client_id, registered.client_secret, own.items, client.endpoint];
}

export function defaults(client: LumoAuthClient): Promise<User[]> {
  setDefaultClient(client);
  return withClient(client, () => getDefaultClient().users.list().toArray());
}
