import { ListServiceAccountsDocument } from "../../src/lumar/generated/operations.ts";

/** The operation of `client.serviceAccounts.list`, as keylight sends it. */
export const query = ListServiceAccountsDocument.toString();

export const operationName = "ListServiceAccounts";

/** For clients that encode by hand. */
export function bodyFor(accountId: string): string {
  return JSON.stringify({ query, variables: { accountId }, operationName });
}
