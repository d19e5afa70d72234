import { isRecord } from "../shared/json.ts";
import { badRequest } from "./answers.ts";

/** Whether a member's value is of the right kind. */
export type Check = (value: unknown) => boolean;

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Also null, or left out. */
export function optional(check: Check): Check {
  return (value) => value == null || check(value);
}

/**
 * The members of a REST body, of which it may have no others.
 * @throws Refusal for another body.
 */
export function membersOf(body: unknown, checks: Readonly<Record<string, Check>>): Readonly<Record<string, unknown>> {
  if (!isRecord(body)) throw badRequest("The body must be a JSON object.");
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(checks, name)) throw badRequest(`The body must not have the member '${name}'.`);
  }
  for (const [name, check] of Object.entries(checks)) {
    if (check(body[name])) continue;
    throw badRequest(body[name] === undefined ? `The member '${name}' is missing.` : `The member '${name}' is of the wrong kind.`);
  }
  return body;
}
