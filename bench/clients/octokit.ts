import { graphql } from "@octokit/graphql";
import { query } from "./query.ts";
import { headersFor, type Data, type Open } from "./subject.ts";

export const open: Open = (target) => {
  // It adds `/graphql` itself.
  const baseUrl = target.endpoint.replace(/\/graphql$/, "");
  const send = graphql.defaults({ baseUrl, headers: headersFor(target) });
  return {
    list: async (accountId) => (await send<Data>(query, { accountId })).node?.serviceAccounts,
  };
};
