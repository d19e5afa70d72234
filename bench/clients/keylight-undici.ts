import type { Open } from "./subject.ts";

/** keylight with another transport in the place of `node:http`; the bench builds it. */
const built = "keylight-undici";
const { Client } = (await import(built)) as typeof import("keylight");

export const open: Open = ({ endpoint, userKey }) => {
  const client = new Client({ endpoint, userKey, env: {} });
  return { list: (accountId) => client.serviceAccounts.list(accountId) };
};
