import { randomHex, randomUrlSafe } from "../shared/random.ts";
import type { Settings } from "./options.ts";
import type { ClientRecord, GroupRecord, KeyRecord, RoleRecord, TenantRecord, UserRecord } from "./records.ts";
import { TokenStore } from "./tokens.ts";

/** The built-in roles that the documentation names. */
const systemRoles = { admin: "Administrator", user: "User", tenant_admin: "Tenant Administrator" };

/** Everything that one fake server remembers. It knows no permissions: the service asks first. */
export class State {
  readonly #settings: Settings;
  // One counter for all types: the number of one object is then never that of another, and a mix-up cannot pass unseen.
  #lastNumber = 100;
  readonly #tenants: TenantRecord[] = [];
  readonly #keys = new Set<KeyRecord>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  addTenant(slug: string): TenantRecord {
    const tenant: TenantRecord = {
      slug,
      orgId: globalThis.crypto.randomUUID(),
      users: new Map(),
      roles: new Map(),
      groups: new Map(),
      clients: new Map(),
      registrations: new Map(),
      initialAccessTokens: new Set(),
      devices: new Map(),
      codes: new Map(),
      tokens: new TokenStore(this.#settings.now),
    };
    for (const [role, name] of Object.entries(systemRoles)) {
      this.addRole(tenant, { name, slug: role, description: null, permissions: [] }, true);
    }
    this.#tenants.push(tenant);
    return tenant;
  }

  /** The tenant that this segment of a path names, be it a slug or the id of an organization. */
  tenant(segment: string): TenantRecord | undefined {
    const { prefix } = this.#settings;
    return this.#tenants.find(({ slug, orgId }) => segment === (prefix === "t" ? slug : orgId));
  }

  tenants(): readonly TenantRecord[] {
    return this.#tenants;
  }

  addKey(tenant: TenantRecord, scopes: readonly string[] | undefined): KeyRecord {
    const key: KeyRecord = { tenant, scopes, text: newKeyText(), revoked: false };
    this.#keys.add(key);
    return key;
  }

  /** The key with exactly this text, also a revoked one. @throws Error if there is no such key. */
  key(text: string): KeyRecord {
    const key = [...this.#keys].find((one) => one.text === text);
    if (key === undefined) throw new Error("There is no such API key: it was rotated, deleted or never made.");
    return key;
  }

  deleteKey(key: KeyRecord): void {
    this.#keys.delete(key);
  }

  isLive(key: KeyRecord): boolean {
    return this.#keys.has(key) && !key.revoked;
  }

  /** The live key of this tenant with exactly this text. */
  liveKey(tenant: TenantRecord, text: string): KeyRecord | undefined {
    return [...this.#keys].find((key) => key.tenant === tenant && key.text === text && !key.revoked);
  }

  addUser(tenant: TenantRecord, input: Pick<UserRecord, "email"> & Partial<UserRecord>): UserRecord {
    const user: UserRecord = {
      id: globalThis.crypto.randomUUID(),
      createdAt: this.#settings.now(),
      username: null,
      name: null,
      givenName: null,
      familyName: null,
      phoneNumber: null,
      emailVerified: false,
      isActive: true,
      blocked: false,
      roles: new Set(),
      groups: new Set(),
      lastLoginAt: null,
      loginCount: 0,
      ...input,
    };
    tenant.users.set(user.id, user);
    return user;
  }

  addRole(tenant: TenantRecord, input: Omit<RoleRecord, "id" | "isSystem" | "createdAt">, isSystem = false): RoleRecord {
    const role: RoleRecord = { id: this.#number(), createdAt: this.#settings.now(), isSystem, ...input };
    tenant.roles.set(String(role.id), role);
    return role;
  }

  addGroup(tenant: TenantRecord, input: Omit<GroupRecord, "id" | "createdAt" | "updatedAt">): GroupRecord {
    const now = this.#settings.now();
    const group: GroupRecord = { id: this.#number(), createdAt: now, updatedAt: now, ...input };
    tenant.groups.set(String(group.id), group);
    return group;
  }

  addClient(tenant: TenantRecord, input: Pick<ClientRecord, "name" | "redirectUris" | "isConfidential"> & Partial<ClientRecord>): ClientRecord {
    const { accessTokenLifetime, refreshTokenLifetime, now } = this.#settings;
    const client: ClientRecord = {
      id: this.#number(),
      clientId: `app_${randomHex(24)}`,
      createdAt: now(),
      secret: input.isConfidential ? newClientSecret() : undefined,
      isActive: true,
      grantTypes: ["authorization_code"],
      scopes: ["openid", "profile", "email"],
      requiresPkce: !input.isConfidential,
      accessTokenLifetime: accessTokenLifetime / 1000,
      refreshTokenLifetime: refreshTokenLifetime / 1000,
      ...input,
    };
    tenant.clients.set(String(client.id), client);
    return client;
  }

  #number(): number {
    return ++this.#lastNumber;
  }
}

/** The text of an API key. */
export function newKeyText(): string {
  return `lmk_${randomUrlSafe(48)}`;
}

/** The secret of a confidential client. */
export function newClientSecret(): string {
  return `cs_${randomUrlSafe(48)}`;
}
