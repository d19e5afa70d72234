import type { ServiceAccount, ServiceAccountKey } from "keylight";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import type { Outcome } from "../outcome.ts";
import { find, type ListOptions } from "../service-accounts/list.ts";
import { keyData, keysTable, statusOf } from "../service-accounts/view.ts";

export interface ListKeysOptions extends ListOptions {
  readonly serviceAccount?: string;
  readonly active?: boolean;
}

interface FoundKey {
  readonly key: ServiceAccountKey;
  readonly of?: ServiceAccount;
}

export async function list(context: Context, options: ListKeysOptions): Promise<Outcome> {
  const all = await keysOf(context, options);
  const found = options.active === true ? all.filter(({ key }) => statusOf(key) === "active") : all;
  return {
    data: found.map(({ key, of }) => ({
      ...keyData(key),
      status: statusOf(key),
      serviceAccount: of === undefined ? { id: options.serviceAccount } : { id: of.id, name: of.name },
    })),
    view: [keysTable(found.map(({ key, of }) => (of === undefined ? { key } : { key, of: of.name })))],
  };
}

async function keysOf(context: Context, options: ListKeysOptions): Promise<readonly FoundKey[]> {
  const { serviceAccount } = options;
  if (serviceAccount === undefined) return (await find(context, options)).flatMap(({ serviceAccount: of }) => of.keys.map((key) => ({ key, of })));
  if (options.account !== undefined || options.allAccounts === true) {
    throw usage("--service-account excludes --account and --all-accounts", "A service account belongs to one account: leave the others out.");
  }
  const client = await context.client();
  return (await client.serviceAccounts.keys.list(serviceAccount, context.call)).map((key) => ({ key }));
}
