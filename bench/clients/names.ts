/**
 * What a client is: keylight itself; a trial of ours that is not shipped; a way to send requests that knows nothing of
 * GraphQL; or a client that others would use instead.
 */
export type ClientKind = "keylight" | "trial" | "plain" | "peer";

/** What is measured. `module` is what its users import. */
export const clients = {
  keylight: { title: "**keylight**", kind: "keylight", module: "keylight" },
  "keylight-fetch": { title: "keylight, `fetch: globalThis.fetch`", kind: "keylight", module: "keylight" },
  "keylight-undici": { title: "keylight on undici's dispatcher (a trial)", kind: "trial", module: "keylight" },
  "node:http": { title: "`node:http` by hand, keep-alive agent", kind: "plain", module: undefined },
  undici: { title: "undici `request` by hand", kind: "plain", module: "undici" },
  fetch: { title: "`fetch` of the runtime by hand", kind: "plain", module: undefined },
  "graphql-request": { title: "graphql-request", kind: "peer", module: "graphql-request" },
  "@octokit/graphql": { title: "@octokit/graphql", kind: "peer", module: "@octokit/graphql" },
  "@urql/core": { title: "@urql/core", kind: "peer", module: "@urql/core" },
  "@apollo/client": { title: "@apollo/client", kind: "peer", module: "@apollo/client" },
  "@linear/sdk": { title: "@linear/sdk, its GraphQL client", kind: "peer", module: "@linear/sdk" },
} as const satisfies Record<string, { title: string; kind: ClientKind; module: string | undefined }>;

export type ClientName = keyof typeof clients;

export const clientNames = Object.keys(clients).filter(isClientName);

export function isClientName(name: string): name is ClientName {
  return Object.hasOwn(clients, name);
}

export const peers = clientNames.filter((name) => clients[name].kind === "peer");
