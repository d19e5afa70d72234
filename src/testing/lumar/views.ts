import type { FieldNode } from "graphql";
import { canSee, type Caller } from "./auth.ts";
import { connection, type PageArguments } from "./connection.ts";
import type { Settings } from "./options.ts";
import type { Refuse } from "./refusal.ts";
import type { AccountRecord, KeyRecord, ServiceAccountRecord, SessionRecord, State, UserKeyRecord, UserRecord } from "./state.ts";

/** What the resolvers know about the request at hand. */
export interface Context {
  readonly caller: Caller;
  /** Whether one of these fields has `secret` selected below it. */
  readonly selectsSecret: (fields: readonly FieldNode[]) => boolean;
}

/** Objects as graphql-js reads them: `__typename` resolves interfaces, functions are called when their field is selected. */
export interface Views {
  readonly account: (account: AccountRecord) => object;
  readonly user: (user: UserRecord) => object;
  readonly userKey: (key: UserKeyRecord, secret?: string) => object;
  readonly serviceAccount: (serviceAccount: ServiceAccountRecord) => object;
  readonly key: (key: KeyRecord, secret?: string) => object;
  readonly session: (session: SessionRecord) => object;
}

/** The views onto this state. */
export function createViews(state: State, settings: Settings, refuse: Refuse): Views {
  const views: Views = {
    ...createUserViews(refuse, (account) => views.account(account)),
    account: (account) => ({
      __typename: "Account",
      id: account.id,
      name: account.name,
      serviceAccounts: () => state.serviceAccountsOf(account).map(views.serviceAccount),
    }),
    serviceAccount: (one) => ({
      __typename: "ServiceAccount",
      id: one.id,
      name: one.name,
      description: one.description,
      roleCode: one.roleCode,
      enabled: one.enabled,
      createdAt: instant(one.createdAt),
      updatedAt: instant(one.updatedAt),
      account: () => views.account(one.account),
      createdByUser: () => views.user(one.createdBy),
      role: { code: one.roleCode, name: one.roleCode },
      keys: () => state.keysOf(one).map((key) => views.key(key)),
    }),
    key: (key, secret) => ({
      __typename: "ServiceAccountKey",
      id: key.id,
      name: key.name,
      secret: () => secret ?? hiddenSecret(settings, refuse),
      lastUsedAt: instant(key.lastUsedAt),
      expiresAt: instant(key.expiresAt),
      revokedAt: instant(key.revokedAt),
      createdAt: instant(key.createdAt),
      createdByUser: () => views.user(key.createdBy),
    }),
  };
  return views;
}

function createUserViews(refuse: Refuse, account: Views["account"]): Pick<Views, "user" | "userKey" | "session"> {
  return {
    user: (user) => ({
      __typename: "User",
      id: user.id,
      username: user.username,
      accounts: (page: PageArguments, { caller }: Context) => {
        const visible = [...user.roles.keys()].filter((one) => canSee(caller, one));
        return connection(visible, page, account, refuse);
      },
    }),
    userKey: (key, secret) => ({ __typename: "UserKey", id: key.id, secret: secret ?? null }),
    session: (session) => ({ token: session.token, expiresAt: instant(session.expiresAt) }),
  };
}

function hiddenSecret(settings: Settings, refuse: Refuse): null {
  if (settings.secretOnRead === "error") throw refuse("invalidInput", "The 'secret' field is only available on creation.");
  return null;
}

function instant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
