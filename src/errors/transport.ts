import { KeylightError, type ErrorDetails } from "./keylight-error.ts";

/** How far a request had come when it failed. Before `send`, no byte of it had left. */
export type TransportPhase = "connect" | "tls" | "send" | "headers" | "body";

type TransportCode = "NETWORK_ERROR" | "TIMEOUT" | "UNEXPECTED_REDIRECT" | "OUTCOME_UNKNOWN";

/** No usable answer came. `mayHaveExecuted` says whether a write may have run all the same. */
export class TransportError extends KeylightError {
  static override readonly kinds: readonly string[] = ["TransportError", ...KeylightError.kinds];
  declare readonly code: TransportCode;
  readonly phase: TransportPhase;

  constructor(message: string, phase: TransportPhase, details?: ErrorDetails, code: TransportCode = "NETWORK_ERROR") {
    super(message, code, details);
    this.phase = phase;
  }
}

/** The call's `timeout` passed: connecting, waiting, renewing and reading together. */
export class TimeoutError extends TransportError {
  static override readonly kinds: readonly string[] = ["TimeoutError", ...TransportError.kinds];
  declare readonly code: "TIMEOUT";

  constructor(message: string, phase: TransportPhase, details?: ErrorDetails) {
    super(message, phase, { retryable: true, ...details }, "TIMEOUT");
  }
}

/** The server redirected. No redirect is followed, because it could carry credentials elsewhere. */
export class UnexpectedRedirectError extends TransportError {
  static override readonly kinds: readonly string[] = ["UnexpectedRedirectError", ...TransportError.kinds];
  declare readonly code: "UNEXPECTED_REDIRECT";
  /** Origin of the target; never its path or query. */
  readonly targetOrigin: string | undefined;

  constructor(message: string, targetOrigin: string | undefined, details?: ErrorDetails) {
    super(message, "headers", details, "UNEXPECTED_REDIRECT");
    this.targetOrigin = targetOrigin;
  }
}

/** A key that may be the one whose secret was lost; the same shape as `ServiceAccountKey`. */
export interface RecoveryCandidate {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** What `recover()` found and did. */
export interface Recovery {
  /** `revoked`: the one key that matched was revoked. `not-found`: no key was made. `undecided`: nothing was touched. */
  readonly outcome: "revoked" | "not-found" | "undecided";
  /** The keys that matched. */
  readonly candidates: RecoveryCandidate[];
}

/**
 * A key was asked for and its answer was lost, so a key may exist whose secret nobody knows.
 * Call `recover()` to find and revoke it; then ask again.
 */
export class AmbiguousMutationError extends TransportError {
  static override readonly kinds: readonly string[] = ["AmbiguousMutationError", ...TransportError.kinds];
  declare readonly code: "OUTCOME_UNKNOWN";
  readonly #recover: () => Promise<Recovery>;

  constructor(message: string, phase: TransportPhase, recover: () => Promise<Recovery>, details?: ErrorDetails) {
    super(message, phase, { mayHaveExecuted: true, ...details }, "OUTCOME_UNKNOWN");
    this.#recover = recover;
  }

  /**
   * Lists the service account's keys and looks for one that is new, bears exactly the name that was asked for, was
   * created since the call began by the server's clock, is unrevoked and unused. One: it is revoked. None, looked for
   * twice: `not-found`. Several: nothing is touched.
   */
  recover(): Promise<Recovery> {
    return this.#recover();
  }
}
