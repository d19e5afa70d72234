import { json, type Answer } from "../shared/answer.ts";
import type { ReadCall, Service } from "../shared/pipeline.ts";
import type { Received } from "../shared/received.ts";
import { errorPage, oauthError, type Refuse } from "./answers.ts";
import { refusalOf } from "./auth.ts";
import { createAuthorize, type Decision } from "./authorize.ts";
import type { Grants } from "./grants.ts";
import type { Jobs } from "./jobs.ts";
import type { KeyStore } from "./keys.ts";
import { originOf, type Settings } from "./options.ts";
import { createRest, isRestPath } from "./rest.ts";
import { answerToken, grantTypeOf } from "./token.ts";

/** Everything that one fake remembers. */
export interface Memory {
  readonly keys: KeyStore;
  readonly grants: Grants;
  readonly jobs: Jobs;
  readonly decisions: Decision[];
}

const loginPaths = new Set(["/authorize", "/oauth/token"]);

/** Whether one of the two servers has something under this path. */
export function isServed(path: string): boolean {
  return isRestPath(path) || loginPaths.has(path);
}

const tokenOperations = new Map([
  ["authorization_code", "RedeemCode"],
  ["refresh_token", "RefreshTokens"],
]);

/** The API and the identity provider over one memory. */
export function createService(settings: Settings, memory: Memory, refuse: Refuse): Service {
  const rest = createRest(memory.jobs, refuse);
  const authorize = createAuthorize(settings, memory.grants, memory.decisions);
  const endpoint = { settings, grants: memory.grants, refuse };
  const belongs = createSides(settings);
  const read = (received: Received): ReadCall => {
    const { url, method, headers } = received;
    const path = url.pathname;
    if (!isServed(path) || !belongs(url)) return call(undefined, () => json(404, { message: "Not found." }));
    if (path === "/authorize") {
      return call("Authorize", () => (method === "GET" ? authorize(url) : errorPage(405, "Only GET is supported.", { allow: "GET" })));
    }
    if (path === "/oauth/token") return call(tokenOperations.get(grantTypeOf(received) ?? ""), () => answerToken(endpoint, received));
    const { operationName, run } = rest(received);
    return call(operationName, () => refusalOf(headers, memory.keys, memory.grants, refuse) ?? run());
  };
  const unauthorized = ({ url, headers }: Received): Answer => {
    if (!isRestPath(url.pathname)) return oauthError(401, "invalid_client", "Unauthorized.");
    return headers.has("x-api-key") ? refuse("keyRejected", "The API key is not valid.") : refuse("tokenRejected", "The access token is not valid.");
  };
  return { now: settings.now, read, unauthorized };
}

function call(operationName: string | undefined, answer: () => Answer | Promise<Answer>): ReadCall {
  return { operationName, variables: {}, execute: async () => answer() };
}

/** Whether a path is asked of the host that has it. A host that is neither of the two, as with `listen`, is both. */
function createSides({ domain, authDomain }: Settings): (url: URL) => boolean {
  const api = originOf(domain);
  const login = originOf(authDomain);
  return ({ origin, pathname }) => api === login || origin !== (isRestPath(pathname) ? login : api);
}
