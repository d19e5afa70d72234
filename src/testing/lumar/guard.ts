import { canSee, type Caller } from "./auth.ts";
import type { Workshop } from "./queries.ts";
import type { Refusal } from "./refusal.ts";
import type { AccountRecord, KeyRecord, ServiceAccountRecord, UserRecord } from "./state.ts";

const longestName = 255;

/** The checks that come before a change; each throws a refusal. */
export interface Guard {
  /** The caller, who must be a user with the Admin role on this account. */
  admin(caller: Caller, account: AccountRecord | undefined): { user: UserRecord; account: AccountRecord };
  /** The service account with this id, which the caller may change. */
  managed(caller: Caller, id: string | number): { user: UserRecord; serviceAccount: ServiceAccountRecord };
  /** The service-account key with this id, which the caller may change. */
  managedKey(caller: Caller, id: string | number): KeyRecord;
  /** A name, if there is one, of 1 to 255 characters. */
  name(name: string | null | undefined): void;
  /** An instant, if there is one, that lies ahead; in ms. */
  future(instant: string | null | undefined): number | null;
}

/** The guard of one fake. */
export function createGuard({ state, settings, refuse }: Workshop): Guard {
  // An API key is refused before anything is looked up: it manages nothing, whatever its role.
  const unseen = (caller: Caller, type: string): Refusal =>
    caller.kind === "user" ? refuse("notFound", `${type} not found`) : refuse("permission", "Unauthorized");

  const guard: Guard = {
    admin(caller, account) {
      if (caller.kind !== "user" || account === undefined || caller.user.roles.get(account) !== "Admin") {
        throw refuse("permission", "Unauthorized");
      }
      return { user: caller.user, account };
    },

    managed(caller, id) {
      const serviceAccount = state.serviceAccount(id);
      if (serviceAccount === undefined || !canSee(caller, serviceAccount.account)) throw unseen(caller, "ServiceAccount");
      return { user: guard.admin(caller, serviceAccount.account).user, serviceAccount };
    },

    managedKey(caller, id) {
      const key = state.key(id);
      if (key === undefined || !canSee(caller, key.serviceAccount.account)) throw unseen(caller, "ServiceAccountKey");
      guard.admin(caller, key.serviceAccount.account);
      return key;
    },

    name(name) {
      if (name != null && (name === "" || name.length > longestName)) {
        throw refuse("invalidInput", `The name must have between 1 and ${String(longestName)} characters.`);
      }
    },

    future(instant) {
      if (instant == null) return null;
      const time = Date.parse(instant);
      if (time <= settings.now()) throw refuse("invalidInput", "'expiresAt' must be in the future.");
      return time;
    },
  };
  return guard;
}
