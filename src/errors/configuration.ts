import { KeylightError, type ErrorDetails } from "./keylight-error.ts";

/**
 * An option, a variable or the way a client is used is wrong; nothing was sent. Thrown by the constructor wherever it
 * can be known there. Names the option or variable, never its value.
 */
export class ConfigurationError extends KeylightError {
  static override readonly kinds: readonly string[] = ["ConfigurationError", ...KeylightError.kinds];
  declare readonly code: "INVALID_CONFIGURATION";

  constructor(message: string, details: Pick<ErrorDetails, "hint" | "operationName"> = {}) {
    super(message, "INVALID_CONFIGURATION", details);
  }
}

/** The client was closed: calls in flight at `close()`, and every later call. */
export class ClientClosedError extends KeylightError {
  static override readonly kinds: readonly string[] = ["ClientClosedError", ...KeylightError.kinds];
  declare readonly code: "CLIENT_CLOSED";

  constructor(details: ErrorDetails = {}) {
    super("the client is closed", "CLIENT_CLOSED", { hint: "Make a new client.", ...details });
  }
}
