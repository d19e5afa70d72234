import { AuthenticationError, ConfigurationError, KeylightError, PermissionError, UnexpectedRedirectError } from "../../errors/index.ts";
import { tracedLogin, type LoginEvent } from "../diagnostics.ts";
import type { Log } from "../log.ts";
import { equalJitter, longestRetryAfter } from "../transport/backoff.ts";
import { CallScope } from "../transport/scope.ts";
import type { StoredSession } from "./store.ts";

/** What a login brings. */
export type NewSession = Omit<StoredSession, "obtainedAt">;

/** One login request. */
export interface LoginAttempt {
  /** Milliseconds. */
  readonly timeout: number;
  /** Nobody waits for it, and it must not keep the process alive. */
  readonly background: boolean;
  /** The session that this one is to follow, as far as it is known: its refresh token may do instead of a login. */
  readonly previous: StoredSession | undefined;
}

export interface LoginOptions {
  /** Throws `INVALID_CREDENTIALS` when it is refused, and `INTERACTION_REQUIRED` when only a person can log in. */
  readonly login: (attempt: LoginAttempt) => Promise<NewSession>;
  /** For a whole login with its retries, in milliseconds. */
  readonly timeout: number;
  /** Further attempts after trouble. */
  readonly retryAttempts: number;
  /** Scopes to be ended when the owner closes. */
  readonly open: Set<CallScope>;
  readonly log: Log;
}

/** Logins failed without being refused: until `notBefore` callers fail at once. */
interface Trouble {
  /** By `performance.now()`, in milliseconds. */
  readonly notBefore: number;
  /** How many failed in a row. */
  readonly failures: number;
  readonly error: AuthenticationError;
}

const firstDelay = 200;
const longestDelay = 30_000;
/** However long a server asks to wait, another login is tried after 15 minutes: what it said may have been nonsense. */
const longestWindow = 900_000;

/** What another login with the same key would meet again. */
const final = [ConfigurationError, UnexpectedRedirectError, AuthenticationError, PermissionError];

