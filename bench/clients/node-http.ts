import http from "node:http";
import https from "node:https";
import { bodyFor } from "./query.ts";
import { plainHeaders, type Data, type Open } from "./subject.ts";

/** What a careful programmer writes for one endpoint: JSON both ways, an agent that keeps connections, nothing else. */
export const open: Open = (target) => {
  const url = new URL(target.endpoint);
  const secure = url.protocol === "https:";
  const agent = secure ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  const fixed = plainHeaders(target);
  const send = (body: string): Promise<{ data: Data }> =>
    new Promise((resolve, reject) => {
      const headers = { ...fixed, "content-length": Buffer.byteLength(body) };
      const request = (secure ? https : http).request(url, { method: "POST", headers, agent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) resolve(JSON.parse(text) as { data: Data });
          else reject(new Error(`status ${response.statusCode ?? 0}`));
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  return {
    list: async (accountId) => (await send(bodyFor(accountId))).data.node?.serviceAccounts,
  };
};
