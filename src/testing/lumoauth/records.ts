import type { Grant, TokenStore } from "./tokens.ts";

/** An API key, made in the portal. */
export interface KeyRecord {
  readonly tenant: TenantRecord;
  /** Undefined for a key that may do everything. */
  readonly scopes: readonly string[] | undefined;
  text: string;
  revoked: boolean;
}
export interface RoleRecord {
  readonly id: number;
  readonly isSystem: boolean;
  readonly createdAt: number;
  name: string;
  slug: string;
  description: string | null;
  permissions: readonly string[];
}
export interface GroupRecord {
  readonly id: number;
  readonly createdAt: number;
  name: string;
  slug: string;
  description: string | null;
  roles: Set<RoleRecord>;
  updatedAt: number;
}
export interface UserRecord {
  readonly id: string;
  readonly createdAt: number;
  email: string;
  username: string | null;
  name: string | null;
  givenName: string | null;
  familyName: string | null;
  phoneNumber: string | null;
  emailVerified: boolean;
  isActive: boolean;
  blocked: boolean;
  roles: Set<RoleRecord>;
  groups: Set<GroupRecord>;
  lastLoginAt: number | null;
  loginCount: number;
}
export interface ClientRecord {
  readonly id: number;
  readonly clientId: string;
  readonly createdAt: number;
  readonly isConfidential: boolean;
  /** Undefined for a public client. */
  secret: string | undefined;
  name: string;
  isActive: boolean;
  redirectUris: readonly string[];
  grantTypes: readonly string[];
  scopes: readonly string[];
  requiresPkce: boolean;
  /** In seconds, as the API counts. */
  accessTokenLifetime: number;
  refreshTokenLifetime: number;
}
/** What dynamic registration keeps beside the client that it makes. */
export interface RegistrationRecord {
  readonly client: ClientRecord;
  readonly accessToken: string;
  /** What the server shows of it, without secrets. */
  readonly metadata: Readonly<Record<string, unknown>>;
}
/** A device that waits for a person. */
export interface DeviceRecord extends Grant {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly expiresAt: number;
  interval: number;
  polledAt: number;
  verdict: "pending" | "approved" | "denied";
}
/** An authorization code. */
export interface CodeRecord extends Grant {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly method: string;
  readonly expiresAt: number;
}

/** Everything that belongs to one tenant. The keys of the maps are ids as texts, secrets, or codes. */
export interface TenantRecord {
  readonly slug: string;
  readonly orgId: string;
  readonly users: Map<string, UserRecord>;
  readonly roles: Map<string, RoleRecord>;
  readonly groups: Map<string, GroupRecord>;
  readonly clients: Map<string, ClientRecord>;
  readonly registrations: Map<string, RegistrationRecord>;
  readonly initialAccessTokens: Set<string>;
  readonly devices: Map<string, DeviceRecord>;
  readonly codes: Map<string, CodeRecord>;
  readonly tokens: TokenStore;
}
