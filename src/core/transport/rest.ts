import { AuthenticationError, ConfigurationError, RestRequestError, ValidationError, type ErrorDetails, type ValidationIssue } from "../../errors/index.ts";
import { isRecord, parseJson } from "./json.ts";
import { badFormat, base, byStatus, forbidden, notFound, redirected, type CallFacts, type ErrorDialect, type Outcome, type Told } from "./outcome.ts";
import type { WireResponse } from "./wire.ts";

/** An error body of a REST service, read. Its texts are still as the server sent them. */
export interface RestErrorBody {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly issues?: readonly ValidationIssue[] | undefined;
  readonly requiredScopes?: readonly string[] | undefined;
  readonly grantedScopes?: readonly string[] | undefined;
  /** Milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** How a REST service writes its errors. */
export interface RestDialect extends ErrorDialect {
  /** Reads an error body, which is a JSON object; undefined where it is none of this service's. */
  readonly readError: (body: Record<string, unknown>) => RestErrorBody | undefined;
}

export interface RestFacts extends CallFacts {
  readonly dialect: RestDialect;
}

/** Statuses whose answers have no body. */
const bodiless = new Set([204, 205, 304]);
const badInput = new Set([400, 422]);

/** Turns one answer into one outcome, in a fixed order: redirect, success, shape, documented code, status, other errors. */
export function classifyRest(response: WireResponse, facts: RestFacts): Outcome<unknown> {
  const { status, body } = response;
  if (bodiless.has(status)) return { kind: "ok", value: undefined };
  if (status >= 300 && status < 400) return { kind: "fail", error: redirected(response, facts) };
  const json = parseJson(body);
  if (status >= 200 && status < 300) {
    return json === undefined ? { kind: "fail", error: badFormat(response, facts) } : { kind: "ok", value: json };
  }
  const said = isRecord(json) ? facts.dialect.readError(json) : undefined;
  if (said === undefined) return byStatus(response, facts, undefined) ?? { kind: "fail", error: badFormat(response, facts) };
  const told = toldBy(said, facts);
  return byCode(response, facts, said, told) ?? byStatus(response, facts, told) ?? otherwise(response, facts, said, told);
}

function toldBy(said: RestErrorBody, { secrets }: RestFacts): Told {
  const clean = (text: string | undefined): string | undefined => (text === undefined ? undefined : secrets.scrub(text));
  const all = (texts: readonly string[] | undefined): readonly string[] | undefined => texts?.map((text) => secrets.scrub(text));
  return {
    message: said.message === "" ? undefined : clean(said.message),
    details: {
      serviceCode: clean(said.code),
      requiredScopes: all(said.requiredScopes),
      grantedScopes: all(said.grantedScopes),
      retryAfterMs: said.retryAfterMs,
    },
    other: (message, details) => new RestRequestError(message, details),
  };
}

function byCode(response: WireResponse, facts: RestFacts, said: RestErrorBody, told: Told): Outcome<never> | undefined {
  const { dialect } = facts;
  const message = told.message ?? `the server answered ${response.status}`;
  const details: ErrorDetails = { ...base(response, facts), ...told.details };
  switch (said.code === undefined ? undefined : dialect.codes.get(said.code)) {
    case "unauthenticated":
      return response.status === 403 ? undefined : { kind: "rejected", error: new AuthenticationError(message, "SESSION_EXPIRED", details) };
    case "login-refused":
      return { kind: "fail", error: new AuthenticationError(message, "INVALID_CREDENTIALS", details) };
    case "forbidden":
      return { kind: "fail", error: forbidden(message, details, facts) };
    case "not-found":
      return { kind: "fail", error: notFound(message, details, facts) };
    case "bad-input":
    case "bad-document":
      return { kind: "fail", error: invalid(message, facts, said, details) };
    case "conflict":
      return { kind: "fail", error: new RestRequestError(message, { ...details, retryable: true }) };
    case undefined:
      return undefined;
  }
}

function otherwise(response: WireResponse, facts: RestFacts, said: RestErrorBody, told: Told): Outcome<never> {
  const message = told.message ?? `the server answered ${response.status}`;
  const details: ErrorDetails = { ...base(response, facts), ...told.details };
  const error = badInput.has(response.status) ? invalid(message, facts, said, details) : new RestRequestError(message, details);
  return { kind: "fail", error };
}

function invalid(message: string, { secrets }: RestFacts, said: RestErrorBody, details: ErrorDetails): ValidationError {
  const issues = (said.issues ?? []).map((issue) => ({ path: secrets.scrub(issue.path), message: secrets.scrub(issue.message) }));
  return new ValidationError(message, issues, details);
}

/** Values of a query's parameters; a list gives its parameter several times, and undefined leaves it out. */
export type QueryParameters = Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;

/** A whole step of one or two dots, also where dots or slashes are percent-encoded. */
const dotStep = /(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?:$|\/|%2f|%5c)/i;

/**
 * The address of a path below a service's root.
 *
 * @throws {@link ConfigurationError} for a path that leads out of it, so that no credential goes where it does not belong.
 */
export function addressBelow(root: URL, path: unknown, query: QueryParameters = {}): URL {
  const refuse = (why: string): never => {
    throw new ConfigurationError(`the path ${why}`, { hint: `Give it relative to ${root.origin}${root.pathname}, such as "things/1".` });
  };
  if (typeof path !== "string" || path === "") return refuse("must be text");
  if (/[\0-\x20\x7f\\#]/.test(path)) return refuse("holds white space, a backslash or a #");
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(path)) return refuse("must not name a host of its own");
  // Such a step would lead elsewhere, when the URL is made or at a server that decodes first.
  if (dotStep.test(path.replace(/\?.*$/s, ""))) return refuse('holds a step "." or ".."');
  const folder = root.pathname.endsWith("/") ? root.pathname : `${root.pathname}/`;
  const url = new URL(root.origin + folder + path.replace(/^\//, ""));
  if (url.origin !== root.origin || !url.pathname.startsWith(folder)) return refuse("leads out of the service's root");
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) url.searchParams.append(name, String(one));
  }
  return url;
}
