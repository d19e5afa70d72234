import { AuthenticationError, isKeylightError } from "../../errors/index.ts";
import type { Authorization, CredentialOrigin, CredentialSource, CredentialValue } from "../credentials/source.ts";
import { credentialText } from "../credentials/text.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import type { CallScope } from "../transport/scope.ts";
import { firstToken } from "./first-token.ts";
import { isoTime, liveSession, type LiveSession } from "./live-session.ts";
import { LoginGate, type LoginOptions } from "./login.ts";
import { RejectedTokens } from "./rejected-tokens.ts";
import { SharedSessions } from "./shared-sessions.ts";
import type { SessionStore, StoredSession } from "./store.ts";

const hour = 3_600_000;

export interface SessionOptions extends LoginOptions {
  readonly origin: CredentialOrigin;
  /** A token to begin with, before the first login. */
  readonly initial?: { readonly value: CredentialValue; readonly name: string } | undefined;
  readonly store: SessionStore;
  readonly storeKey: () => Promise<string>;
  /** How long a session lives, in milliseconds, where the server does not say. */
  readonly lifetime: number;
  /** Whether nothing but a refresh token renews a session: then one that has none is not refreshed before its end. */
  readonly byRefreshToken?: boolean;
  readonly secrets: LiveSecrets;
}

/** What a flight brought: never a rejection, since many callers share it and each must get an error of its own. */
type Landing = { readonly session: LiveSession } | { readonly failure: () => unknown };

/**
 * Keeps one session alive: one login at a time whoever asks, compared by generation, so that a late rejection of an
 * old token starts nothing. Age is judged on each call; there are no timers.
 */
export class SessionManager implements CredentialSource {
  readonly origin: CredentialOrigin;
  readonly #options: SessionOptions;
  readonly #gate: LoginGate;
  readonly #shared: SharedSessions;
  /** Drawn once for each manager, so that a fleet does not refresh at the same moment. */
  readonly #margin = hour + Math.random() * 23 * hour;
  readonly #rejectedTokens = new RejectedTokens();
  #session: LiveSession | undefined;
  /** The last session as stores keep it, whether it is still good or not: its refresh token may bring the next one. */
  #last: StoredSession | undefined;
  #flight: Promise<Landing> | undefined;
  /** Whether the token to begin with is still to be asked for. */
  #initialPending: boolean;
  #generation = 0;
  /** A session that was ended here, and perhaps not yet at the server. */
  #untold: Authorization | undefined;
  /** Counts logouts: what a flight from before brings is not kept. */
  #epoch = 0;

  constructor(options: SessionOptions) {
    this.origin = options.origin;
    this.#options = options;
    this.#gate = new LoginGate(options);
    this.#shared = new SharedSessions(options.store, options.storeKey, options.log);
    const { initial } = options;
    this.#initialPending = typeof initial?.value === "function";
    if (initial !== undefined && typeof initial.value !== "function") this.#begin(credentialText(initial.value, initial.name));
  }

