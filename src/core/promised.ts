import { ResponseFormatError } from "../errors/index.ts";
import { isRecord } from "./transport/json.ts";

/**
 * A member of an answer that the schema promises. An answer that breaks the promise is a format error, instead of a
 * `TypeError` somewhere in the caller's code.
 */
export function promised<T extends object>(value: T | null | undefined, field: string): T {
  if (isRecord(value)) return value;
  throw new ResponseFormatError(`the answer lacks ${field}`, "application/json", 0);
}

/** The same for a text. */
export function promisedText(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw new ResponseFormatError(`the answer lacks ${field}`, "application/json", 0);
}

/** A list of objects of an answer that the schema promises. */
export function promisedList<T extends object>(value: readonly T[] | null | undefined, field: string): readonly T[] {
  if (isList(value) && value.every(isRecord)) return value;
  throw new ResponseFormatError(`the answer lacks the list ${field}`, "application/json", 0);
}

function isList<T>(value: readonly T[] | null | undefined): value is readonly T[] {
  return Array.isArray(value);
}
