import type {
  CreateServiceAccountInput,
  DeleteServiceAccountInput,
  UpdateServiceAccountInput,
} from "../../lumar/generated/operations.ts";
import { createGuard } from "./guard.ts";
import type { Workshop } from "./queries.ts";
import type { Context } from "./views.ts";

interface Input<T> {
  readonly input: T;
}

/** The fields of `Mutation` about service accounts. */
export function createServiceAccountMutations(workshop: Workshop) {
  const { state, settings, views } = workshop;
  const guard = createGuard(workshop);
  return {
    createServiceAccount: ({ input }: Input<CreateServiceAccountInput>, { caller }: Context) => {
      const { user, account } = guard.admin(caller, state.account(input.accountId));
      const { name, roleCode, description = null } = input;
      guard.name(name);
      const created = state.addServiceAccount({ account, createdBy: user, name, roleCode, description });
      return { serviceAccount: views.serviceAccount(created) };
    },

    updateServiceAccount: ({ input }: Input<UpdateServiceAccountInput>, { caller }: Context) => {
      const { serviceAccount } = guard.managed(caller, input.serviceAccountId);
      guard.name(input.name);
      serviceAccount.name = input.name ?? serviceAccount.name;
      serviceAccount.roleCode = input.roleCode ?? serviceAccount.roleCode;
      serviceAccount.enabled = input.enabled ?? serviceAccount.enabled;
      // Only here does null mean something: it clears.
      if (input.description !== undefined) serviceAccount.description = input.description;
      serviceAccount.updatedAt = settings.now();
      return { serviceAccount: views.serviceAccount(serviceAccount) };
    },

    deleteServiceAccount: ({ input }: Input<DeleteServiceAccountInput>, { caller }: Context) => {
      const { serviceAccount } = guard.managed(caller, input.serviceAccountId);
      serviceAccount.deleted = true;
      return { serviceAccount: views.serviceAccount(serviceAccount) };
    },
  };
}
