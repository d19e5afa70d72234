import type { ErrorDialect, Meaning } from "../core/transport/outcome.ts";

/** The shape of a service account key, wherever it stands in a text. */
export const keyPattern = /lmr_sa_[A-Za-z0-9_-]+/g;

export const keyPrefix = "lmr_sa_";

/** A session lives for 30 days. @see https://api-docs.lumar.io/docs/graphql/authentication */
export const sessionLifetime = 30 * 24 * 3_600_000;

const codes: readonly [string, Meaning][] = [
  ["UNAUTHENTICATED", "unauthenticated"],
  ["INCORRECT_USER_KEY_ID_OR_SECRET", "login-refused"],
  ["UNAUTHORIZED", "forbidden"],
  ["INSUFFICIENT_PERMISSIONS", "forbidden"],
  ["FORBIDDEN", "forbidden"],
  ["ENTITY_NOT_FOUND", "not-found"],
  ["BAD_USER_INPUT", "bad-input"],
  // Inferred: Apollo Server's own codes.
  ["GRAPHQL_VALIDATION_FAILED", "bad-document"],
  ["GRAPHQL_PARSE_FAILED", "bad-document"],
];

/** How Lumar writes its errors. The documented list of codes is longer; others have no meaning of their own here. */
export const lumarDialect: ErrorDialect = {
  codes: new Map(codes),
  // One documented page reports an absent object as BAD_USER_INPUT.
  notFoundText: /not found\.?$/i,
  // Inferred: no request id is documented.
  requestIdHeader: "x-request-id",
  hints: {
    notFound: "Check the id, and that the credential has access to it.",
    rateLimit: "Lumar allows 6,000 requests in 5 minutes from one address; wait for retryAfterMs, or spread the calls.",
    forbidden: "Managing service accounts needs a user with the Admin role on the account; use a user key of such a user.",
    badDocument: "Check the document against the server's schema: `npm run check:live` in keylight's repository does so for keylight's own.",
    format: "Check that the endpoint is Lumar's GraphQL address, such as https://api.lumar.io/graphql, and not a web page or a proxy.",
  },
};
