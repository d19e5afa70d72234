import { gql, GraphQLClient } from "graphql-request";
import { query } from "./query.ts";
import { headersFor, type Data, type Open } from "./subject.ts";

const document = gql`${query}`;

export const open: Open = (target) => {
  const client = new GraphQLClient(target.endpoint, { headers: headersFor(target) });
  return {
    list: async (accountId) => (await client.request<Data>(document, { accountId })).node?.serviceAccounts,
  };
};
