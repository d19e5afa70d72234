import { canSee } from "./auth.ts";
import { decodeGlobalId } from "./ids.ts";
import type { Settings } from "./options.ts";
import type { Refuse } from "./refusal.ts";
import type { State } from "./state.ts";
import type { Context, Views } from "./views.ts";

/** Everything that resolvers work with. */
export interface Workshop {
  readonly state: State;
  readonly settings: Settings;
  readonly views: Views;
  readonly refuse: Refuse;
}

interface ById {
  readonly id: string | number;
}

/** The fields of `Query`. */
export function createQueries(workshop: Workshop) {
  const { state, settings, views, refuse } = workshop;
  return {
    version: () => "1.0.0",

    me: (_: unknown, { caller }: Context) => {
      if (caller.kind === "user") return views.user(caller.user);
      if (settings.meUnderApiKey === "error") throw refuse("permission", "Unauthorized");
      return null;
    },

    node: ({ id }: ById, context: Context) => {
      const found = resolveNode(id, context, workshop);
      if (found === null && settings.unknownNode === "error") throw refuse("notFound", "Entity not found");
      return found;
    },

    serviceAccount: ({ id }: ById, { caller }: Context) => {
      const found = state.serviceAccount(id);
      if (found === undefined || !canSee(caller, found.account)) throw refuse("notFound", "ServiceAccount not found");
      return views.serviceAccount(found);
    },
  };
}

// A bare number does not say which type it means, so only global ids resolve here.
function resolveNode(id: string | number, { caller }: Context, { state, views }: Workshop): object | null {
  switch (decodeGlobalId(String(id))?.type) {
    case "Account": {
      const found = state.account(id);
      return found !== undefined && canSee(caller, found) ? views.account(found) : null;
    }
    case "User": {
      const found = state.user(id);
      const shared = found !== undefined && [...found.roles.keys()].some((account) => canSee(caller, account));
      return shared ? views.user(found) : null;
    }
    case "UserKey": {
      const found = state.userKey(id);
      return found !== undefined && caller.kind === "user" && found.user === caller.user ? views.userKey(found) : null;
    }
    case "ServiceAccount": {
      const found = state.serviceAccount(id);
      return found !== undefined && canSee(caller, found.account) ? views.serviceAccount(found) : null;
    }
    case "ServiceAccountKey": {
      const found = state.key(id);
      return found !== undefined && canSee(caller, found.serviceAccount.account) ? views.key(found) : null;
    }
    default:
      return null;
  }
}
