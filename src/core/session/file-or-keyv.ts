import { SessionStoreError } from "../../errors/index.ts";
import { CallScope } from "../transport/scope.ts";
import { codeOf } from "../transport/wire.ts";
import { memorySessionStore } from "./memory-store.ts";
import type { SessionStore, StoredSession } from "./store.ts";

/** Ends the holding of a lock. */
export type Release = () => Promise<void>;

/** For what may fail without harm. */
export const nothing = (): undefined => undefined;

export interface LockWait {
  /** Milliseconds. */
  readonly timeout: number;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal;
}

/** Where sessions are kept outside of the process. Throws when it cannot. */
export interface SharedPlace extends Pick<SessionStore, "get" | "set" | "delete"> {
  /** Takes the lock of a key; undefined when it could not be had in time. */
  take(key: string, wait: LockWait): Promise<Release | undefined>;
}

/** A place whose code is loaded when it is first used: most programs keep sessions in memory, and would load it in vain. */
export function placeOnDemand(load: () => Promise<SharedPlace>): SharedPlace {
  let loading: Promise<SharedPlace> | undefined;
  const loaded = (): Promise<SharedPlace> => (loading ??= load());
  return {
    get: async (key) => (await loaded()).get(key),
    set: async (key, session) => (await loaded()).set(key, session),
    delete: async (key, ifToken) => (await loaded()).delete(key, ifToken),
    take: async (key, wait) => (await loaded()).take(key, wait),
  };
}

/**
 * A store over a shared place. What the place cannot take is kept in memory, so that this process goes on with it; the
 * error is thrown all the same, since whoever uses the store has to know. Without the place's lock there is still one
 * among the callers in this process.
 */
export function sharedSessionStore(place: SharedPlace): SessionStore {
  const memory = memorySessionStore();
  return {
    get: async (key) => {
      const kept = await memory.get(key);
      try {
        const shared = await place.get(key);
        return kept === undefined || (shared !== undefined && !isNewer(kept, shared)) ? shared : kept;
      } catch (error) {
        if (kept === undefined) throw error;
        return kept;
      }
    },
    set: async (key, session) => {
      try {
        await place.set(key, session);
        await memory.delete(key);
      } catch (error) {
        await memory.set(key, session);
        throw error;
      }
    },
    delete: async (key, ifToken) => {
      await memory.delete(key, ifToken);
      await place.delete(key, ifToken);
    },
    withLock: (key, fn, options) => {
      const until = performance.now() + options.timeout;
      const inTurn = (): ReturnType<typeof fn> => underLock(place, key, fn, until, options.signal);
      return memory.withLock === undefined ? inTurn() : memory.withLock(key, inTurn, options);
    },
  };
}

async function underLock<T>(place: SharedPlace, key: string, fn: () => Promise<T>, until: number, signal: AbortSignal): Promise<T> {
  const timeout = Math.max(0, until - performance.now());
  const release = await place.take(key, { timeout, signal }).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
  try {
    return await fn();
  } finally {
    // A lock that cannot be let go is claimed by others when it is stale.
    await release?.().catch(nothing);
  }
}

function isNewer(session: StoredSession, other: StoredSession): boolean {
  return Date.parse(session.obtainedAt) > Date.parse(other.obtainedAt);
}

/** An error of a store, with nothing of a foreign error's message, which may quote what was stored. */
export function storeTrouble(message: string, error: unknown, hint: string): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  if (error === undefined) return new SessionStoreError(message, { hint, retryable: true });
  const { code, syscall } = codeOf(error);
  const name = error instanceof Error ? error.name : typeof error;
  const cause = { name, ...(code === undefined ? {} : { code }), ...(syscall === undefined ? {} : { syscall }) };
  return new SessionStoreError(message, { cause, hint, retryable: true });
}

/** Longest that a timer can be set for. */
const longestTimer = 2 ** 31 - 1;

/** Tries until there is a result, at jittered intervals of about `every` milliseconds; undefined when the time is over. */
export async function poll<T>(attempt: () => Promise<T | undefined>, { timeout, signal }: LockWait, every: number): Promise<T | undefined> {
  const scope = new CallScope({ timeout: Math.min(timeout, longestTimer), signal });
  try {
    for (let last = false; ; ) {
      signal?.throwIfAborted();
      const result = await attempt();
      if (result !== undefined || last || scope.remaining <= 0) return result;
      // What ends the sleep early, the time or the signal, ends the loop.
      last = await scope.sleep(every * (0.5 + Math.random())).then(() => false, () => true);
    }
  } finally {
    scope.dispose();
  }
}
