import { ConfigurationError } from "../../errors/index.ts";
import { isCredentialText } from "../credentials/text.ts";
import { isRecord } from "../transport/json.ts";

/** A session as stores keep it: never a key, never a password. */
export interface StoredSession {
  readonly token: string;
  /** When the login that made it began: ISO 8601, UTC. */
  readonly obtainedAt: string;
  /** ISO 8601, UTC; absent where the server does not say. */
  readonly expiresAt?: string;
  /** Brings the next session without a login, where the service gives one. */
  readonly refreshToken?: string;
}

/** A copy of the session in a value that came from outside; undefined where it has not the shape of one. */
export function storedSession(value: unknown): StoredSession | undefined {
  if (!isRecord(value)) return undefined;
  const { token, obtainedAt, expiresAt, refreshToken } = value;
  if (typeof token !== "string" || typeof obtainedAt !== "string" || !isTextOrAbsent(expiresAt) || !isTextOrAbsent(refreshToken)) return undefined;
  return { token, obtainedAt, ...(expiresAt === undefined ? {} : { expiresAt }), ...(refreshToken === undefined ? {} : { refreshToken }) };
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

/** Whether a stored session can be used: it is what a header can carry, from a time that is one. */
export function isUsable({ token, obtainedAt, expiresAt, refreshToken }: StoredSession): boolean {
  const times = expiresAt === undefined ? [obtainedAt] : [obtainedAt, expiresAt];
  return isCredentialText(token) && (refreshToken === undefined || isCredentialText(refreshToken)) && times.every((time) => !Number.isNaN(Date.parse(time)));
}

/** @throws {@link ConfigurationError} for what is no session store. */
export function checkStore(store: unknown): SessionStore | undefined {
  if (store === undefined || isStore(store)) return store;
  throw new ConfigurationError("sessionStore must have the methods get, set and delete");
}

function isStore(store: unknown): store is SessionStore {
  return isRecord(store) && ["get", "set", "delete"].every((method) => typeof store[method] === "function");
}

/**
 * Where sessions outlive a client. Keys are opaque: a hash that tells nothing of the credential.
 * `sessionStoreContract` of `keylight/testing` checks an implementation.
 */
export interface SessionStore {
  /** The session that is there, if any. */
  get(key: string): Promise<StoredSession | undefined>;
  /** Puts a session there, in the place of any other. */
  set(key: string, session: StoredSession): Promise<void>;
  /** Removes the session; where `ifToken` is given, only if that is still its token. */
  delete(key: string, ifToken?: string): Promise<void>;
  /**
   * Runs `fn` while nobody else holds the key's lock. Waits at most `timeout` milliseconds, then runs it all the same:
   * the lock saves logins, and nothing depends on it. An abort of `signal` ends the waiting with its reason.
   */
  withLock?<T>(key: string, fn: () => Promise<T>, options: { timeout: number; signal: AbortSignal }): Promise<T>;
}
