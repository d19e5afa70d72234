import { ValidationError } from "../../errors/index.ts";
import { encodeBody } from "../secret.ts";

/**
 * The variables of an operation as they go out.
 *
 * @throws {@link ValidationError} for variables that cannot be written as JSON.
 */
export function writeVariables(variables: object): string {
  try {
    return encodeBody(variables);
  } catch {
    throw new ValidationError("the variables cannot be written as JSON", [
      { path: "variables", message: "holds a BigInt or refers to itself" },
    ]);
  }
}