/** The way to the login: shut for good after a refusal, and for a growing while after trouble. */
export class LoginGate {
  readonly #options: LoginOptions;
  #refusal: (() => KeylightError) | undefined;
  #trouble: Trouble | undefined;
  /** Fresh sessions in a row that were rejected before any call had succeeded with them. */
  #stillborn = 0;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** The error for whoever wants to log in now; undefined when the way is free. Makes a fresh one for each caller. */
  blocked(): (() => unknown) | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    const trouble = this.#trouble;
    if (trouble === undefined || trouble.notBefore <= performance.now()) return undefined;
    return () => again(trouble.error, Math.max(0, Math.ceil(trouble.notBefore - performance.now())));
  }

  /** The error of a login that failed, for one of its callers. */
  failureOf(error: unknown): () => unknown {
    return this.blocked() ?? ((): unknown => again(error));
  }

  /** A session was accepted by the server. */
  confirmed(): void {
    this.#stillborn = 0;
  }

  /** A session of ours was rejected that had never been accepted. One may be bad luck; from the second on, slow down. */
  stillborn(): void {
    this.#stillborn += 1;
    if (this.#stillborn < 2) return;
    this.#trouble = {
      notBefore: performance.now() + equalJitter(this.#stillborn - 2, firstDelay, longestDelay),
      failures: this.#stillborn,
      error: new AuthenticationError("logins succeed, but the server rejects the sessions that they make", "LOGIN_FAILED", { retryable: true }),
    };
  }

  /**
   * Logs in, again after trouble, at growing and jittered intervals inside one deadline.
   *
   * @throws the refusal, or the last trouble.
   */
  async logIn(background: boolean, previous?: StoredSession): Promise<StoredSession> {
    const { timeout, open, retryAttempts, log } = this.#options;
    const scope = new CallScope({ timeout, open, background });
    try {
      for (let retry = 0; ; retry += 1) {
        const result = await this.#attempt(scope, retry + 1, previous);
        if ("session" in result) return result.session;
        const { error, notBefore } = result.trouble;
        const delay = notBefore - performance.now();
        log.warn("the login failed", { code: error.cause?.code, status: error.status, delayMs: Math.round(delay) });
        const last = !error.retryable || retry >= retryAttempts;
        if (last || delay > longestRetryAfter || delay >= scope.remaining) throw error;
        await scope.sleep(delay).catch(() => Promise.reject(error));
      }
    } finally {
      scope.dispose();
    }
  }

  async #attempt(
    { remaining, background }: CallScope,
    attempt: number,
    previous: StoredSession | undefined,
  ): Promise<{ session: StoredSession } | { trouble: Trouble }> {
    const obtainedAt = new Date(Date.now()).toISOString();
    try {
      const session = await tracedLogin(
        () => ({ attempt, durationMs: 0 }),
        (event) => noting(this.#options.login({ timeout: Math.max(1, Math.round(remaining)), background, previous }), event),
      );
      this.#trouble = undefined;
      this.#options.log.info("logged in");
      return { session: { ...session, obtainedAt } };
    } catch (error) {
      if (error instanceof AuthenticationError && error.code === "INVALID_CREDENTIALS") {
        this.#refusal = refusalOf(error);
        this.#options.log.error("the login was refused; it is not tried again with this credential", { status: error.status });
        throw this.#refusal();
      }
      if (error instanceof AuthenticationError && error.code === "INTERACTION_REQUIRED") throw error;
      const failures = (this.#trouble?.failures ?? 0) + 1;
      const known = error instanceof KeylightError ? error : undefined;
      const delay = Math.min(known?.retryAfterMs ?? equalJitter(failures - 1, firstDelay, longestDelay), longestWindow);
      this.#trouble = { notBefore: performance.now() + delay, failures, error: troubleOf(known) };
      return { trouble: this.#trouble };
    }
  }
}

/** Tells subscribers what a failed login met. */
async function noting(login: Promise<NewSession>, event: LoginEvent | undefined): Promise<NewSession> {
  try {
    return await login;
  } catch (error) {
    if (event !== undefined && error instanceof KeylightError) {
      if (error.status !== undefined) event.status = error.status;
      if (error.requestId !== undefined) event.requestId = error.requestId;
    }
    throw error;
  }
}

function refusalOf(error: AuthenticationError): () => KeylightError {
  const { message, status, requestId, serviceCode, hint = "Check the credential that logs in; it is not tried again." } = error;
  return () => new AuthenticationError(`the login was refused: ${message}`, "INVALID_CREDENTIALS", { status, requestId, serviceCode, hint });
}

/** What went wrong with a login, in the terms of logins. */
export function troubleOf(error: KeylightError | undefined): AuthenticationError {
  return new AuthenticationError(`the login failed: ${error?.message ?? "unexpected error"}`, "LOGIN_FAILED", {
    retryable: !final.some((kind) => error instanceof kind),
    status: error?.status,
    requestId: error?.requestId,
    retryAfterMs: error?.retryAfterMs,
    cause: error === undefined ? undefined : { name: error.name, code: error.code },
    serviceCode: error?.serviceCode,
    hint: error?.hint,
  });
}

/** The same error as a new object, since each caller's gets the facts of its own call. */
export function again(error: unknown, waitMs?: number): unknown {
  // Not ours: what the caller's own function for the first token threw.
  if (!(error instanceof KeylightError)) return error;
  if (error instanceof ConfigurationError) return new ConfigurationError(error.message, { hint: error.hint });
  const { message, hint, status, requestId, retryable, cause, serviceCode } = error;
  const retryAfterMs = waitMs ?? error.retryAfterMs;
  const code = error.code === "INTERACTION_REQUIRED" ? "INTERACTION_REQUIRED" : "LOGIN_FAILED";
  return new AuthenticationError(message, code, { hint, status, requestId, retryable, cause, serviceCode, retryAfterMs });
}
