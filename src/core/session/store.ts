/** A session as stores keep it: never a key, never a password. */
export interface StoredSession {
  readonly token: string;
  /** When the login that made it began: ISO 8601, UTC. */
  readonly obtainedAt: string;
  /** ISO 8601, UTC; absent where the server does not say. */
  readonly expiresAt?: string;
}

/**
 * Where sessions outlive a client. Keys are opaque: a hash that tells nothing of the credential.
 * `sessionStoreContract` of `keylight/testing` checks an implementation.
 */
export interface SessionStore {
  get(key: string): Promise<StoredSession | undefined>;
  set(key: string, session: StoredSession): Promise<void>;
  /** Removes the session; where `ifToken` is given, only if that is still its token. */
  delete(key: string, ifToken?: string): Promise<void>;
  /**
   * Runs `fn` while nobody else holds the key's lock. Waits at most `timeout` milliseconds, then runs it all the same:
   * the lock saves logins, and nothing depends on it. An abort of `signal` ends the waiting with its reason.
   */
  withLock?<T>(key: string, fn: () => Promise<T>, options: { timeout: number; signal: AbortSignal }): Promise<T>;
}
