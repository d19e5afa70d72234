import type { Log } from "../log.ts";
import { letGo } from "../transport/scope.ts";
import { isUsable, storedSession, type SessionStore, type StoredSession } from "./store.ts";

/** Longest wait for one answer of a store, in milliseconds: a store that hangs must not hold up calls. */
const storeTimeout = 2_000;
/** Longest wait for another process's login, in milliseconds. */
const lockTimeout = 10_000;

/** A session store as the session manager uses it: trouble with it is told once and never fails a call. */
export class SharedSessions {
  readonly #store: SessionStore;
  readonly #key: () => Promise<string>;
  readonly #log: Log;
  #told = false;

  constructor(store: SessionStore, key: () => Promise<string>, log: Log) {
    this.#store = store;
    let made: Promise<string> | undefined;
    this.#key = () => (made ??= key());
    this.#log = log;
  }

  async load(): Promise<StoredSession | undefined> {
    // What a store gives may be anything, also something that changes.
    return this.#try(async () => {
      const found = storedSession(await this.#store.get(await this.#key()));
      return found !== undefined && isUsable(found) ? found : undefined;
    });
  }

  async save(session: StoredSession): Promise<void> {
    await this.#try(async () => this.#store.set(await this.#key(), session));
  }

  async drop(token: string): Promise<void> {
    await this.#try(async () => this.#store.delete(await this.#key(), token));
  }

  /** Runs `fn` exactly once: under the store's lock where there is one and it can be had in time, else without. */
  async locked<T>(fn: () => Promise<T>): Promise<T> {
    let running: Promise<T> | undefined;
    const once = (): Promise<T> => (running ??= fn());
    const store = this.#store;
    if (store.withLock !== undefined) {
      const giveUp = new AbortController();
      const timer = setTimeout(() => {
        giveUp.abort();
      }, lockTimeout + storeTimeout);
      letGo(timer);
      const gone = new Promise<void>((resolve) => {
        giveUp.signal.addEventListener("abort", () => {
          resolve();
        });
      });
      const holding = Promise.resolve()
        .then(async () => store.withLock?.(await this.#key(), once, { timeout: lockTimeout, signal: giveUp.signal }))
        .then(() => undefined, (error: unknown) => {
          if (running === undefined) this.#tell(error);
        });
      await Promise.race([holding, gone]);
      clearTimeout(timer);
    }
    return once();
  }

  async #try<T>(action: () => Promise<T>): Promise<T | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error("no answer in time"));
      }, storeTimeout);
      letGo(timer);
    });
    try {
      return await Promise.race([action(), late]);
    } catch (error) {
      this.#tell(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(error: unknown): void {
    if (this.#told) return;
    this.#told = true;
    this.#log.warn("the session store is not available; sessions are kept in memory", {
      error: error instanceof Error ? error.name : typeof error,
    });
  }
}
