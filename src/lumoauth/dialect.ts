import type { RateLimit, ValidationIssue } from "../errors/index.ts";
import { isRecord } from "../core/transport/json.ts";
import type { RestDialect, RestErrorBody } from "../core/transport/rest.ts";
import type { WireResponse } from "../core/transport/wire.ts";

/** The shape of an API key, wherever it stands in a text. Other shapes are accepted, and hidden once they are known. */
export const keyPattern = /lmk_[A-Za-z0-9_-]+/g;

/** How LumoAuth writes its errors: three JSON shapes are documented. Codes differ between its versions, so that the status decides. */
export const lumoAuthDialect: RestDialect = {
  codes: new Map(),
  // Inferred: no request id is documented.
  requestIdHeader: "x-request-id",
  readError,
  rateLimit,
  hints: {
    forbidden: "The credential is known, but may not do this: see requiredScopes and grantedScopes, where the server told them.",
    notFound: "Check the id and the tenant. Newer servers answer below /orgs/{orgId}/api/v1: give that as pathPrefix.",
    format: "Check baseUrl, tenant and pathPrefix: newer servers answer below /orgs/{orgId}/api/v1.",
  },
};

function readError(body: Record<string, unknown>): RestErrorBody | undefined {
  const { error, message, error_description: description, retry_after: seconds } = body;
  const flagged = error === true;
  if (!flagged && typeof error !== "string") return undefined;
  const details = isRecord(body["details"]) ? body["details"] : {};
  const code = flagged ? text(body["code"]) : text(error);
  const said = text(message) ?? text(description) ?? (flagged ? undefined : code);
  return {
    message: said,
    code,
    // The one code of a registration that names its member.
    issues: code === "invalid_redirect_uri" ? [{ path: "redirect_uris", message: said ?? code }] : issuesOf(details),
    requiredScopes: texts(details["required_scopes"]) ?? texts(details["required_scope"]),
    grantedScopes: texts(details["granted_scopes"]) ?? texts(details["key_scopes"]),
    retryAfterMs: typeof seconds === "number" && seconds >= 0 ? seconds * 1000 : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Scopes or names of fields: a list, or one text with white space or commas between. */
function texts(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return value.split(/[\s,]+/).filter((item) => item !== "");
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

/** Names under which `details` lists fields, instead of being a map of field to message. */
const lists = new Map([
  ["missing_fields", "is missing"],
  ["invalid_values", "has a value that is not allowed"],
  ["rejected_keys", "is not accepted"],
]);

function issuesOf(details: Record<string, unknown>): ValidationIssue[] {
  return Object.entries(details).flatMap(([name, value]) => {
    const said = lists.get(name);
    if (said !== undefined) return namesIn(value).map((path) => ({ path, message: said }));
    const messages: unknown[] = Array.isArray(value) ? value : [value];
    return messages.filter((message) => typeof message === "string" && message !== "").map((message) => ({ path: name, message: String(message) }));
  });
}

/** A list of fields, or a map that has them for its names. */
function namesIn(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value) : (texts(value) ?? []);
}

/** `X-RateLimit-Limit`, `-Remaining` and `-Reset`, in seconds since 1970. */
export function rateLimit(response: WireResponse): RateLimit | undefined {
  const number = (name: string): number | undefined => {
    const value = response.header(name)?.trim();
    return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  };
  const limit = number("x-ratelimit-limit");
  const remaining = number("x-ratelimit-remaining");
  const reset = number("x-ratelimit-reset");
  // Later than this no date can be written.
  const resetAt = reset === undefined || reset > 8.64e12 ? undefined : new Date(reset * 1000).toISOString();
  if (limit === undefined && remaining === undefined && resetAt === undefined) return undefined;
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}
