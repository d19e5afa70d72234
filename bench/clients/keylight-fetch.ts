import { Client } from "keylight";
import type { Open } from "./subject.ts";

export const open: Open = ({ endpoint, userKey }) => {
  const client = new Client({ endpoint, userKey, env: {}, fetch: globalThis.fetch });
  return { list: (accountId) => client.serviceAccounts.list(accountId) };
};
