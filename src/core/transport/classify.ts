import { AuthenticationError, GraphQLRequestError, TransportError, ValidationError, type GraphQLErrorEntry, type KeylightError } from "../../errors/index.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import { isRecord, parseJson } from "./json.ts";
import { badFormat, base, byStatus, forbidden, notFound, redirected, type CallFacts, type Outcome, type Told } from "./outcome.ts";
import type { WireResponse } from "./wire.ts";

/** What must be known of a GraphQL call to read its answer. */
export interface GraphQLFacts extends CallFacts {
  /** Whether the data is wanted in spite of errors. */
  readonly accepts: (data: Record<string, unknown>) => boolean;
}

/** The body of a GraphQL answer. */
export interface Envelope {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly GraphQLErrorEntry[];
}

/** Statuses that speak louder than data. */
const decisive = new Set([401, 403, 404, 429]);

/** Turns one answer into one outcome, in a fixed order: redirect, shape, documented code, status, other errors, data. */
export function classify(response: WireResponse, facts: GraphQLFacts): Outcome<Envelope> {
  const { status } = response;
  if (status >= 300 && status < 400) return { kind: "fail", error: redirected(response, facts) };
  const envelope = readEnvelope(response.body, facts);
  if (envelope === undefined) return byStatus(response, facts, undefined) ?? { kind: "fail", error: badFormat(response, facts) };
  const { data, errors } = envelope;
  const coded = byCode(response, facts, envelope);
  const renewable = coded?.kind === "rejected" && facts.kind === "query";
  // A write's data beside errors may hold what is never given again, so that it is taken under any status.
  const decided = decisive.has(status) && (errors.length === 0 || facts.kind === "query");
  if (data !== null && !renewable && !decided && (errors.length === 0 || facts.accepts(data))) return { kind: "ok", value: envelope };
  return (
    coded ??
    byStatus(response, facts, toldBy(envelope, facts)) ??
    (errors.length === 0
      ? { kind: "fail", error: badFormat(response, facts) }
      : { kind: "fail", error: graphqlError(response, facts, envelope) })
  );
}

function readEnvelope(body: string, facts: GraphQLFacts): Envelope | undefined {
  const json = parseJson(body);
  if (!isRecord(json) || !(Object.hasOwn(json, "data") || Object.hasOwn(json, "errors"))) return undefined;
  // Other services on the same host answer `{ error, data }`, whose data is no answer of this one.
  if (Object.hasOwn(json, "error") && !Object.hasOwn(json, "errors")) return undefined;
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

function byCode(response: WireResponse, facts: GraphQLFacts, envelope: Envelope): Outcome<never> | undefined {
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
    case "conflict":
      return { kind: "fail", error: otherError(envelope, facts)(entry.message, { ...details, retryable: true }) };
    case "bad-document":
      return { kind: "fail", error: otherError(envelope, facts)(entry.message, { ...details, hint: dialect.hints.badDocument }) };
  }
}

function unauthenticated(response: WireResponse, facts: GraphQLFacts, envelope: Envelope): Outcome<never> {
  const answered = facts.kind === "mutation" && envelope.data !== null && response.status !== 401;
  const error = new AuthenticationError("the credential was rejected", "SESSION_EXPIRED", {
    ...base(response, facts),
    mayHaveExecuted: answered,
  });
  return answered ? { kind: "fail", error } : { kind: "rejected", error };
}

function toldBy(envelope: Envelope, facts: GraphQLFacts): Told {
  const [first] = envelope.errors;
  const other = otherError(envelope, facts);
  return { message: first?.message, details: { mayHaveExecuted: ranInPart(facts, envelope) }, other };
}

function otherError({ errors, data }: Envelope, { secrets }: GraphQLFacts): Told["other"] {
  // Without an error in it the answer tells no more than its status does.
  if (errors.length === 0) return (message, details) => new TransportError(message, "headers", details);
  return (message, details) => new GraphQLRequestError(message, errors, secrets.scrubJson(data), details);
}

/** Whether some fields of a write came back beside the errors of others: those have run. */
function ranInPart(facts: GraphQLFacts, envelope: Envelope): boolean {
  return facts.kind === "mutation" && Object.values(envelope.data ?? {}).some((value) => value !== null);
}

function graphqlError(response: WireResponse, facts: GraphQLFacts, envelope: Envelope): KeylightError {
  const [first] = envelope.errors;
  return otherError(envelope, facts)(first?.message ?? "the server answered with errors", {
    ...base(response, facts),
    mayHaveExecuted: facts.kind === "mutation",
  });
}

function issuesOf(envelope: Envelope): { path: string; message: string }[] {
  return envelope.errors.map(({ path, message }) => ({ path: (path ?? []).join("."), message }));
}
