import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { afterAll, onTestFinished } from "vitest";
import { Client, type ClientOptions } from "keylight";
import { resolvers, type Context } from "./resolvers.ts";
import { State } from "./state.ts";

/** One request as it arrived. */
export interface Seen {
  readonly operationName: string | undefined;
  readonly credentials: string[];
  readonly contentType: string | undefined;
}

export interface Lumar {
  readonly state: State;
  readonly url: string;
  readonly seen: Seen[];
}

const credentialHeaders = ["authorization", "cookie", "x-api-key", "x-auth-token"];

/** Apollo Server on a free port of this machine, until the file's tests are over. */
export async function startLumar(): Promise<Lumar> {
  const state = new State();
  const seen: Seen[] = [];
  const server = new ApolloServer<Context>({
    typeDefs: readFileSync(new URL("../../graphql/lumar/schema.graphql", import.meta.url), "utf8"),
    resolvers,
    plugins: [
      {
        requestDidStart: ({ request: { operationName, http } }) => {
          const headers = new Map(http?.headers);
          const credentials = credentialHeaders.filter((name) => headers.has(name));
          seen.push({ operationName, credentials, contentType: headers.get("content-type") });
          return Promise.resolve();
        },
      },
    ],
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: "127.0.0.1", port: 0 },
    context: ({ req: { headers } }) => Promise.resolve({ state, token: text(headers["x-auth-token"]), apiKey: text(headers["x-api-key"]) }),
  });
  afterAll(() => server.stop());
  return { state, url, seen };
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header;
}

/** A client of the server, closed after the test; by default with its user key. */
export function clientOf({ url, state }: Lumar, options: ClientOptions = {}): Client {
  const [first] = state.userKeys;
  const [id, secret] = first ?? ["", ""];
  const credential = options.apiKey ?? options.sessionToken ?? options.userKey;
  const client = new Client({ endpoint: url, env: {}, ...(credential === undefined ? { userKey: { id, secret } } : {}), ...options });
  onTestFinished(() => client.close());
  return client;
}
