import { AuthenticationError, isKeylightError, KeylightError, TimeoutError, type ConfigurationError } from "../../errors/index.ts";
import type { Ground } from "../base-client.ts";
import type { CredentialOrigin } from "../credentials/source.ts";
import { tracedLogin, type LoginEvent } from "../diagnostics.ts";
import { again, troubleOf, type LoginAttempt, type NewSession } from "../session/login.ts";
import { SessionManager } from "../session/manager.ts";
import type { SessionStore, StoredSession } from "../session/store.ts";
import { endedEarly } from "../transport/failures.ts";
import { CallScope, ScopeEnded } from "../transport/scope.ts";
import { OAuthClient } from "./oauth.ts";
import type { OAuthProvider } from "./provider.ts";
import { SharedWork } from "./shared-work.ts";

/** A way for a person to log in, such as `codeLogin` and `deviceLogin`. */
export type PersonalLogin = (oauth: OAuthClient, scope: CallScope) => Promise<StoredSession>;

export interface InteractiveOptions {
  readonly ground: Ground;
  readonly origin: CredentialOrigin;
  /** Undefined where it is not configured: then nobody can log in, and {@link missing} says why. */
  readonly provider: OAuthProvider | undefined;
  readonly missing: () => ConfigurationError;
  readonly store: SessionStore;
  readonly storeKey: () => Promise<string>;
  /** How long an access token lives, in milliseconds, where the server does not say. */
  readonly lifetime: number;
  /** Whether a call may ask a person to log in. */
  readonly mayAsk: boolean;
  /** What to do when a person has to log in, and nobody may be asked. */
  readonly hint: string;
}

/**
 * For a renewal with all its tries, in milliseconds: shorter than other processes wait for the lock, since a refresh token
 * that two of them use may end the whole login.
 */
const renewalTimeout = 8_000;

/**
 * A session that a person's login begins and refresh tokens keep alive. One login at a time, whoever asks, which ends when
 * nobody waits for it; one renewal at a time, which is the session manager's affair.
 */
export class InteractiveSession {
  readonly credential: SessionManager;
  readonly #options: InteractiveOptions;
  readonly #oauth: OAuthClient | undefined;
  readonly #work: SharedWork<void>;
  /** Counts the logins that succeeded. */
  #logins = 0;
  /** A login that calls asked for failed in a way that another would meet again: no call asks once more. */
  #refusal: AuthenticationError | undefined;

  constructor(options: InteractiveOptions) {
    const { ground, provider } = options;
    const { settings, secrets, open } = ground;
    this.#options = options;
    this.#oauth = provider === undefined ? undefined : new OAuthClient(provider, ground);
    this.#work = new SharedWork(open);
    this.credential = new SessionManager({
      origin: options.origin,
      login: (attempt) => this.#refresh(attempt),
      store: options.store,
      storeKey: options.storeKey,
      lifetime: options.lifetime,
      byRefreshToken: true,
      timeout: Math.min(settings.timeout, renewalTimeout),
      retryAttempts: settings.retryAttempts,
      open,
      secrets,
      log: settings.log,
    });
  }

  /**
   * Makes a call, and once more after a login, where it takes one and a person may be asked. The login is not part of the
   * call's time: a person is slower than any timeout.
   *
   * @param logIn - begins a login, or joins the one that is running.
   */
  async through<T>(call: () => Promise<T>, logIn: () => Promise<void>): Promise<T> {
    const before = this.#logins;
    try {
      return await call();
    } catch (error) {
      if (!isKeylightError(error, "INTERACTION_REQUIRED")) throw error;
      // Somebody may have logged in meanwhile.
      if (this.#logins === before) {
        if (!this.#work.isRunning && !this.#options.mayAsk) throw error;
        if (!this.#work.isRunning && this.#refusal !== undefined) throw again(this.#refusal);
        await logIn();
      }
      return call();
    }
  }

  /** @throws {@link AuthenticationError} `LOGIN_FAILED`, `INTERACTION_REQUIRED`; {@link TimeoutError} when the waiter's time is over. */
  async login(waiter: CallScope, logIn: PersonalLogin): Promise<void> {
    const oauth = this.#oauth;
    if (oauth === undefined) throw this.#options.missing();
    try {
      await this.#work.join(waiter, (scope) => this.#begin(() => logIn(oauth, scope), scope));
    } catch (error) {
      throw this.#ownError(error, waiter);
    }
  }

  /** Forgets the session, also on disk, and ends a login that is running. */
  async end(): Promise<void> {
    const reason = new AuthenticationError("the session was ended while the login ran", "LOGIN_FAILED", { retryable: true });
    this.#work.end({ cause: "aborted", reason });
    const over = await this.credential.end();
    if (over !== undefined) this.credential.ended(over);
    const { store, storeKey } = this.#options;
    const key = await storeKey();
    // Also one that another process has stored: whoever logs out means the login, not one of its tokens.
    if ((await store.get(key).catch(() => undefined)) !== undefined) await store.delete(key);
  }

  async #begin(logIn: () => Promise<StoredSession>, scope: CallScope): Promise<void> {
    const { log } = this.#options.ground.settings;
    await tracedLogin(
      () => ({ attempt: 1, durationMs: 0 }),
      async (event) => {
        try {
          const session = await logIn();
          scope.check();
          await this.credential.adopt(session);
        } catch (error) {
          throw error instanceof ScopeEnded ? error : this.#failed(error, event);
        }
        this.#logins += 1;
        this.#refusal = undefined;
        log.info("logged in");
      },
    );
  }

  #failed(error: unknown, event: LoginEvent | undefined): AuthenticationError {
    const failure = error instanceof AuthenticationError ? error : troubleOf(error instanceof KeylightError ? error : undefined);
    if (event !== undefined && failure.status !== undefined) event.status = failure.status;
    this.#options.ground.settings.log.warn("the login failed", { code: failure.serviceCode ?? failure.code, status: failure.status });
    if (failure.code === "LOGIN_FAILED" && !failure.retryable) this.#refusal = failure;
    return failure;
  }

  /** The error for one of those who waited. */
  #ownError(error: unknown, waiter: CallScope): unknown {
    if (!(error instanceof ScopeEnded)) return again(error);
    if (error.end.cause === "timeout") {
      return new TimeoutError(`nobody has logged in within ${waiter.timeout} ms`, "connect", { hint: "Log in again, and open the address that is shown in a browser." });
    }
    return error.end.cause === "aborted" && error.end.reason instanceof KeylightError ? again(error.end.reason) : error;
  }

  async #refresh({ timeout, background, previous }: LoginAttempt): Promise<NewSession> {
    const { ground, hint } = this.#options;
    const token = previous?.refreshToken;
    if (this.#oauth === undefined || token === undefined) throw new AuthenticationError("a person has to log in", "INTERACTION_REQUIRED", { hint });
    const scope = new CallScope({ timeout, background, open: ground.open });
    try {
      const session = await this.#oauth.refresh(token, scope);
      if (session !== undefined) return session;
    } catch (error) {
      throw error instanceof ScopeEnded ? endedEarly(error, timeout, "headers") : error;
    } finally {
      scope.dispose();
    }
    throw new AuthenticationError("the login is over, and a person has to log in again", "INTERACTION_REQUIRED", { hint });
  }
}