  current(scope: CallScope): Authorization | Promise<Authorization> {
    const session = this.#session;
    if (session !== undefined && !session.rejected && this.#refreshWhenDue(session)) return session.authorization;
    return this.#landed(scope);
  }

  /** Whether the session is to be used, by its age. Near its end that starts a refresh, which nobody waits for. */
  #refreshWhenDue(session: LiveSession): boolean {
    // A clock that was put back makes the age negative: the server decides then.
    const age = Date.now() - session.obtainedAt;
    const renewable = this.#options.byRefreshToken !== true || this.#last?.refreshToken !== undefined;
    const due = renewable && age >= session.refreshAfter && age < session.lifetime;
    // A landing is never a rejection.
    if (due && this.#gate.blocked() === undefined) void this.#obtain(true);
    return age < session.lifetime;
  }

  async atHand(scope: CallScope): Promise<Authorization | undefined> {
    if (this.#flight !== undefined || this.#initialPending) return this.#landed(scope).catch(() => undefined);
    if (this.#session === undefined) await scope.race(this.#adoptStored(this.#epoch));
    const session = this.#session;
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
    this.#gate.confirmed();
  }

  /** Logs in now, or joins the login that is running. */
  async login(scope: CallScope): Promise<{ authorization: Authorization; obtainedAt: string; expiresAt: string }> {
    this.#initialPending = false;
    this.#flight ??= this.#fly(() => this.#shared.locked(() => this.#logIn(this.#epoch, false, undefined)));
    await this.#landed(scope);
    const session = this.#session;
    if (session === undefined) {
      throw new AuthenticationError("the session was ended while the login ran", "LOGIN_FAILED", { retryable: true });
    }
    const { authorization, obtainedAt, lifetime } = session;
    return { authorization, obtainedAt: isoTime(obtainedAt), expiresAt: isoTime(obtainedAt + lifetime) };
  }

  /** Takes a session that was made outside, such as by a person's login, in the place of all before and under way. */
  async adopt(stored: StoredSession): Promise<void> {
    this.#epoch += 1;
    await this.#keep(stored, this.#epoch);
  }

  /**
   * Forgets the session here and in the store, and gives its authorization, to be ended at the server: also that of an
   * earlier end which the server has not been told.
   */
  async end(): Promise<Authorization | undefined> {
    if (this.#initialPending) await this.#obtain();
    else if (this.#session === undefined) await this.#adoptStored(this.#epoch);
    const session = this.#session;
    this.#epoch += 1;
    this.#session = undefined;
    this.#last = undefined;
    this.#initialPending = false;
    if (session === undefined) return this.#untold;
    this.#rejectedTokens.add(session.authorization.value);
    await this.#shared.drop(session.authorization.value);
    if (!session.rejected) this.#untold = session.authorization;
    return this.#untold;
  }

  /** The server knows that this session is over. */
  ended(authorization: Authorization): void {
    if (this.#untold === authorization) this.#untold = undefined;
  }

  #reject(session: LiveSession | undefined, rejected: Authorization): void {
    this.#rejectedTokens.add(rejected.value);
    if (session === undefined || session.rejected || session.authorization.generation !== rejected.generation) return;
    session.rejected = true;
    if (!session.accepted && !rejected.adopted) this.#gate.stillborn();
  }

  async #landed(scope: CallScope): Promise<Authorization> {
    const landing = await scope.race(this.#obtain());
    if ("failure" in landing) throw landing.failure();
    this.#refreshWhenDue(landing.session);
    return landing.session.authorization;
  }

  #obtain(background = false): Promise<Landing> {
    return (this.#flight ??= this.#fly(() => this.#acquire(this.#epoch, background)));
  }

  /** Starts a flight. It is cleared once it has landed, whatever it brought. */
  #fly(acquire: () => Promise<LiveSession>): Promise<Landing> {
    const flight = this.#land(acquire).finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    return flight;
  }

  async #land(acquire: () => Promise<LiveSession>): Promise<Landing> {
    const blocked = this.#gate.blocked();
    if (blocked !== undefined) return { failure: blocked };
    try {
      return { session: await acquire() };
    } catch (error) {
      return { failure: this.#gate.failureOf(error) };
    }
  }

  /** A session from the option, from the store, or from a login under the store's lock. */
  async #acquire(epoch: number, background: boolean): Promise<LiveSession> {
    const { initial } = this.#options;
    if (this.#initialPending && typeof initial?.value === "function") {
      const text = credentialText(await firstToken(initial.value, this.#options), initial.name);
      this.#initialPending = false;
      return this.#begin(text);
    }
    return (await this.#adoptStored(epoch)) ?? this.#shared.locked(async () => (await this.#adoptStored(epoch)) ?? this.#logIn(epoch, background, this.#last));
  }

  async #adoptStored(epoch: number): Promise<LiveSession | undefined> {
    const stored = await this.#shared.load();
    if (stored !== undefined && epoch === this.#epoch) this.#last = stored;
    if (stored === undefined || this.#rejectedTokens.has(stored.token)) return undefined;
    if (stored.token === this.#session?.authorization.value) return undefined;
    const session = this.#live(stored, true);
    if (Date.now() - session.obtainedAt >= session.lifetime) return undefined;
    if (epoch === this.#epoch) this.#session = session;
    return session;
  }

  async #logIn(epoch: number, background: boolean, previous: StoredSession | undefined): Promise<LiveSession> {
    try {
      return await this.#keep(await this.#gate.logIn(background, previous), epoch);
    } catch (error) {
      if (previous?.refreshToken === undefined || !isKeylightError(error, "INTERACTION_REQUIRED")) throw error;
      // The refresh token is of no use any more, to nobody: unless somebody else has used it, and stored what it brought.
      if (this.#last?.token === previous.token) this.#last = undefined;
      await this.#shared.drop(previous.token);
      const other = await this.#adoptStored(epoch);
      if (other === undefined) throw error;
      return other;
    }
  }

  /** Stores a new session, and only then lets it be used: were its refresh token lost, nobody could renew it. */
  async #keep(stored: StoredSession, epoch: number): Promise<LiveSession> {
    const session = this.#live(stored, false);
    if (epoch !== this.#epoch) return session;
    this.#last = stored;
    await this.#shared.save(stored);
    if (epoch === this.#epoch) this.#session = session;
    else await this.#shared.drop(stored.token);
    return session;
  }

  #begin(token: string): LiveSession {
    const session = this.#live({ token, obtainedAt: isoTime(Date.now()) }, true);
    this.#session = session;
    return session;
  }

  #live(stored: StoredSession, adopted: boolean): LiveSession {
    const { secrets, lifetime } = this.#options;
    for (const secret of [stored.token, stored.refreshToken]) if (secret !== undefined) secrets.add(secret);
    this.#generation += 1;
    return liveSession(stored, { origin: this.origin, generation: this.#generation, adopted, lifetime, margin: this.#margin });
  }
}
