import { request } from "undici";
import { bodyFor } from "./query.ts";
import { plainHeaders, type Data, type Open } from "./subject.ts";

export const open: Open = (target) => {
  const headers = plainHeaders(target);
  return {
    list: async (accountId) => {
      const { statusCode, body } = await request(target.endpoint, { method: "POST", headers, body: bodyFor(accountId) });
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      const { data } = (await body.json()) as { data: Data };
      return data.node?.serviceAccounts;
    },
  };
};
