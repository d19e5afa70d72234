import type { Secret } from "../core/secret.ts";

/** An id as paths take it: a number or a uuid; roles and groups also by slug, users also by e-mail address. */
export type LumoAuthId = string | number;

/** Another object as lists of it name it. */
export interface Named {
  readonly slug: string;
  readonly name?: string;
}

/** What the server sends beyond these members stays in the object. @see https://docs.lumoauth.dev */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly username?: string | null;
  readonly name?: string | null;
  readonly givenName?: string | null;
  readonly familyName?: string | null;
  readonly picture?: string | null;
  readonly phoneNumber?: string | null;
  readonly emailVerified: boolean;
  readonly isActive: boolean;
  readonly blocked: boolean;
  readonly mfaEnabled: boolean;
  readonly roles: readonly Named[];
  readonly groups: readonly Named[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly lastLoginAt?: string | null;
  readonly loginCount: number;
}

/** What a new user is given. */
export interface CreateUserInput {
  email: string;
  password?: string | Secret;
  name?: string;
  username?: string;
  givenName?: string;
  familyName?: string;
  phoneNumber?: string;
  /** Slugs. */
  roles?: readonly string[];
  /** Slugs. */
  groups?: readonly string[];
  emailVerified?: boolean;
  isActive?: boolean;
}

/** Permissions that go together. */
export interface Role {
  readonly id: LumoAuthId;
  readonly name: string;
  readonly slug: string;
  readonly description?: string | null;
  /** System roles can be neither changed nor deleted. */
  readonly isSystem: boolean;
  readonly userCount: number;
  readonly permissions: readonly Named[];
  readonly createdAt: string;
}

/** What a new role is given. */
export interface CreateRoleInput {
  name: string;
  slug?: string;
  description?: string;
  permissions?: readonly string[];
}

/** Users who are given the same roles. */
export interface Group {
  readonly id: LumoAuthId;
  readonly name: string;
  readonly slug: string;
  readonly description?: string | null;
  readonly memberCount: number;
  readonly roles: readonly Named[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a new group is given. */
export interface CreateGroupInput {
  name: string;
  slug?: string;
  description?: string;
  roles?: readonly string[];
}

/** A user as the members of a group are listed: perhaps with less than all that is known of the user. */
export interface GroupMember {
  readonly id: string;
  readonly email: string;
  readonly name?: string | null;
  readonly username?: string | null;
}

/** An OAuth client. */
export interface OAuthClient {
  readonly id: LumoAuthId;
  /** What it says of itself in OAuth. */
  readonly clientId: string;
  readonly name: string;
  /** Whether it has a secret. */
  readonly isConfidential: boolean;
  readonly isActive: boolean;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  /** Servers name its scopes by this, or by `allowedScopes`. */
  readonly scopes?: readonly string[];
  readonly allowedScopes?: readonly string[];
  readonly requiresPkce?: boolean;
  /** Seconds. */
  readonly accessTokenLifetime?: number;
  /** Seconds. */
  readonly refreshTokenLifetime?: number;
  readonly createdAt: string;
}

/** What a new OAuth client is given. */
export interface CreateClientInput {
  name: string;
  redirectUris: readonly string[];
  allowedScopes?: readonly string[];
  grantTypes?: readonly string[];
  /** @defaultValue true, at the server */
  isConfidential?: boolean;
  requiresPkce?: boolean;
  isActive?: boolean;
  applicationType?: string;
}

/** What all lists take; other filters go out as they are. Pages are asked for by themselves. */
export interface ListQuery {
  search?: string;
  sortBy?: string;
  sortDir?: "ASC" | "DESC";
  /** Objects a request, 1 to 100. @defaultValue 100 */
  limit?: number;
  readonly [filter: string]: string | number | boolean | undefined;
}

/** What lists of users take. */
export interface UserQuery extends ListQuery {
  /** Slug of a role. */
  role?: string;
  /** Slug of a group. */
  group?: string;
  blocked?: boolean;
}

/** What lists of roles take. */
export interface RoleQuery extends ListQuery {
  /** Whether it came with the tenant, and can be neither changed nor deleted. */
  isSystem?: boolean;
}
