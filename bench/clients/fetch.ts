import { bodyFor } from "./query.ts";
import { plainHeaders, type Data, type Open } from "./subject.ts";

export const open: Open = (target) => {
  const headers = plainHeaders(target);
  return {
    list: async (accountId) => {
      const response = await fetch(target.endpoint, { method: "POST", headers, body: bodyFor(accountId) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const { data } = (await response.json()) as { data: Data };
      return data.node?.serviceAccounts;
    },
  };
};
