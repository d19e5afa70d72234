import {
  AuthenticationError,
  GraphQLRequestError,
  KeylightError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  TransportError,
  UnexpectedRedirectError,
  ValidationError,
  type ErrorDetails,
  type GraphQLErrorEntry,
} from "../../errors/index.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import { isRecord, parseJson } from "./json.ts";
import { retryAfter } from "./backoff.ts";
import type { WireResponse } from "./wire.ts";

/** What one code of a service's error answers means. */
export type Meaning =
  | "unauthenticated"
  | "login-refused"
  | "forbidden"
  | "not-found"
  | "bad-input"
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
  readonly kind: "query" | "mutation";
  readonly dialect: ErrorDialect;
  readonly secrets: LiveSecrets;
  /** Whether the data is wanted in spite of errors. */
  readonly accepts: (data: Record<string, unknown>) => boolean;
}

/** The body of a GraphQL answer. */
export interface Envelope {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly GraphQLErrorEntry[];
}

/** What an answer means for the call. */
export type Outcome =
  | { readonly kind: "ok"; readonly envelope: Envelope }
  | { readonly kind: "rejected"; readonly error: KeylightError }
  | { readonly kind: "retry"; readonly error: KeylightError; readonly ran: boolean }
  | { readonly kind: "fail"; readonly error: KeylightError };

/** Statuses that speak louder than data. */
const decisive = new Set([401, 403, 404, 429]);

/** Turns one answer into one outcome, in a fixed order: redirect, shape, documented code, status, other errors, data. */
export function classify(response: WireResponse, facts: CallFacts): Outcome {
  const { status } = response;
  if (status >= 300 && status < 400) return { kind: "fail", error: redirected(response, facts) };
  const envelope = readEnvelope(response.body, facts);
  if (envelope === undefined) return byStatus(response, facts, undefined) ?? { kind: "fail", error: badFormat(response, facts) };
  const { data, errors } = envelope;
  const coded = byCode(response, facts, envelope);
  const renewable = coded?.kind === "rejected" && facts.kind === "query";
  // A write's data beside errors may hold what is never given again, so that it is taken under any status.
  const decided = decisive.has(status) && (errors.length === 0 || facts.kind === "query");
  if (data !== null && !renewable && !decided && (errors.length === 0 || facts.accepts(data))) return { kind: "ok", envelope };
  return (
    coded ??
    byStatus(response, facts, envelope) ??
    (errors.length === 0
      ? { kind: "fail", error: badFormat(response, facts) }
      : { kind: "fail", error: graphqlError(response, facts, envelope) })
  );
}

function readEnvelope(body: string, facts: CallFacts): Envelope | undefined {
  const json = parseJson(body);
  if (!isRecord(json) || !(Object.hasOwn(json, "data") || Object.hasOwn(json, "errors"))) return undefined;
  const data: unknown = Object.hasOwn(json, "data") ? json["data"] : null;
  const errors: unknown = Object.hasOwn(json, "errors") ? json["errors"] : null;
  if (data !== null && !isRecord(data)) return undefined;
  if (errors !== null && !Array.isArray(errors)) return undefined;
  return { data, errors: (errors ?? []).map((error: unknown) => readError(error, facts.secrets)) };
}

function readError(error: unknown, secrets: LiveSecrets): GraphQLErrorEntry {
  if (!isRecord(error)) return { message: "an error without a message" };
  const { message, path, extensions } = error;
  const code: unknown = error["code"] ?? (isRecord(extensions) ? extensions["code"] : undefined);
  return {
    message: typeof message === "string" ? secrets.scrub(message) : "an error without a message",
    ...(Array.isArray(path) ? { path: readPath(path, secrets) } : {}),
    ...(typeof code === "string" || typeof code === "number" ? { code: secrets.scrub(String(code)) } : {}),
  };
}

function readPath(path: readonly unknown[], secrets: LiveSecrets): (string | number)[] {
  const steps = path.filter((step) => typeof step === "string" || typeof step === "number");
  return steps.map((step) => (typeof step === "string" ? secrets.scrub(step) : step));
}

