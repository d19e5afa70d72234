import { AuthenticationError, ConfigurationError, KeylightError, UnexpectedRedirectError } from "../../errors/index.ts";
import type { Log } from "../log.ts";
import { equalJitter, longestRetryAfter } from "../transport/backoff.ts";
import { CallScope } from "../transport/scope.ts";
import type { StoredSession } from "./store.ts";

/** What a login brings. */
export interface NewSession {
  readonly token: string;
  /** ISO 8601, UTC, where the server says. */
  readonly expiresAt?: string;
}

/** Logins that failed without being refused: until `notBefore` callers fail at once. */
export interface LoginTrouble {
  /** By `performance.now()`, in milliseconds. */
  readonly notBefore: number;
  readonly failures: number;
  readonly error: KeylightError;
}

export interface LoginOptions {
  readonly login: (timeout: number) => Promise<NewSession>;
  readonly timeout: number;
  readonly retryAttempts: number;
  readonly open: Set<CallScope>;
  readonly log: Log;
}

const firstDelay = 200;
const longestDelay = 30_000;

/**
 * Logs in, again after trouble, at growing and jittered intervals inside one deadline.
 *
 * @param failures - how many logins failed in a row before.
 * @throws the error of the last trouble, a `LOGIN_FAILED`.
 */
export async function loginWithRetries(
  options: LoginOptions,
  failures: number,
  onTrouble: (trouble: LoginTrouble) => void,
): Promise<{ session: StoredSession } | { refused: () => KeylightError }> {
  const scope = new CallScope({ timeout: options.timeout, open: options.open });
  try {
    for (let retry = 0; ; retry += 1) {
      const obtainedAt = new Date().toISOString();
      try {
        const session = await options.login(Math.max(1, Math.round(scope.remaining)));
        options.log.info("logged in");
        return { session: { ...session, obtainedAt } };
      } catch (error) {
        if (error instanceof AuthenticationError && error.code === "INVALID_CREDENTIALS") return { refused: refusal(error) };
        const trouble = troubleOf(error, failures + retry);
        onTrouble(trouble);
        const delay = trouble.notBefore - performance.now();
        options.log.warn("the login failed", { code: trouble.error.cause?.code, status: trouble.error.status, delayMs: Math.round(delay) });
        const final = !trouble.error.retryable || retry >= options.retryAttempts;
        if (final || delay > longestRetryAfter || delay >= scope.remaining) throw trouble.error;
        await scope.sleep(delay).catch(() => {
          throw trouble.error;
        });
      }
    }
  } finally {
    scope.dispose();
  }
}

function refusal(error: AuthenticationError): () => KeylightError {
  const { message, status, requestId } = error;
  return () =>
    new AuthenticationError(`the login was refused: ${message}`, "INVALID_CREDENTIALS", {
      status,
      requestId,
      hint: "Check the id and the secret of the key; the login is not tried again with these.",
    });
}

function troubleOf(error: unknown, failures: number): LoginTrouble {
  const known = error instanceof KeylightError ? error : undefined;
  const retryAfterMs = known?.retryAfterMs;
  const retryable = !(known instanceof ConfigurationError || known instanceof UnexpectedRedirectError);
  return {
    notBefore: performance.now() + (retryAfterMs ?? equalJitter(failures, firstDelay, longestDelay)),
    failures: failures + 1,
    error: new AuthenticationError(`the login failed: ${known?.message ?? "unexpected error"}`, "LOGIN_FAILED", {
      retryable,
      status: known?.status,
      requestId: known?.requestId,
      retryAfterMs,
      cause: known === undefined ? undefined : { name: known.name, code: known.code },
      hint: known?.hint,
    }),
  };
}
