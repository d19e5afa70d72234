import type { Meaning } from "../core/transport/outcome.ts";
import type { RestDialect, RestErrorBody } from "../core/transport/rest.ts";

/** Observed in the vendor's own code, save the last two; all other codes have no meaning of their own here. */
const codes: readonly [string, Meaning][] = [
  ["LOAD_TOKEN_FAILED", "unauthenticated"],
  ["NOT_MATCH_USER", "unauthenticated"],
  ["PERMISSION_DENIED", "forbidden"],
  ["LOGIN_FAILED", "login-refused"],
  ["USER_NOT_FOUND", "login-refused"],
  ["USER_PASSWORD_INCORRECT", "login-refused"],
  // Documented, for REST.
  ["ResourceLocked", "conflict"],
  // Inferred: "No Node for the model" of the GraphQL engine that CloudTower's style points to.
  ["3039", "not-found"],
];

/** How CloudTower writes its errors, over GraphQL and over REST. */
export const cloudTowerDialect: RestDialect = {
  codes: new Map(codes),
  requestIdHeader: "x-tower-request-id",
  readError,
  hints: {
    forbidden: "Check the roles of the user: managing API keys needs MANAGE_API_KEY, which CloudTower knows since about 4.4.",
    notFound: "Check the path, the id or the key, and that the user may see it.",
    format: "Check that the endpoint is the address of a CloudTower, such as https://tower.example.com.",
  },
};

/** An ErrorBody of the specification: `message` is required there. Its `stack` is never read. */
function readError({ message, code }: Record<string, unknown>): RestErrorBody | undefined {
  if (typeof message !== "string") return undefined;
  return { message, code: typeof code === "string" || typeof code === "number" ? String(code) : undefined };
}
