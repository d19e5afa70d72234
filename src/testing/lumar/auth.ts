import type { AccountRecord, KeyRecord, SessionRecord, State, UserRecord } from "./state.ts";

/** Who a request comes from. */
export type Caller =
  | { readonly kind: "nobody" }
  | { readonly kind: "user"; readonly user: UserRecord; readonly session: SessionRecord }
  | { readonly kind: "key"; readonly key: KeyRecord };

/** The outcome of looking at a request's credential headers. */
export type Authentication = Caller | { readonly kind: "rejected" } | { readonly kind: "both" };

/** Finds out who a request comes from. A valid API key counts as used from here on. */
export function authenticate(headers: Headers, state: State, now: number): Authentication {
  const token = headers.get("x-auth-token");
  const apiKey = headers.get("x-api-key");
  if (token !== null && apiKey !== null) return { kind: "both" };
  if (token !== null) {
    const session = state.session(token);
    return session === undefined ? { kind: "rejected" } : { kind: "user", user: session.user, session };
  }
  if (apiKey === null) return { kind: "nobody" };
  const key = state.keyByText(apiKey);
  if (key === undefined || !isUsable(key, now)) return { kind: "rejected" };
  key.lastUsedAt = now;
  return { kind: "key", key };
}

/** Whether the caller may see what belongs to this account. */
export function canSee(caller: Caller, account: AccountRecord): boolean {
  if (caller.kind === "user") return caller.user.roles.has(account);
  return caller.kind === "key" && caller.key.serviceAccount.account === account;
}

function isUsable(key: KeyRecord, now: number): boolean {
  const { serviceAccount } = key;
  if (key.revokedAt !== null || serviceAccount.deleted || !serviceAccount.enabled) return false;
  return key.expiresAt === null || now < key.expiresAt;
}
