import type { RecoveryCandidate } from "../errors/index.ts";
import type { Secret } from "../core/secret.ts";

/** A global id such as `TjAwN0FjY291bnQ3MTU`, or the numeric id. */
export type ID = string | number;

/** What a service account may do within its account. @see https://api-docs.lumar.io/docs/graphql/service-accounts */
export type RoleCode = "Admin" | "Editor" | "Viewer";

/** A role as the server names it; it may know more than are documented. */
export type KnownOrNewRoleCode = RoleCode | (string & {});

/** A Lumar account, the owner of service accounts. */
export interface Account {
  readonly id: string;
  readonly name: string | null;
}

/** A person. */
export interface User {
  readonly id: string;
  readonly username: string | null;
}

/** An identity for programs, in one account with one role. Instants are ISO 8601 in UTC, as the server sent them. */
export interface ServiceAccount {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly roleCode: KnownOrNewRoleCode;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A service account with its keys, as `list` gives it. */
export interface ServiceAccountWithKeys extends ServiceAccount {
  readonly keys: ServiceAccountKey[];
}

/** A service account with all that is known of it, as `get` gives it. */
export interface ServiceAccountDetails extends ServiceAccountWithKeys {
  readonly account: Account;
  readonly createdByUser: User | null;
  readonly role: { readonly code: KnownOrNewRoleCode; readonly name: string };
}

/** What is known of a key after its creation: never its secret. Instants are ISO 8601 in UTC, as the server sent them. */
export interface ServiceAccountKey extends RecoveryCandidate {
  /** Only in the answers of `keys.list`. */
  readonly createdByUser?: User | null;
}

/** A key at its creation, the only time that its secret is shown. */
export interface CreatedServiceAccountKey extends ServiceAccountKey {
  /** What the server returned. */
  readonly secret: Secret;
  /** The complete key, `lmr_sa_{serviceAccountId}_{secret}`: what goes into `x-api-key`. */
  readonly apiKey: Secret;
}
