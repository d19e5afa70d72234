import { AuthenticationError, KeylightError } from "../../errors/index.ts";
import type { Authorization, CredentialOrigin, CredentialSource, CredentialValue } from "../credentials/source.ts";
import { credentialText } from "../credentials/text.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import type { Log } from "../log.ts";
import { equalJitter } from "../transport/backoff.ts";
import { CallScope } from "../transport/scope.ts";
import { loginWithRetries, type LoginTrouble, type NewSession } from "./login.ts";
import { SharedSessions } from "./shared-sessions.ts";
import type { SessionStore, StoredSession } from "./store.ts";

const hour = 3_600_000;
/** How many rejected tokens are remembered, so that none is taken from a store again. */
const rememberedRejections = 64;

export interface SessionOptions {
  readonly origin: CredentialOrigin;
  /** A token to begin with, before the first login. */
  readonly initial?: { readonly value: CredentialValue; readonly name: string } | undefined;
  /** One login request, bounded by `timeout` milliseconds. Throws `INVALID_CREDENTIALS` when it is refused. */
  readonly login: (timeout: number) => Promise<NewSession>;
  readonly store: SessionStore;
  readonly storeKey: () => Promise<string>;
  /** How long a session lives, in milliseconds, where the server does not say. */
  readonly lifetime: number;
  /** For a whole login with its retries, in milliseconds. */
  readonly timeout: number;
  readonly retryAttempts: number;
  /** Scopes to be ended when the owner closes. */
  readonly open: Set<CallScope>;
  readonly secrets: LiveSecrets;
  readonly log: Log;
}

interface LiveSession {
  readonly authorization: Authorization;
  /** Wall clock before the login request, in milliseconds. */
  readonly obtainedAt: number;
  /** Ages in milliseconds. */
  readonly refreshAfter: number;
  readonly lifetime: number;
  rejected: boolean;
  accepted: boolean;
}

/** What a flight brought: never a rejection, since many callers share it and each must get an error of its own. */
type Landing = { readonly session: LiveSession } | { readonly failure: () => KeylightError };

/**
 * Keeps one session alive: one login at a time whoever asks, compared by generation, so that a late rejection of an
 * old token starts nothing. Age is judged on each call; there are no timers.
 */
export class SessionManager implements CredentialSource {
  readonly origin: CredentialOrigin;
  readonly #options: SessionOptions;
  readonly #shared: SharedSessions;
  /** Drawn once for each manager, so that a fleet does not refresh at the same moment. */
  readonly #margin = hour + Math.random() * 23 * hour;
  readonly #rejectedTokens = new Set<string>();
  #session: LiveSession | undefined;
  #flight: Promise<Landing> | undefined;
  /** Why logins are refused; set once, for good. */
  #refusal: (() => KeylightError) | undefined;
  #trouble: LoginTrouble | undefined;
  #initialPending: boolean;
  #generation = 0;
  /** Counts logouts: what a flight from before brings is not kept. */
  #epoch = 0;
  /** Fresh sessions in a row that were rejected before any call had succeeded with them. */
  #stillborn = 0;

  constructor(options: SessionOptions) {
    this.origin = options.origin;
    this.#options = options;
    this.#shared = new SharedSessions(options.store, options.storeKey, options.log);
    const { initial } = options;
    this.#initialPending = typeof initial?.value === "function";
    if (initial !== undefined && typeof initial.value !== "function") this.#begin(credentialText(initial.value, initial.name));
  }

  current(scope: CallScope): Authorization | Promise<Authorization> {
    const session = this.#session;
    if (session !== undefined && !session.rejected) {
      // A clock that was put back makes the age negative: the server decides then.
      const age = Date.now() - session.obtainedAt;
      if (age < session.refreshAfter) return session.authorization;
      if (age < session.lifetime) {
        this.#refreshInBackground();
        return session.authorization;
      }
    }
    return this.#landed(scope);
  }

