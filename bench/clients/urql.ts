import { Client, fetchExchange, gql } from "@urql/core";
import { query } from "./query.ts";
import { headersFor, type Data, type Open } from "./subject.ts";

const document = gql<Data, { accountId: string }>(query);

export const open: Open = (target) => {
  const headers = headersFor(target);
  // Without the cache, which would answer instead of the server. Queries go by POST as everybody's.
  const client = new Client({
    url: target.endpoint,
    exchanges: [fetchExchange],
    requestPolicy: "network-only",
    preferGetMethod: false,
    fetchOptions: () => ({ headers }),
  });
  return {
    list: async (accountId) => {
      const { data, error } = await client.query(document, { accountId }).toPromise();
      if (error !== undefined) throw error;
      return data?.node?.serviceAccounts;
    },
  };
};
