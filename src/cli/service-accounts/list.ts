import type { Account, ServiceAccountWithKeys } from "keylight";
import { accountIdOf, eachAccount, type AccountOption } from "../account.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { cell, instant, optional, type Block, type Outcome } from "../outcome.ts";
import { enabledCell, keyData, keysTable, serviceAccountData, serviceAccountFields, statusOf } from "./view.ts";

export interface ListOptions extends AccountOption {
  readonly allAccounts?: boolean;
}

export interface Found {
  readonly serviceAccount: ServiceAccountWithKeys;
  /** Where several accounts were looked at. */
  readonly account?: Account;
}

/** The service accounts of one account, or of all. */
export async function find(context: Context, options: ListOptions): Promise<readonly Found[]> {
  if (options.allAccounts === true) {
    if (options.account !== undefined) throw usage("--account and --all-accounts exclude each other", "Give one of them.");
    return eachAccount(context, "Service accounts", async (account, client) => (await client.serviceAccounts.list(account.id, context.call)).map((serviceAccount) => ({ serviceAccount, account })));
  }
  const id = await accountIdOf(context, options);
  const client = await context.client();
  return (await client.serviceAccounts.list(id, context.call)).map((serviceAccount) => ({ serviceAccount }));
}

export async function list(context: Context, options: ListOptions): Promise<Outcome> {
  const found = await find(context, options);
  return {
    data: found.map(({ serviceAccount, account }) => ({
      ...serviceAccountData(serviceAccount),
      ...(account === undefined ? {} : { account: { id: account.id, name: account.name } }),
      keys: serviceAccount.keys.map(keyData),
    })),
    view: [table(found, options.allAccounts === true)],
  };
}

function table(found: readonly Found[], several: boolean): Block {
  return {
    kind: "table",
    columns: [
      { title: "ID", whole: true },
      { title: "NAME" },
      ...(several ? [{ title: "ACCOUNT" }] : []),
      { title: "ROLE", whole: true },
      { title: "ENABLED", whole: true },
      { title: "KEYS", whole: true },
      { title: "CREATED", whole: true, spare: 1 },
    ],
    rows: found.map(({ serviceAccount, account }) => [
      cell(serviceAccount.id),
      cell(serviceAccount.name),
      ...(several ? [optional(account?.name ?? account?.id)] : []),
      cell(serviceAccount.roleCode),
      enabledCell(serviceAccount.enabled),
      cell(String(serviceAccount.keys.filter((key) => statusOf(key) === "active").length)),
      instant(serviceAccount.createdAt, "-"),
    ]),
    whenEmpty: "No service accounts.",
  };
}

export async function get(context: Context, id: string): Promise<Outcome> {
  const client = await context.client();
  const found = await client.serviceAccounts.get(id, context.call);
  const { account, createdByUser, keys } = found;
  return {
    data: { ...serviceAccountData(found), account, createdByUser, keys: keys.map(keyData) },
    view: [serviceAccountFields(found), keysTable(keys.map((key) => ({ key })))],
  };
}
