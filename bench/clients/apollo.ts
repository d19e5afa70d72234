import { ApolloClient, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from "@apollo/client";
import { query } from "./query.ts";
import { headersFor, type Data, type Open } from "./subject.ts";

const document: TypedDocumentNode<Data, { accountId: string }> = gql(query);

export const open: Open = (target) => {
  // `no-cache` is its documented way to leave the cache out; with it, the cache would answer instead of the server.
  const client = new ApolloClient({
    link: new HttpLink({ uri: target.endpoint, headers: headersFor(target) }),
    cache: new InMemoryCache(),
    defaultOptions: { query: { fetchPolicy: "no-cache" } },
  });
  return {
    list: async (accountId) => {
      const { data } = await client.query({ query: document, variables: { accountId } });
      return data?.node?.serviceAccounts;
    },
  };
};
