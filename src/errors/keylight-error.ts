/** One attempt of a call: what it met and how long it took. */
export interface Attempt {
  /** HTTP status, when an answer came. */
  readonly status?: number;
  /** Code of the failure: the system's, such as `ECONNRESET`, else that of the error, such as `SESSION_EXPIRED`. */
  readonly code?: string;
  /** Time from sending to the outcome, in milliseconds. */
  readonly durationMs: number;
  /** Time slept before this attempt, in milliseconds. */
  readonly waitedMs: number;
}

/** What is kept of an error that is not ours: never its message, which may quote secrets. */
export interface CauseSummary {
  readonly name: string;
  readonly code?: string;
  readonly syscall?: string;
}

/** What every error of keylight may carry besides its message. */
export interface ErrorDetails {
  /** What to do next, in one sentence. */
  hint?: string | undefined;
  /** Whether the same call may succeed later without a change. */
  retryable?: boolean | undefined;
  /** Whether a write may have taken effect at the server. */
  mayHaveExecuted?: boolean | undefined;
  operationName?: string | undefined;
  /** Names of the variables that were sent; never their values. */
  variableNames?: readonly string[] | undefined;
  status?: number | undefined;
  /** The server's own id of the request, from `x-request-id` or its like. */
  requestId?: string | undefined;
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  attempts?: readonly Attempt[] | undefined;
  cause?: CauseSummary | undefined;
  /** The service's own code for the failure, as text and without secrets, where it gave one. */
  serviceCode?: string | undefined;
  /** What the service says of its limits, where it says it. */
  rateLimit?: RateLimit | undefined;
  /** What a credential would have to be allowed to do, where the service says it. */
  requiredScopes?: readonly string[] | undefined;
  /** What the credential is allowed to do, where the service says it. */
  grantedScopes?: readonly string[] | undefined;
}

/** A service's limit on requests, as its headers tell it. */
export interface RateLimit {
  /** Requests that a window allows. */
  readonly limit?: number;
  /** Requests that are left of them. */
  readonly remaining?: number;
  /** When the next window begins: ISO 8601, UTC. */
  readonly resetAt?: string;
}

const brand = Symbol.for("keylight.error");

/**
 * The base of every error that keylight throws. It holds no request, no headers, no variables, no body and no foreign
 * error, so it can be logged whole.
 *
 * `instanceof` also holds for errors of another copy of the package.
 */
export class KeylightError extends Error {
  /** Stable, for programs: compare this, not the message. */
  readonly code: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** Whether a write may have taken effect; false where nothing of the call can have run. */
  readonly mayHaveExecuted: boolean;
  declare readonly hint?: string;
  declare readonly operationName?: string;
  declare readonly variableNames?: readonly string[];
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly retryAfterMs?: number;
  declare readonly attempts?: readonly Attempt[];
  declare readonly cause?: CauseSummary;
  declare readonly serviceCode?: string;

  /** The names of this error's class and its ancestors; read by `instanceof`. @internal */
  static readonly kinds: readonly string[] = ["KeylightError"];

  constructor(message: string, code: string, details: ErrorDetails = {}) {
    super(message);
    const kinds = new.target.kinds;
    Object.defineProperty(this, "name", { value: kinds[0], configurable: true, writable: true });
    Object.defineProperty(this, brand, { value: kinds });
    // Taken again, so that it begins with the name, and at the caller instead of in here.
    Error.captureStackTrace(this, new.target);
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.mayHaveExecuted = details.mayHaveExecuted ?? false;
    for (const name of optional) {
      const value = details[name];
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true, configurable: true });
    }
  }

  /** Makes `instanceof` hold for errors of another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const kind = Object.hasOwn(this, "kinds") ? this.kinds[0] : undefined;
    if (kind === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    return kindsOf(value).includes(kind);
  }
}

const optional = [
  "hint",
  "operationName",
  "variableNames",
  "status",
  "requestId",
  "retryAfterMs",
  "attempts",
  "cause",
  "serviceCode",
  "rateLimit",
  "requiredScopes",
  "grantedScopes",
] as const;

/** Adds the facts that an error lacks; what it says already stays, except that a write that may have run has the last word. @internal */
export function annotate<E extends KeylightError>(error: E, details: ErrorDetails): E {
  for (const name of optional) {
    const value = details[name];
    if (value === undefined || Object.hasOwn(error, name)) continue;
    Object.defineProperty(error, name, { value, enumerable: true, configurable: true });
  }
  if (details.mayHaveExecuted === true) {
    Object.defineProperty(error, "mayHaveExecuted", { value: true, enumerable: true, configurable: true });
  }
  return error;
}

function kindsOf(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const kinds: unknown = Reflect.get(value, brand);
  return Array.isArray(kinds) ? kinds : [];
}

/**
 * Whether a value is an error of keylight, of any copy of the package, and has the given code where one is given.
 *
 * @example
 * if (isKeylightError(error, "RATE_LIMITED")) await later(error.retryAfterMs);
 */
export function isKeylightError(error: unknown, code?: string): error is KeylightError {
  return error instanceof KeylightError && (code === undefined || error.code === code);
}
