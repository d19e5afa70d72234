import {
  AuthenticationError,
  KeylightError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  TransportError,
  UnexpectedRedirectError,
  type ErrorDetails,
  type RateLimit,
} from "../../errors/index.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import { retryAfter } from "./backoff.ts";
import type { WireResponse } from "./wire.ts";

/** What one code of a service's error answers means. */
export type Meaning =
  | "unauthenticated"
  | "login-refused"
  | "forbidden"
  | "not-found"
  | "bad-input"
  /** What the call needs is in use: nothing ran, and later it may. */
  | "conflict"
  /** The document itself was refused, so nothing ran. */
  | "bad-document";

/** How a service writes its errors. */
export interface ErrorDialect {
  /** Documented codes; any other code has no meaning of its own. */
  readonly codes: ReadonlyMap<string, Meaning>;
  /** Tells a not-found that comes under another code by its text. */
  readonly notFoundText?: RegExp;
  /** The response header that holds the server's id of the request, lower-case. */
  readonly requestIdHeader: string;
  /** Reads what the headers say of the service's limits. */
  readonly rateLimit?: (response: WireResponse) => RateLimit | undefined;
  readonly hints: {
    readonly forbidden?: string;
    readonly notFound?: string;
    readonly rateLimit?: string;
    readonly badDocument?: string;
    readonly format?: string;
  };
}

/** What must be known of a call to read its answer. */
export interface CallFacts {
  readonly operationName: string | undefined;
  /** A query only reads; a mutation may write. */
  readonly kind: "query" | "mutation";
  readonly dialect: ErrorDialect;
  readonly secrets: LiveSecrets;
}

/** What an answer means for the call. */
export type Outcome<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "rejected"; readonly error: KeylightError }
  | { readonly kind: "retry"; readonly error: KeylightError; readonly ran: boolean }
  | { readonly kind: "fail"; readonly error: KeylightError };

/** An error that the service told of in its own format. */
export interface Told {
  /** Without secrets; undefined where it gave no text. */
  readonly message: string | undefined;
  /** What the answer says beside the facts that every error carries. */
  readonly details: ErrorDetails;
  /** The error for a failure that has no class of its own. */
  readonly other: (message: string, details: ErrorDetails) => KeylightError;
}

/** What the status alone says; undefined where it leaves the matter open. */
export function byStatus(response: WireResponse, facts: CallFacts, told: Told | undefined): Outcome<never> | undefined {
  const { status } = response;
  const { dialect } = facts;
  const details = { ...base(response, facts), ...told?.details };
  const said = told?.message;
  if (status === 401) {
    return { kind: "rejected", error: new AuthenticationError(said ?? "the credential was rejected", "SESSION_EXPIRED", details) };
  }
  if (status === 403) return { kind: "fail", error: forbidden(said ?? "the server answered 403", details, facts) };
  if (status === 404 && told !== undefined) return { kind: "fail", error: notFound(said ?? "the server answered 404", details, facts) };
  if (status === 429) {
    const retryAfterMs = retryAfter(response) ?? details.retryAfterMs;
    const more = { ...details, retryAfterMs, rateLimit: dialect.rateLimit?.(response), hint: dialect.hints.rateLimit };
    return { kind: "retry", ran: false, error: new RateLimitError(said ?? "too many requests", more) };
  }
  if (status === 407 || status >= 500) {
    const ran = facts.kind === "mutation" && status !== 407;
    const more = { ...details, mayHaveExecuted: ran, retryable: status >= 500, retryAfterMs: retryAfter(response) };
    const message = said ?? `the server answered ${status}`;
    const error = told === undefined ? new TransportError(message, "headers", more) : told.other(message, more);
    return status === 502 || status === 503 || status === 504 ? { kind: "retry", error, ran } : { kind: "fail", error };
  }
  return undefined;
}

export function notFound(message: string, details: ErrorDetails, facts: CallFacts): NotFoundError {
  return new NotFoundError(message, { ...details, hint: facts.dialect.hints.notFound });
}

export function forbidden(message: string, details: ErrorDetails, facts: CallFacts): PermissionError {
  return new PermissionError(message, "PERMISSION_DENIED", { ...details, hint: facts.dialect.hints.forbidden });
}

export function redirected(response: WireResponse, facts: CallFacts): UnexpectedRedirectError {
  const location = response.header("location") ?? "";
  const target = URL.canParse(location) ? new URL(location).origin : undefined;
  return new UnexpectedRedirectError(
    `the server answered ${response.status}, a redirect${target === undefined ? "" : ` to ${facts.secrets.scrub(target)}`}; none is followed`,
    target === undefined ? undefined : facts.secrets.scrub(target),
    {
      ...base(response, facts),
      // 307 and 308 say that nothing was done yet; the others may follow a write.
      mayHaveExecuted: facts.kind === "mutation" && response.status !== 307 && response.status !== 308,
      hint: "Set the endpoint to the address that the server redirects to, if you trust it.",
    },
  );
}

export function badFormat(response: WireResponse, facts: CallFacts): ResponseFormatError {
  const said = response.header("content-type");
  // First without secrets and then cut: of a secret that is cut, the rest would not be found.
  const contentType = said === undefined ? undefined : facts.secrets.scrub(said).slice(0, 100);
  const shown = contentType === undefined ? "without a content type" : `of type ${contentType}`;
  return new ResponseFormatError(
    `the server answered ${response.status} with ${response.byteLength} bytes ${shown}, which is no answer of this API`,
    contentType,
    response.byteLength,
    { ...base(response, facts), mayHaveExecuted: facts.kind === "mutation", hint: facts.dialect.hints.format },
  );
}

/** What every error of an answer carries. */
export function base(
  response: WireResponse,
  facts: Pick<CallFacts, "operationName" | "dialect" | "secrets">,
): { status: number; operationName: string | undefined; requestId: string | undefined } {
  const requestId = response.header(facts.dialect.requestIdHeader);
  return {
    status: response.status,
    operationName: facts.operationName,
    requestId: requestId === undefined ? undefined : facts.secrets.scrub(requestId).slice(0, 200),
  };
}
