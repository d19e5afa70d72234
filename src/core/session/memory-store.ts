import type { SessionStore, StoredSession } from "./store.ts";

/** Keeps sessions for as long as the process lives. The default of every client, each with its own. */
export function memorySessionStore(): SessionStore {
  const sessions = new Map<string, StoredSession>();
  const locks = new Map<string, Promise<unknown>>();
  return {
    get: (key) => {
      const session = sessions.get(key);
      return Promise.resolve(session === undefined ? undefined : { ...session });
    },
    set: (key, session) => {
      sessions.set(key, { ...session });
      return Promise.resolve();
    },
    delete: (key, ifToken) => {
      if (ifToken === undefined || sessions.get(key)?.token === ifToken) sessions.delete(key);
      return Promise.resolve();
    },
    async withLock<T>(key: string, fn: () => Promise<T>, options: { timeout: number; signal: AbortSignal }): Promise<T> {
      const before = locks.get(key);
      const run = async (): Promise<T> => {
        if (before !== undefined) await waitFor(before, options);
        return fn();
      };
      const running = run();
      const settled = Promise.allSettled([before, running]);
      locks.set(key, settled);
      // Not when this one gives up, but when all before it are through: the next one has to wait for those too.
      void settled.then(() => {
        if (locks.get(key) === settled) locks.delete(key);
      });
      return running;
    },
  };
}

/** Resolves when the promise settles or the time is over; rejects with the signal's reason. */
function waitFor(promise: Promise<unknown>, { timeout, signal }: { timeout: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    const go = (): void => {
      stop();
      resolve();
    };
    const abort = (): void => {
      stop();
      reject(signal.reason);
    };
    const timer = setTimeout(go, timeout);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    promise.then(go, go);
  });
}
