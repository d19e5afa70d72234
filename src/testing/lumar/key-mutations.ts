import type { FieldNode } from "graphql";
import type { CreateServiceAccountKeyInput, RevokeServiceAccountKeyInput } from "../../lumar/generated/operations.ts";
import { createGuard } from "./guard.ts";
import type { Workshop } from "./queries.ts";
import { wholeKey } from "./state.ts";
import type { Context } from "./views.ts";

interface Input<T> {
  readonly input: T;
}

/** The fields of `Mutation` about the keys of service accounts. */
export function createKeyMutations(workshop: Workshop) {
  const { state, settings, views, refuse } = workshop;
  const guard = createGuard(workshop);
  return {
    createServiceAccountKey: (
      { input }: Input<CreateServiceAccountKeyInput>,
      context: Context,
      { fieldNodes }: { readonly fieldNodes: readonly FieldNode[] },
    ) => {
      const { serviceAccount, user } = guard.managed(context.caller, input.serviceAccountId);
      if (!context.selectsSecret(fieldNodes)) {
        throw refuse("secretNotSelected", "The 'secret' field must be requested: it cannot be read later.");
      }
      guard.name(input.name);
      const expiresAt = guard.future(input.expiresAt);
      const key = state.addKey({ serviceAccount, createdBy: user, name: input.name ?? null, expiresAt });
      return views.key(key, settings.keySecret === "bare" ? key.secret : wholeKey(key));
    },

    revokeServiceAccountKey: ({ input }: Input<RevokeServiceAccountKeyInput>, { caller }: Context) => {
      const key = guard.managedKey(caller, input.serviceAccountKeyId);
      if (key.revokedAt !== null && settings.revokingTwice === "not-found") throw refuse("notFound", "ServiceAccountKey not found");
      key.revokedAt ??= settings.now();
      return { serviceAccountKey: views.key(key) };
    },
  };
}
