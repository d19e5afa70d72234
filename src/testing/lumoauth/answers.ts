import { json, type Answer } from "../shared/answer.ts";
import type { Quota } from "../shared/rate-limit.ts";
import type { FakeLumoAuthRateLimit, Settings } from "./options.ts";
import { badClient, badCredential, badRegistrationCredential, Refusal } from "./refusal.ts";

/** The parts of the API, which differ in their refusals. */
export type Area = "admin" | "registration" | "oauth";

const newerCodes = new Map([
  ["resource_not_found", "not_found"],
  ["duplicate_resource", "conflict"],
]);

/** The part of the API that a path below the prefix belongs to. */
export function areaOf(path: string): Area {
  if (path.startsWith("/connect/")) return "registration";
  return /^\/(?:oauth|\.well-known)\//.test(path) ? "oauth" : "admin";
}

/** A refusal in the shape of this part of the API. */
export function refusalAnswer({ status, code, message, details, headers }: Refusal, area: Area, { errorShape }: Settings): Answer {
  if (area !== "admin") return json(status, { error: code, error_description: message }, headers);
  const body =
    errorShape === "flag"
      ? { error: true, message, status, code, details }
      : { error: newerCodes.get(code) ?? code, message, status, details };
  return json(status, body, headers);
}

/** The answer of this part of the API to a bad credential. */
export function unauthorizedAnswer(area: Area, settings: Settings): Answer {
  const refusals = { admin: badCredential, registration: badRegistrationCredential, oauth: badClient };
  return refusalAnswer(refusals[area](), area, settings);
}

/** The refusal of one request too many. */
export function overLimitAnswer({ resetsIn }: Quota, limit: FakeLumoAuthRateLimit, area: Area, settings: Settings): Answer {
  const seconds = Math.ceil(resetsIn / 1000);
  const message = `Rate limit exceeded. Retry after ${String(seconds)} seconds.`;
  const headers = retryAfter(limit, seconds, settings.now());
  if ((limit.body ?? (area === "admin" ? "admin" : "oauth")) === "oauth") {
    return json(429, { error: "rate_limit_exceeded", error_description: message, retry_after: seconds }, headers);
  }
  return refusalAnswer(new Refusal(429, "rate_limit_exceeded", message, { headers }), "admin", settings);
}

/** What every answer says of a rate limit. */
export function quotaHeaders({ remaining, resetsIn }: Quota, { requests }: FakeLumoAuthRateLimit, now: number): Record<string, string> {
  return {
    "x-ratelimit-limit": String(requests),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil((now + resetsIn) / 1000)),
  };
}

function retryAfter({ retryAfter: form = "seconds" }: FakeLumoAuthRateLimit, seconds: number, now: number): Record<string, string> {
  if (form === false) return {};
  // A date has whole seconds, and must not lie before the end of the window.
  const date = new Date(Math.ceil(now / 1000) * 1000 + seconds * 1000);
  return { "retry-after": form === "seconds" ? String(seconds) : date.toUTCString() };
}
