import type { Checks } from "../core/checks.ts";
import type { RestRequest } from "../core/rest-connection.ts";
import type { LumoAuthId } from "./types.ts";

const controls = /[\0-\x1f\x7f]/;
/** Such a step would lead elsewhere at a server that decodes before it looks. */
const dotStep = /(?:^|[\\/])\.{1,2}(?:$|[\\/])/;

/** An id as one step of a path: a number, a uuid, a slug, an e-mail address, whatever the server knows the object by. */
export function stepOf(id: LumoAuthId, checks: Checks, name = "id"): string {
  if (typeof id === "number" && Number.isSafeInteger(id) && id > 0) return String(id);
  const why = typeof id === "string" ? faultOf(id) : "must be text or a positive whole number";
  if (why === undefined) return encodeURIComponent(id);
  checks.fail(name, why);
  return "";
}

function faultOf(id: string): string | undefined {
  if (id.trim() === "" || id.length > 255) return "must be text of 1 to 255 characters";
  if (id === "undefined" || id === "null") return `is the text "${id}", so it was not set where it was made`;
  if (controls.test(id) || /\p{Surrogate}/u.test(id)) return "holds a character that no id has";
  return dotStep.test(id) ? 'must not be a step "." or ".." of a path' : undefined;
}

/** What is asked of one object. */
export interface AboutOne {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** The collection, such as `users`. */
  readonly kind: string;
  readonly id: LumoAuthId;
  /** What follows the id in the path, such as `/block`, encoded. */
  readonly then?: string;
  /** The same where it holds an id: how it is named in errors. */
  readonly named?: string;
  readonly body?: unknown;
}

/** The request for one object. What is wrong with its id is left to the checks, which are to be done first. */
export function aboutOne({ method, kind, id, then = "", named = then, body }: AboutOne, checks: Checks): RestRequest {
  return { method, path: `admin/${kind}/${stepOf(id, checks)}${then}`, operationName: `${method} /admin/${kind}/{id}${named}`, body };
}

/** A list of slugs, or of ids, that takes the place of another: it may be empty. */
export function listOf<T extends LumoAuthId>(values: readonly T[], name: string, checks: Checks): readonly T[] {
  const isOne = (value: unknown): boolean => (typeof value === "string" && value.trim() !== "") || Number.isSafeInteger(value);
  if (!Array.isArray(values) || !values.every(isOne)) checks.fail(name, "must be a list of texts");
  return values;
}
