import type { RoleCode } from "keylight";
import { accountIdOf, type AccountOption } from "../account.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "../outcome.ts";
import { serviceAccountData, serviceAccountFields } from "./view.ts";

export interface CreateOptions extends AccountOption {
  readonly name: string;
  readonly role: RoleCode;
  readonly description?: string;
}

export async function create(context: Context, options: CreateOptions): Promise<Outcome> {
  const { name, role, description } = options;
  const accountId = await accountIdOf(context, options);
  const client = await context.client();
  const created = await client.serviceAccounts.create({ accountId, name, roleCode: role, ...(description === undefined ? {} : { description }) }, context.call);
  return { data: serviceAccountData(created), view: [serviceAccountFields(created)], notes: [`Next: keylight keys create --service-account ${created.id} --out FILE`] };
}
