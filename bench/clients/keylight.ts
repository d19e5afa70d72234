import { Client } from "keylight";
import type { Open } from "./subject.ts";

/** As its README says: a user key, and everything else as it is. */
export const open: Open = ({ endpoint, userKey }) => {
  const client = new Client({ endpoint, userKey, env: {} });
  return { list: (accountId) => client.serviceAccounts.list(accountId) };
};