  async atHand(scope: CallScope): Promise<Authorization | undefined> {
    if (this.#flight !== undefined) return this.#landed(scope).catch(() => undefined);
    if (this.#session === undefined && !this.#initialPending) await scope.race(this.#adoptStored());
    const session = this.#session;
    if (this.#initialPending) return this.#landed(scope);
    return session === undefined || session.rejected ? undefined : session.authorization;
  }

  async renew(rejected: Authorization, scope: CallScope, renewals: number): Promise<Authorization> {
    const session = this.#session;
    const outdated = session !== undefined && session.authorization.generation > rejected.generation;
    if (!outdated) this.#reject(session, rejected);
    // A session that was found in a store is no login of ours, so its rejection allows one more renewal.
    if (renewals >= (rejected.adopted ? 2 : 1)) {
      throw new AuthenticationError("the server rejected the session right after the login that made it", "SESSION_REJECTED_AFTER_LOGIN", {
        hint: "The login works, but its session is not accepted: check that the endpoint is the one the key belongs to.",
      });
    }
    if (session !== undefined && outdated && !session.rejected) return session.authorization;
    return this.#landed(scope);
  }

  accepted(authorization: Authorization): void {
    const session = this.#session;
    if (session === undefined || session.accepted || session.authorization !== authorization) return;
    session.accepted = true;
    this.#stillborn = 0;
  }

  /** Logs in now, or joins the login that is running. */
  async login(scope: CallScope): Promise<{ obtainedAt: string; expiresAt: string }> {
    this.#initialPending = false;
    this.#flight ??= this.#fly(() => this.#logIn());
    await this.#landed(scope);
    const session = this.#session;
    if (session === undefined) throw new AuthenticationError("the session was ended while the login ran", "LOGIN_FAILED", { retryable: true });
    return { obtainedAt: isoTime(session.obtainedAt), expiresAt: isoTime(session.obtainedAt + session.lifetime) };
  }

  /** Forgets the session here and in the store, and gives its authorization, to be ended at the server. */
  async end(): Promise<Authorization | undefined> {
    if (this.#session === undefined) await this.#adoptStored();
    const session = this.#session;
    this.#epoch += 1;
    this.#session = undefined;
    this.#initialPending = false;
    if (session === undefined) return undefined;
    this.#rejectedTokens.add(session.authorization.value);
    await this.#shared.drop(session.authorization.value);
    return session.rejected ? undefined : session.authorization;
  }

  #reject(session: LiveSession | undefined, { value, generation }: Authorization): void {
    this.#rejectedTokens.add(value);
    for (const oldest of this.#rejectedTokens) {
      if (this.#rejectedTokens.size <= rememberedRejections) break;
      this.#rejectedTokens.delete(oldest);
    }
    if (session?.authorization.generation !== generation || session.rejected) return;
    session.rejected = true;
    if (session.accepted || session.authorization.adopted) return;
    this.#stillborn += 1;
    // One may be bad luck. From the second on, slow down: each would be a login for nothing.
    if (this.#stillborn < 2) return;
    this.#trouble = {
      notBefore: performance.now() + equalJitter(this.#stillborn - 2, 200, 30_000),
      failures: this.#stillborn,
      error: new AuthenticationError("fresh sessions are rejected", "LOGIN_FAILED", { retryable: true }),
    };
  }

  async #landed(scope: CallScope): Promise<Authorization> {
    const landing = await scope.race(this.#obtain());
    if ("failure" in landing) throw landing.failure();
    return landing.session.authorization;
  }

  #obtain(): Promise<Landing> {
    return (this.#flight ??= this.#fly(() => this.#acquire()));
  }

  #refreshInBackground(): void {
    if (this.#flight === undefined && !this.#blocked()) this.#flight = this.#fly(() => this.#acquire());
  }

  #fly(acquire: () => Promise<LiveSession>): Promise<Landing> {
    const blocked = this.#blocked();
    if (blocked !== undefined) return this.#clearing(Promise.resolve({ failure: blocked }));
    return this.#clearing(
      acquire().then(
        (session): Landing => ({ session }),
        (error: unknown): Landing => ({ failure: () => this.#failureOf(error) }),
      ),
    );
  }

  /** Clears the flight once it has landed, whatever it brought. */
  #clearing(landing: Promise<Landing>): Promise<Landing> {
    const flight = landing.finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    return flight;
  }

  #blocked(): (() => KeylightError) | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    const trouble = this.#trouble;
    if (trouble === undefined || trouble.notBefore <= performance.now()) return undefined;
    return () => failed(trouble.error, trouble.notBefore - performance.now());
  }

  #failureOf(error: unknown): KeylightError {
    if (this.#refusal !== undefined) return this.#refusal();
    if (this.#trouble !== undefined && error === this.#trouble.error) {
      return failed(this.#trouble.error, Math.max(0, this.#trouble.notBefore - performance.now()));
    }
    return failed(error, undefined);
  }

  /** A session from the option, from the store, or from a login under the store's lock. */
  async #acquire(): Promise<LiveSession> {
    const epoch = this.#epoch;
    const { initial } = this.#options;
    if (this.#initialPending && typeof initial?.value === "function") {
      const text = credentialText(await initial.value(), initial.name);
      this.#initialPending = false;
      return this.#begin(text);
    }
    return (await this.#adoptStored(epoch)) ?? this.#shared.locked(async () => (await this.#adoptStored(epoch)) ?? this.#logIn());
  }

  async #adoptStored(epoch = this.#epoch): Promise<LiveSession | undefined> {
    const stored = await this.#shared.load();
    if (stored === undefined || stored.token === this.#session?.authorization.value || this.#rejectedTokens.has(stored.token)) return undefined;
    const session = this.#live(stored, true);
    if (Date.now() - session.obtainedAt >= session.lifetime) return undefined;
    if (epoch === this.#epoch) this.#session = session;
    return session;
  }

  async #logIn(): Promise<LiveSession> {
    const epoch = this.#epoch;
    const result = await loginWithRetries(this.#options, this.#trouble?.failures ?? 0, (trouble) => {
      this.#trouble = trouble;
    });
    if ("refused" in result) {
      this.#refusal = result.refused;
      throw result.refused();
    }
    this.#trouble = undefined;
    const stored = result.session;
    const session = this.#live(stored, false);
    if (epoch !== this.#epoch) return session;
    this.#session = session;
    await this.#shared.save(stored);
    return session;
  }

  #begin(token: string): LiveSession {
    const session = this.#live({ token, obtainedAt: isoTime(Date.now()) }, true);
    this.#session = session;
    return session;
  }

  #live({ token, obtainedAt, expiresAt }: StoredSession, adopted: boolean): LiveSession {
    this.#options.secrets.add(token);
    const begun = Date.parse(obtainedAt);
    const lifetime = expiresAt === undefined ? this.#options.lifetime : Date.parse(expiresAt) - begun;
    this.#generation += 1;
    return {
      authorization: { header: this.origin.header, value: token, generation: this.#generation, adopted },
      obtainedAt: begun,
      lifetime,
      refreshAfter: Math.max(lifetime / 2, lifetime - this.#margin),
      rejected: false,
      accepted: false,
    };
  }
}

function failed(error: unknown, waitMs: number | undefined): KeylightError {
  if (error instanceof AuthenticationError && error.code === "LOGIN_FAILED") {
    const { message, hint, status, requestId, retryable, retryAfterMs, cause } = error;
    return new AuthenticationError(message, "LOGIN_FAILED", {
      hint,
      status,
      requestId,
      retryable,
      cause,
      retryAfterMs: waitMs === undefined ? retryAfterMs : Math.ceil(waitMs),
    });
  }
  return error instanceof KeylightError ? error : new AuthenticationError("the login failed", "LOGIN_FAILED", { retryable: true });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
