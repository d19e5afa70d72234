import { LinearClient } from "@linear/sdk";
import { query } from "./query.ts";
import { headersFor, type Data, type Open } from "./subject.ts";

export const open: Open = (target) => {
  const linear = new LinearClient({ apiKey: "unused", apiUrl: target.endpoint, headers: headersFor(target) });
  return {
    list: async (accountId) => {
      const { data } = await linear.client.rawRequest<Data, { accountId: string }>(query, { accountId });
      return data?.node?.serviceAccounts;
    },
  };
};
