import type { Account, Client } from "keylight";
import type { Context } from "./context.ts";
import { CliError, exitCodes, usage } from "./failure.ts";
import { ownServiceAccountId } from "./own-service-account.ts";

export interface AccountOption {
  readonly account?: string;
}

/** How many accounts an error lists. */
const listed = 20;

/** The account to work on: the option's, else the variable's, else the only one that there is. */
export async function accountIdOf(context: Context, { account }: AccountOption): Promise<string> {
  const named = account ?? context.variables.get("LC_ACCOUNT_ID");
  if (named !== undefined) return named;
  const client = await context.client();
  const [first, ...others] = await accountsInReach(context, client, listed + 1);
  if (first === undefined) {
    throw new CliError({ message: "there is no account that this credential can see", hint: "Ask an Admin of the account to invite you.", code: "NOT_FOUND", exitCode: exitCodes.notFound });
  }
  if (others.length === 0) return first.id;
  const names = [first, ...others].slice(0, listed).map(({ id, name }) => `${id} (${name ?? "no name"})`);
  const more = others.length >= listed ? ", and more" : "";
  throw usage(`there are several accounts: ${names.join(", ")}${more}`, "Name one by --account ID, or in LC_ACCOUNT_ID.");
}

/** The accounts of a user, or the one account that a service account belongs to. */
export async function accountsInReach(context: Context, client: Client, limit?: number): Promise<readonly Account[]> {
  const own = await ownServiceAccountId(context);
  if (own !== undefined) return [(await client.serviceAccounts.get(own, context.call)).account];
  return client.accounts.list(context.call).toArray(limit === undefined ? {} : { limit });
}

/** Does the work for one account after the other, and shows how far it is. */
export async function eachAccount<T>(context: Context, what: string, work: (account: Account, client: Client) => Promise<readonly T[]>): Promise<T[]> {
  const client = await context.client();
  context.terminal.status(`${what}: looking for accounts`);
  const accounts = await accountsInReach(context, client);
  const all: T[] = [];
  for (const [at, account] of accounts.entries()) {
    context.terminal.status(`${what}: account ${at + 1} of ${accounts.length}, ${account.name ?? account.id}`);
    all.push(...(await work(account, client)));
  }
  context.terminal.clearStatus();
  return all;
}
