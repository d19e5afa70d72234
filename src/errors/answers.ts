import { KeylightError, type ErrorDetails, type RateLimit } from "./keylight-error.ts";

/** Why a credential did not open the door. */
export type AuthenticationCode =
  | "INVALID_CREDENTIALS"
  | "KEY_REJECTED"
  | "SESSION_EXPIRED"
  | "SESSION_REJECTED_AFTER_LOGIN"
  | "LOGIN_FAILED"
  | "INTERACTION_REQUIRED";

/**
 * The server did not accept who we are.
 *
 * - `INVALID_CREDENTIALS`: the login was refused; it is not tried again until the credential changes.
 * - `KEY_REJECTED`: an API key was refused (revoked, expired, disabled, or not allowed from this address).
 * - `SESSION_EXPIRED`: a session token was refused and there is no user key to renew it with.
 * - `SESSION_REJECTED_AFTER_LOGIN`: even a fresh session was refused.
 * - `LOGIN_FAILED`: the login could not be carried out; `retryable` says whether later may help.
 * - `INTERACTION_REQUIRED`: a person has to log in.
 */
export class AuthenticationError extends KeylightError {
  static override readonly kinds: readonly string[] = ["AuthenticationError", ...KeylightError.kinds];
  declare readonly code: AuthenticationCode;

  constructor(message: string, code: AuthenticationCode, details?: ErrorDetails) {
    super(message, code, details);
  }
}

/** The server knows us and says no (`PERMISSION_DENIED`), or the client knows that it would (`SERVICE_ACCOUNT_FORBIDDEN`, nothing sent). */
export class PermissionError extends KeylightError {
  static override readonly kinds: readonly string[] = ["PermissionError", ...KeylightError.kinds];
  declare readonly code: "PERMISSION_DENIED" | "SERVICE_ACCOUNT_FORBIDDEN";
  declare readonly requiredScopes?: readonly string[];
  declare readonly grantedScopes?: readonly string[];

  constructor(message: string, code: "PERMISSION_DENIED" | "SERVICE_ACCOUNT_FORBIDDEN", details?: ErrorDetails) {
    super(message, code, details);
  }
}

/** There is no such object, or we have no access to it. */
export class NotFoundError extends KeylightError {
  static override readonly kinds: readonly string[] = ["NotFoundError", ...KeylightError.kinds];
  declare readonly code: "NOT_FOUND";

  constructor(message: string, details?: ErrorDetails) {
    super(message, "NOT_FOUND", details);
  }
}

/** One thing that is wrong with an input. */
export interface ValidationIssue {
  /** Where: `name`, or `input.expiresAt`. */
  readonly path: string;
  readonly message: string;
}

/** An input is wrong: found before anything was sent (no `status`), or by the server. */
export class ValidationError extends KeylightError {
  static override readonly kinds: readonly string[] = ["ValidationError", ...KeylightError.kinds];
  declare readonly code: "BAD_USER_INPUT";
  readonly issues: readonly ValidationIssue[];

  constructor(message: string, issues: readonly ValidationIssue[], details?: ErrorDetails) {
    super(message, "BAD_USER_INPUT", details);
    this.issues = issues;
  }
}

/** Too many requests. `retryAfterMs` holds what the server asked for, where it did. */
export class RateLimitError extends KeylightError {
  static override readonly kinds: readonly string[] = ["RateLimitError", ...KeylightError.kinds];
  declare readonly code: "RATE_LIMITED";
  declare readonly rateLimit?: RateLimit;

  constructor(message: string, details?: ErrorDetails) {
    super(message, "RATE_LIMITED", { retryable: true, ...details });
  }
}

/** The answer is not what this API answers: HTML, an empty body, broken compression, too large, another shape. */
export class ResponseFormatError extends KeylightError {
  static override readonly kinds: readonly string[] = ["ResponseFormatError", ...KeylightError.kinds];
  declare readonly code: "BAD_RESPONSE";
  readonly contentType: string | undefined;
  /** Length of the decoded body, as far as it was read. */
  readonly byteLength: number;

  constructor(message: string, contentType: string | undefined, byteLength: number, details?: ErrorDetails) {
    super(message, "BAD_RESPONSE", details);
    this.contentType = contentType;
    this.byteLength = byteLength;
  }
}

/** One error of a GraphQL answer; its text is scrubbed of secrets and bounded. */
export interface GraphQLErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  /** From `extensions.code`, or from the top of the error object. */
  readonly code?: string;
}

/** The server answered with GraphQL errors that mean none of the other classes. */
export class GraphQLRequestError extends KeylightError {
  static override readonly kinds: readonly string[] = ["GraphQLRequestError", ...KeylightError.kinds];
  declare readonly code: "GRAPHQL_ERROR";
  readonly errors: readonly GraphQLErrorEntry[];
  /** Partial data, where the server sent any. */
  readonly data: unknown;

  constructor(message: string, errors: readonly GraphQLErrorEntry[], data: unknown, details?: ErrorDetails) {
    super(message, "GRAPHQL_ERROR", details);
    this.errors = errors;
    this.data = data;
  }
}

/**
 * A REST service answered that it failed, in its own format, and in a way that none of the other classes means, such as a
 * conflict. `serviceCode` holds the service's own code.
 */
export class RestRequestError extends KeylightError {
  static override readonly kinds: readonly string[] = ["RestRequestError", ...KeylightError.kinds];
  declare readonly code: "REST_ERROR";

  constructor(message: string, details?: ErrorDetails) {
    super(message, "REST_ERROR", details);
  }
}

/** A session store could not do what it must; calls go on in memory where that is possible. */
export class SessionStoreError extends KeylightError {
  static override readonly kinds: readonly string[] = ["SessionStoreError", ...KeylightError.kinds];
  declare readonly code: "STORE_UNAVAILABLE";

  constructor(message: string, details?: ErrorDetails) {
    super(message, "STORE_UNAVAILABLE", details);
  }
}