function byCode(response: WireResponse, facts: CallFacts, envelope: Envelope): Outcome | undefined {
  const { dialect } = facts;
  const entry = envelope.errors.find(({ code }) => code !== undefined && dialect.codes.has(code));
  const meaning = entry?.code === undefined ? undefined : dialect.codes.get(entry.code);
  if (entry === undefined || meaning === undefined) return undefined;
  const details = { ...base(response, facts), mayHaveExecuted: ranInPart(facts, envelope) };
  switch (meaning) {
    case "unauthenticated":
      return response.status === 403 ? undefined : unauthenticated(response, facts, envelope);
    case "login-refused":
      return { kind: "fail", error: new AuthenticationError(entry.message, "INVALID_CREDENTIALS", details) };
    case "forbidden":
      return { kind: "fail", error: forbidden(entry.message, details, facts) };
    case "not-found":
      return { kind: "fail", error: notFound(entry.message, details, facts) };
    case "bad-input":
      if (dialect.notFoundText?.test(entry.message) === true) return { kind: "fail", error: notFound(entry.message, details, facts) };
      return { kind: "fail", error: new ValidationError(entry.message, issuesOf(envelope), details) };
    case "bad-document":
      return {
        kind: "fail",
        error: new GraphQLRequestError(entry.message, envelope.errors, facts.secrets.scrubJson(envelope.data), { ...details, hint: dialect.hints.badDocument }),
      };
  }
}

function unauthenticated(response: WireResponse, facts: CallFacts, envelope: Envelope): Outcome {
  const answered = facts.kind === "mutation" && envelope.data !== null && response.status !== 401;
  const error = new AuthenticationError("the credential was rejected", "SESSION_EXPIRED", {
    ...base(response, facts),
    mayHaveExecuted: answered,
  });
  return answered ? { kind: "fail", error } : { kind: "rejected", error };
}

function byStatus(response: WireResponse, facts: CallFacts, envelope: Envelope | undefined): Outcome | undefined {
  const { status } = response;
  const details = { ...base(response, facts), mayHaveExecuted: ranInPart(facts, envelope) };
  const said = envelope?.errors[0]?.message;
  if (status === 401) {
    return { kind: "rejected", error: new AuthenticationError(said ?? "the credential was rejected", "SESSION_EXPIRED", details) };
  }
  if (status === 403) return { kind: "fail", error: forbidden(said ?? "the server answered 403", details, facts) };
  if (status === 404 && envelope !== undefined) return { kind: "fail", error: notFound(said ?? "the server answered 404", details, facts) };
  if (status === 429) {
    const error = new RateLimitError(said ?? "too many requests", { ...details, retryAfterMs: retryAfter(response), hint: facts.dialect.hints.rateLimit });
    return { kind: "retry", error, ran: false };
  }
  if (status === 407 || status >= 500) {
    const ran = facts.kind === "mutation" && status !== 407;
    const retryable = status === 502 || status === 503 || status === 504;
    const more = { ...details, mayHaveExecuted: ran, retryable: status >= 500, retryAfterMs: retryAfter(response) };
    const error =
      envelope === undefined || envelope.errors.length === 0
        ? new TransportError(`the server answered ${status}`, "headers", more)
        : new GraphQLRequestError(said ?? `the server answered ${status}`, envelope.errors, facts.secrets.scrubJson(envelope.data), more);
    return retryable ? { kind: "retry", error, ran } : { kind: "fail", error };
  }
  return undefined;
}

/** Whether some fields of a write came back beside the errors of others: those have run. */
function ranInPart(facts: CallFacts, envelope: Envelope | undefined): boolean {
  return facts.kind === "mutation" && Object.values(envelope?.data ?? {}).some((value) => value !== null);
}

function notFound(message: string, details: ErrorDetails, facts: CallFacts): NotFoundError {
  return new NotFoundError(message, { ...details, hint: facts.dialect.hints.notFound });
}

function forbidden(message: string, details: ErrorDetails, facts: CallFacts): PermissionError {
  return new PermissionError(message, "PERMISSION_DENIED", { ...details, hint: facts.dialect.hints.forbidden });
}

function graphqlError(response: WireResponse, facts: CallFacts, envelope: Envelope): GraphQLRequestError {
  return new GraphQLRequestError(envelope.errors[0]?.message ?? "the server answered with errors", envelope.errors, facts.secrets.scrubJson(envelope.data), {
    ...base(response, facts),
    mayHaveExecuted: facts.kind === "mutation",
  });
}

function redirected(response: WireResponse, facts: CallFacts): UnexpectedRedirectError {
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

function badFormat(response: WireResponse, facts: CallFacts): ResponseFormatError {
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

function issuesOf(envelope: Envelope): { path: string; message: string }[] {
  return envelope.errors.map(({ path, message }) => ({ path: (path ?? []).join("."), message }));
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
