import { ValidationError } from "../errors/index.ts";
import { encodeBody } from "./secret.ts";

/**
 * What a caller gave to be sent, as JSON.
 *
 * @param part - what the caller calls it.
 * @throws {@link ValidationError} for what cannot be written as JSON.
 */
export function jsonOf(value: unknown, part: "variables" | "body"): string {
  try {
    return encodeBody(value);
  } catch {
    throw new ValidationError(`the ${part} cannot be written as JSON`, [{ path: part, message: "holds a BigInt or refers to itself" }]);
  }
}
