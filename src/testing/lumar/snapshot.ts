import type { RoleCode } from "../../lumar/generated/operations.ts";
import type { KeyRecord, ServiceAccountRecord, SessionRecord, State, UserRecord } from "./state.ts";

/** A user, with a role in each of its accounts. */
export interface FakeLumarUserSnapshot {
  readonly id: string;
  readonly username: string;
  readonly roles: readonly { readonly accountId: string; readonly roleCode: RoleCode }[];
}

/** A service account. */
export interface FakeLumarServiceAccountSnapshot {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly description: string | null;
  readonly roleCode: RoleCode;
  readonly enabled: boolean;
}

/** A service-account key, without its secret. Instants are in ms since 1970. */
export interface FakeLumarKeySnapshot {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly name: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** A session that is open. */
export interface FakeLumarSession {
  readonly token: string;
  readonly userId: string;
  readonly userKeyId: string;
  /** In ms since 1970. */
  readonly expiresAt: number;
}

/** What a fake keeps at one moment, the oldest first. What was deleted or has expired is not in it. */
export interface FakeLumarSnapshot {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  readonly users: readonly FakeLumarUserSnapshot[];
  readonly userKeys: readonly { readonly id: string; readonly userId: string }[];
  readonly serviceAccounts: readonly FakeLumarServiceAccountSnapshot[];
  /** The keys of these service accounts, also the revoked and the expired ones. */
  readonly keys: readonly FakeLumarKeySnapshot[];
  readonly sessions: readonly FakeLumarSession[];
}

/** The state as it is now, in objects of its own. */
export function takeSnapshot(state: State): FakeLumarSnapshot {
  const { accounts, users } = state;
  const serviceAccounts = accounts.flatMap((account) => state.serviceAccountsOf(account));
  return {
    accounts: accounts.map(({ id, name }) => ({ id, name })),
    users: users.map(shownUser),
    userKeys: users.flatMap((user) => state.userKeysOf(user).map(({ id }) => ({ id, userId: user.id }))),
    serviceAccounts: serviceAccounts.map(shownServiceAccount),
    keys: serviceAccounts.flatMap((one) => state.keysOf(one)).map(shownKey),
    sessions: state.sessions.map(shownSession),
  };
}

/** A session as people see it who keep the server. */
export function shownSession({ token, user, userKey, expiresAt }: SessionRecord): FakeLumarSession {
  return { token, userId: user.id, userKeyId: userKey.id, expiresAt };
}

function shownUser({ id, username, roles }: UserRecord): FakeLumarUserSnapshot {
  return { id, username, roles: [...roles].map(([account, roleCode]) => ({ accountId: account.id, roleCode })) };
}

function shownServiceAccount(one: ServiceAccountRecord): FakeLumarServiceAccountSnapshot {
  const { id, account, name, description, roleCode, enabled } = one;
  return { id, accountId: account.id, name, description, roleCode, enabled };
}

function shownKey({ id, serviceAccount, name, createdAt, lastUsedAt, expiresAt, revokedAt }: KeyRecord): FakeLumarKeySnapshot {
  return { id, serviceAccountId: serviceAccount.id, name, createdAt, lastUsedAt, expiresAt, revokedAt };
}
