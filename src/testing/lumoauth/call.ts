import type { Answer } from "../shared/answer.ts";
import { isRecord, parseJson } from "../shared/json.ts";
import { isForm, isJson, type Received } from "../shared/received.ts";
import type { TenantRecord } from "./records.ts";
import { badRequest } from "./refusal.ts";

/** A request that has found its route. */
export interface Call {
  readonly request: Received;
  readonly tenant: TenantRecord;
  /** The URL of the tenant's API: origin and prefix. */
  readonly apiUrl: string;
  /** What stands for the first placeholder of the route's path; empty if it has none. */
  readonly id: string;
  /** What stands for the second one. */
  readonly memberId: string;
}

/** One endpoint. Its handler answers, or throws a refusal. */
export interface Route {
  readonly methods: readonly string[];
  /** The path below the prefix, with placeholders such as `{id}`. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** The members of a JSON body. */
export function jsonBody({ request }: Call): Record<string, unknown> {
  if (!isJson(request.headers)) throw badRequest("The content type must be application/json.");
  const body = parseJson(request.text);
  if (!isRecord(body)) throw badRequest("The body must be a JSON object.");
  return body;
}

/** The parameters of a form. */
export function formBody({ request }: Call): URLSearchParams {
  if (!isForm(request.headers)) throw badRequest("The content type must be application/x-www-form-urlencoded.");
  return new URLSearchParams(request.text);
}

/** A form's or query's parameter that must be there and not empty. */
export function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (value === null || value === "") throw badRequest(`The parameter '${name}' is missing.`);
  return value;
}
