import type { ClientName } from "./names.ts";
import type { Open, Subject, Target } from "./subject.ts";

/** Each is loaded when it is wanted, so that a process holds one client and nothing of the others. */
const modules: Record<ClientName, () => Promise<{ readonly open: Open }>> = {
  keylight: () => import("./keylight.ts"),
  "keylight-fetch": () => import("./keylight-fetch.ts"),
  "keylight-undici": () => import("./keylight-undici.ts"),
  "node:http": () => import("./node-http.ts"),
  undici: () => import("./undici.ts"),
  fetch: () => import("./fetch.ts"),
  "graphql-request": () => import("./graphql-request.ts"),
  "@octokit/graphql": () => import("./octokit.ts"),
  "@urql/core": () => import("./urql.ts"),
  "@apollo/client": () => import("./apollo.ts"),
  "@linear/sdk": () => import("./linear.ts"),
};

export async function openClient(name: ClientName, target: Target): Promise<Subject> {
  const { open } = await modules[name]();
  return open(target);
}
