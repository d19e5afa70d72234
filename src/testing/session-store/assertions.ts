/** What a session store keeps. */
export interface StoredSession {
  token: string;
  /** ISO 8601 UTC. */
  obtainedAt: string;
  /** ISO 8601 UTC. */
  expiresAt?: string | undefined;
}

/** The store under test: keylight's `SessionStore`, by its structure. */
export interface SessionStore {
  get(key: string): Promise<StoredSession | undefined>;
  set(key: string, session: StoredSession): Promise<void>;
  delete(key: string, ifToken?: string): Promise<void>;
  withLock?<T>(key: string, fn: () => Promise<T>, options: { timeout: number; signal: AbortSignal }): Promise<T>;
}

/** One promise that a session store keeps, as a test for any test runner. */
export interface ContractCase {
  /** Says what the store does. */
  readonly name: string;
  /** Runs the case on a new store. @throws Error that says what the store did instead. */
  run(): Promise<void>;
}

/** A session to store, told apart by its token. */
export function session(token: string): StoredSession {
  return { token, obtainedAt: "2024-05-06T07:08:09.010Z" };
}

/** Fails with this message unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails unless the store has exactly this under the key. */
export async function checkStored(store: SessionStore, key: string, expected: StoredSession | undefined): Promise<void> {
  const actual = await store.get(key);
  check(text(actual) === text(expected), `get(${shown(key)}) gave ${text(actual)} instead of ${text(expected)}.`);
}

/** Waits this many ms. */
export async function pause(duration: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, duration));
}

/** Passes the outcome of the promise on, unless it takes longer than this many ms. */
export async function within<T>(duration: number, promise: Promise<T>, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(message));
    }, duration);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** Stands for the reason of a promise that did not reject. */
export const fulfilled: unique symbol = Symbol("fulfilled");

/** What the promise rejects with, or {@link fulfilled}. It never rejects itself, so it can be looked at later. */
export function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => fulfilled,
    (error: unknown) => error,
  );
}

function text(session: StoredSession | undefined): string {
  if (session === undefined) return "undefined";
  const { token, obtainedAt, expiresAt } = session;
  return JSON.stringify({ token, obtainedAt, expiresAt });
}

function shown(key: string): string {
  return key.length > 40 ? `a key of ${String(key.length)} characters` : JSON.stringify(key);
}
