import type { DeleteUserKeyInput, LoginWithUserKeyMutationVariables } from "../../lumar/generated/operations.ts";
import type { Workshop } from "./queries.ts";
import type { Caller } from "./auth.ts";
import type { Context } from "./views.ts";

interface Input<T> {
  readonly input: T;
}

/** The fields of `Mutation` about sessions and user keys. */
export function createSessionMutations({ state, settings, views, refuse }: Workshop) {
  // Service accounts have neither sessions nor user keys.
  const requireUser = (caller: Caller): Extract<Caller, { kind: "user" }> => {
    if (caller.kind !== "user") throw refuse("permission", "Unauthorized");
    return caller;
  };
  return {
    createSessionUsingUserKey: ({ input }: Input<LoginWithUserKeyMutationVariables>) => {
      const userKey = state.userKey(input.userKeyId);
      if (userKey?.secret !== input.secret) throw refuse("login", "Incorrect user key ID or secret.");
      return views.session(state.addSession(userKey));
    },

    deleteSession: (_: unknown, { caller }: Context) => {
      const { session } = requireUser(caller);
      state.deleteSession(session);
      return views.session(session);
    },

    createUserKey: (_: unknown, { caller }: Context) => {
      const { user } = requireUser(caller);
      if (state.userKeysOf(user).length >= settings.userKeyLimit) {
        throw refuse("userKeyLimit", `A user can have at most ${String(settings.userKeyLimit)} user keys.`);
      }
      const userKey = state.addUserKey(user);
      return views.userKey(userKey, userKey.secret);
    },

    deleteUserKey: ({ input }: Input<DeleteUserKeyInput>, { caller }: Context) => {
      const { user } = requireUser(caller);
      const userKey = state.userKey(input.userKeyId);
      if (userKey?.user !== user) throw refuse("notFound", "UserKey not found");
      state.deleteUserKey(userKey);
      return { userKey: views.userKey(userKey) };
    },
  };
}
