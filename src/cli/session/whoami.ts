import type { Account, Client, CredentialOrigin } from "keylight";
import { accountsInReach } from "../account.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { cell, optional, type Block, type Cell, type Outcome } from "../outcome.ts";
import { ownServiceAccountId } from "../own-service-account.ts";

/** How many accounts are shown. */
const most = 50;

export async function whoami(context: Context): Promise<Outcome> {
  const client = await context.client();
  const credential = await context.credential();
  if (credential === undefined) throw usage("there is no credential", "Set LC_USER_KEY_ID and LC_USER_KEY_SECRET, or LC_API_KEY, in the environment or in .env.");
  const own = await ownServiceAccountId(context);
  const facts = { endpoint: client.endpoint, credential: { kind: credential.kind, source: credential.source, header: credential.header } };
  return own === undefined ? aUser(context, client, credential, facts) : aServiceAccount(context, client, own, credential, facts);
}

async function aUser(context: Context, client: Client, credential: CredentialOrigin, facts: object): Promise<Outcome> {
  const user = await client.me(context.call);
  const found = await accountsInReach(context, client, most + 1);
  const accounts = found.slice(0, most);
  const moreAccounts = found.length > most;
  return {
    data: { kind: "user", user: { id: user.id, username: user.username }, ...facts, accounts, moreAccounts },
    view: [
      { kind: "fields", fields: [["User", optional(user.username)], ["User id", cell(user.id)], ...common(client, credential)] },
      accountsTable(accounts),
      ...(moreAccounts ? [{ kind: "text", text: `and more than these ${most}` } as const] : []),
    ],
  };
}

/** What the server tells a service account of itself. */
async function aServiceAccount(context: Context, client: Client, own: string, credential: CredentialOrigin, facts: object): Promise<Outcome> {
  const { id, name, description, roleCode, enabled, account } = await client.serviceAccounts.get(own, context.call);
  return {
    data: { kind: "serviceAccount", serviceAccount: { id, name, description, roleCode, enabled }, ...facts, accounts: [account], moreAccounts: false },
    view: [
      { kind: "fields", fields: [["Service account", cell(name)], ["Id", cell(id)], ["Role", cell(roleCode)], ...common(client, credential)] },
      accountsTable([account]),
    ],
  };
}

function common({ endpoint }: Client, { source, header }: CredentialOrigin): [string, Cell][] {
  return [
    ["Credential", cell(`${source}, sent as ${header}`)],
    ["Endpoint", cell(endpoint)],
  ];
}

function accountsTable(accounts: readonly Account[]): Block {
  const rows = accounts.map(({ id, name }) => [cell(id), optional(name)]);
  return { kind: "table", columns: [{ title: "ACCOUNT", whole: true }, { title: "NAME" }], rows, whenEmpty: "No accounts." };
}
