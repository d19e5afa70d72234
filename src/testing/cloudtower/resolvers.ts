import type { LoginInput } from "../../cloudtower/generated/operations.ts";
import { Refusal } from "./answers.ts";
import { newId } from "./ids.ts";
import { refusalText } from "./login.ts";
import type { KeyRecord, UserRecord } from "./records.ts";
import type { Caller } from "./state.ts";
import type { Workshop } from "./workshop.ts";

/** What resolvers know of the request; without a caller only what needs none is asked for. */
export interface Context {
  readonly caller: Caller | undefined;
}

// Prisma's number for a `where` that selects nothing by a unique field.
const badSelector = 3040;

/** The fields of `Query` and `Mutation`. */
export function createResolvers(workshop: Workshop) {
  const { state, settings, refuse } = workshop;
  const manager = (caller: Caller | undefined): UserRecord => {
    const allowed = caller?.user.role.permissions.has("MANAGE_API_KEY") === true;
    if (caller === undefined || !allowed || (caller.kind === "key" && !settings.keysManageKeys)) {
      throw refuse("permission", "Permission denied.");
    }
    return caller.user;
  };
  return {
    authnStrategies: () => state.strategies,

    login: ({ data }: { readonly data: LoginInput }) => login(data, workshop),

    createApiKey: ({ data }: { readonly data: { readonly name: string } }, { caller }: Context) =>
      viewOf(state.addKey(manager(caller), data.name)),

    deleteApiKey: ({ where }: { readonly where: { readonly key?: string | null; readonly id?: string | null } }, { caller }: Context) => {
      manager(caller);
      const { key, id } = where;
      const wanted = key ?? id;
      if (wanted == null) throw new Refusal(200, "You provided an invalid argument for the where selector on ApiKey.", badSelector);
      const found = state.keys.find((record) => (key == null ? record.id : record.key) === wanted);
      if (found === undefined) {
        if (settings.unknownKey === "null") return null;
        // The text repeats the value, even where that is a secret.
        throw refuse("unknownKey", `No Node for the model ApiKey with value ${wanted} for ${key == null ? "id" : "key"} found.`);
      }
      state.deleteKey(found);
      return viewOf(found);
    },
  };
}

function viewOf({ id, key, user }: KeyRecord): object {
  return { id, key, roles: [user.role] };
}

function login(data: LoginInput, { logIn, refuse }: Workshop): object {
  const result = logIn(data, "graphql");
  if (result.outcome === "token") return { token: result.token };
  if (result.outcome !== "second-factor") throw refuse("graphqlLogin", refusalText(result.outcome), result.outcome);
  const { user, channel } = result;
  const recipient = channel === "Mail" ? `${user.username.slice(0, 1)}***@example.com` : "***0123";
  return { token: null, uid: user.id, need_mfa: true, mfa_meta: { recipient, mid: newId(), type: channel, valid: true } };
}
