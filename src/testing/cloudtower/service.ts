import type { Answer } from "../shared/answer.ts";
import type { ReadCall, Service } from "../shared/pipeline.ts";
import type { Received } from "../shared/received.ts";
import { redirect, Refusal, restError } from "./answers.ts";
import { createGraphql, rejected } from "./graphql.ts";
import type { Settings } from "./options.ts";
import type { RestOperations } from "./rest-operations.ts";
import { credentialRefusal, identified, readRestCall } from "./rest.ts";
import type { Workshop } from "./workshop.ts";

const restRoot = "/v2/api/";

/** Both APIs of one fake, below the prefix that its endpoint has. */
export function createService(workshop: Workshop, operations: RestOperations, prefix: string): Service {
  const graphql = createGraphql(workshop);
  const pathOf = ({ url }: Received): string => (url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : "");
  const call = (received: Received): Promise<ReadCall> | ReadCall => {
    const path = pathOf(received);
    if (path === "/api/" || path === "/api") return graphql(received);
    if (path.startsWith(restRoot)) return readRestCall(received, path.slice(restRoot.length), operations, workshop);
    return canned(identified(restError(new Refusal(404, "There is nothing here."), path)));
  };
  return {
    now: workshop.settings.now,
    read: async (received) => {
      const elsewhere = redirectOf(received.url, workshop.settings, `${prefix}/api`);
      return elsewhere === undefined ? call(received) : canned(elsewhere);
    },
    unauthorized: (received) => {
      const path = pathOf(received);
      if (!path.startsWith(restRoot)) return { ...rejected(workshop), status: 401 };
      const { message, code } = credentialRefusal(workshop);
      return identified(restError(new Refusal(401, message, code), path.slice(restRoot.length - 1)));
    },
  };
}

function canned(answer: Answer): ReadCall {
  return { operationName: undefined, variables: {}, execute: () => Promise.resolve(answer) };
}

function redirectOf(url: URL, { redirectHttp, redirectSlash }: Settings, withoutSlash: string): Answer | undefined {
  if (redirectHttp !== undefined && url.protocol === "http:") return redirect(redirectHttp, url.href.replace("http:", "https:"));
  if (redirectSlash !== undefined && url.pathname === withoutSlash) return redirect(redirectSlash, `${withoutSlash}/${url.search}`);
  return undefined;
}
