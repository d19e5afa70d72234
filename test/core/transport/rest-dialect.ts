import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import type { RestDialect, RestFacts } from "../../../src/core/transport/rest.ts";

/** A service that writes `{ message, code, issues, scopes, wait }`, for tests of the REST road. */
export const restDialect: RestDialect = {
  codes: new Map([
    ["TOKEN_OVER", "unauthenticated"],
    ["WRONG_PASSWORD", "login-refused"],
    ["NO_RIGHT", "forbidden"],
    ["GONE", "not-found"],
    ["BAD_NAME", "bad-input"],
    ["BAD_DOCUMENT", "bad-document"],
    ["LOCKED", "conflict"],
  ]),
  requestIdHeader: "x-rest-request-id",
  rateLimit: (response) => ({ remaining: Number(response.header("x-left") ?? 0) }),
  hints: { forbidden: "ask for the right", notFound: "look for it", rateLimit: "slow down", format: "check the address" },
  readError: ({ message, code, issues, scopes, wait }) => {
    if (typeof message !== "string") return undefined;
    return {
      message,
      code: typeof code === "string" ? code : undefined,
      issues: Array.isArray(issues) ? issues.map((issue: { path: string; message: string }) => issue) : undefined,
      requiredScopes: Array.isArray(scopes) ? scopes.map(String) : undefined,
      grantedScopes: Array.isArray(scopes) ? ["read"] : undefined,
      retryAfterMs: typeof wait === "number" ? wait : undefined,
    };
  },
};

export function restFacts(overrides: Partial<RestFacts> = {}): RestFacts {
  return { operationName: "GET things", kind: "query", dialect: restDialect, secrets: new LiveSecrets(), ...overrides };
}
