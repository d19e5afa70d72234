import { describe, expect, test } from "vitest";
import { sessionStoreContract } from "keylight/testing";

interface Session {
  token: string;
  obtainedAt: string;
  expiresAt?: string;
}
interface LockOptions {
  timeout: number;
  signal: AbortSignal;
}

/** A store that keeps the contract; the broken ones below each change one thing. */
class GoodStore {
  protected readonly sessions = new Map<string, Session>();
  protected readonly tails = new Map<string, Promise<void>>();

  get(key: string): Promise<Session | undefined> {
    const found = this.sessions.get(key);
    return Promise.resolve(found === undefined ? undefined : { ...found });
  }

  set(key: string, session: Session): Promise<void> {
    this.sessions.set(key, { ...session });
    return Promise.resolve();
  }

  delete(key: string, ifToken?: string): Promise<void> {
    if (ifToken === undefined || this.sessions.get(key)?.token === ifToken) this.sessions.delete(key);
    return Promise.resolve();
  }

  async withLock<T>(key: string, fn: () => Promise<T>, { timeout, signal }: LockOptions): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    let release = (): void => undefined;
    const mine = new Promise<void>((resolve) => (release = resolve));
    this.tails.set(
      key,
      before.then(() => mine),
    );
    try {
      await turn(before, timeout, signal);
      return await fn();
    } finally {
      release();
    }
  }
}

function turn(before: Promise<void>, timeout: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, timeout);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
    void before.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function failures(make: () => GoodStore): Promise<string[]> {
  const failed: string[] = [];
  await Promise.all(
    sessionStoreContract(make).map(async ({ name, run }) => {
      try {
        await run();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).toHaveProperty("message", expect.stringMatching(/.{7}/));
        failed.push(name);
      }
    }),
  );
  return failed;
}

describe("a store that keeps the contract passes", () => {
  for (const { name, run } of sessionStoreContract(() => new GoodStore())) test(name, run);
});

test("a store without a lock passes", async () => {
  const make = () => {
    const store = new GoodStore();
    Object.defineProperty(store, "withLock", { value: undefined });
    return store;
  };
  expect(await failures(make)).toEqual([]);
});

test("a store that gives frozen objects passes", async () => {
  class Frozen extends GoodStore {
    override async get(key: string) {
      const found = await super.get(key);
      return found === undefined ? undefined : Object.freeze(found);
    }
  }
  expect(await failures(() => new Frozen())).toEqual([]);
});

test("every case has a name of its own and its own store", async () => {
  let made = 0;
  const cases = sessionStoreContract(() => {
    made += 1;
    return new GoodStore();
  });
  expect(made).toBe(0);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  await Promise.all(cases.map(({ run }) => run()));
  expect(made).toBe(cases.length);
});

const broken: Record<string, { store: () => GoodStore; fails: string }> = {
  "gives an empty session for unknown keys": {
    fails: "get gives undefined for an unknown key",
    store: () =>
      new (class extends GoodStore {
        override async get(key: string) {
          return (await super.get(key)) ?? { token: "", obtainedAt: "" };
        }
      })(),
  },
  "forgets expiresAt": {
    fails: "get gives what was set",
    store: () =>
      new (class extends GoodStore {
        override set(key: string, { token, obtainedAt }: Session) {
          return super.set(key, { token, obtainedAt });
        }
      })(),
  },
  "merges the old session into the new one": {
    fails: "set replaces the session of before",
    store: () =>
      new (class extends GoodStore {
        override set(key: string, session: Session) {
          return super.set(key, { ...this.sessions.get(key), ...session });
        }
      })(),
  },
  "takes keys without regard to case": {
    fails: "keys do not mix",
    store: () =>
      new (class extends GoodStore {
        override get(key: string) {
          return super.get(key.toLowerCase());
        }
        override set(key: string, session: Session) {
          return super.set(key.toLowerCase(), session);
        }
        override delete(key: string, ifToken?: string) {
          return super.delete(key.toLowerCase(), ifToken);
        }
      })(),
  },
  "loses one of two writes at once": {
    fails: "sessions set at the same time are all kept",
    store: () =>
      new (class extends GoodStore {
        override async set(key: string, session: Session) {
          const all = [...this.sessions];
          await Promise.resolve();
          this.sessions.clear();
          for (const [name, value] of all) this.sessions.set(name, value);
          await super.set(key, session);
        }
      })(),
  },
  "keeps its sessions in a plain object": {
    fails: "special names are keys like any other",
    store: () =>
      new (class extends GoodStore {
        readonly plain: Record<string, Session> = {};
        override get(key: string) {
          const found = this.plain[key];
          return Promise.resolve(found === undefined ? undefined : { ...found });
        }
        override set(key: string, session: Session) {
          this.plain[key] = { ...session };
          return Promise.resolve();
        }
      })(),
  },
  "cuts long keys": {
    fails: "very long keys work and do not mix",
    store: () =>
      new (class extends GoodStore {
        override get(key: string) {
          return super.get(key.slice(0, 255));
        }
        override set(key: string, session: Session) {
          return super.set(key.slice(0, 255), session);
        }
      })(),
  },
  "keeps the very object it was given": {
    fails: "sessions are copied on their way in and out",
    store: () =>
      new (class extends GoodStore {
        override set(key: string, session: Session) {
          this.sessions.set(key, session);
          return Promise.resolve();
        }
      })(),
  },
  "gives the very object it keeps": {
    fails: "sessions are copied on their way in and out",
    store: () =>
      new (class extends GoodStore {
        override get(key: string) {
          return Promise.resolve(this.sessions.get(key));
        }
      })(),
  },
  "deletes nothing": {
    fails: "delete removes the session",
    store: () =>
      new (class extends GoodStore {
        override delete() {
          return Promise.resolve();
        }
      })(),
  },
  "rejects the deletion of unknown keys": {
    fails: "delete of an unknown key does nothing",
    store: () =>
      new (class extends GoodStore {
        override delete(key: string, ifToken?: string) {
          return this.sessions.has(key) ? super.delete(key, ifToken) : Promise.reject(new Error("no such key"));
        }
      })(),
  },
  "deletes whatever the token": {
    fails: "delete with the token of another session keeps this one",
    store: () =>
      new (class extends GoodStore {
        override delete(key: string) {
          return super.delete(key);
        }
      })(),
  },
  "never deletes under a condition": {
    fails: "delete with the token of this session removes it",
    store: () =>
      new (class extends GoodStore {
        override delete(key: string, ifToken?: string) {
          return ifToken === undefined ? super.delete(key) : Promise.resolve();
        }
      })(),
  },
  "loses the function's value": {
    fails: "withLock gives the value of the function",
    store: () =>
      new (class extends GoodStore {
        override async withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          await super.withLock(key, fn, options);
          return undefined as T;
        }
      })(),
  },
  "does not lock": {
    fails: "withLock lets only one function run at a time",
    store: () =>
      new (class extends GoodStore {
        override withLock<T>(_: string, fn: () => Promise<T>): Promise<T> {
          return fn();
        }
      })(),
  },
  "wraps the function's error": {
    fails: "withLock passes the function's error through and releases",
    store: () =>
      new (class extends GoodStore {
        override async withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          return super.withLock(key, fn, options).catch((cause: unknown) => {
            if (options.signal.aborted) throw cause;
            throw new Error("wrapped", { cause });
          });
        }
      })(),
  },
  "swallows the function's error": {
    fails: "withLock passes the function's error through and releases",
    store: () =>
      new (class extends GoodStore {
        override withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          return super.withLock(key, () => fn().catch(() => undefined as T), options);
        }
      })(),
  },
  "cannot write inside the lock": {
    fails: "the store works inside withLock",
    store: () =>
      new (class extends GoodStore {
        #locked = false;
        override set(key: string, session: Session) {
          return this.#locked ? Promise.reject(new Error("locked by someone else")) : super.set(key, session);
        }
        override withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          const marked = async () => {
            this.#locked = true;
            return fn().finally(() => (this.#locked = false));
          };
          return super.withLock(key, marked, options);
        }
      })(),
  },
  "rejects after the timeout": {
    fails: "withLock goes on without the lock after the timeout",
    store: () =>
      new (class extends GoodStore {
        override withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          const late = new Promise<never>((_, reject) => {
            setTimeout(() => {
              if (options.timeout < 1000) reject(new Error("still locked"));
            }, options.timeout / 2);
          });
          return Promise.race([super.withLock(key, fn, options), late]);
        }
      })(),
  },
  "gives up silently after the timeout": {
    fails: "withLock goes on without the lock after the timeout",
    store: () =>
      new (class extends GoodStore {
        override withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          if (options.timeout < 1000) return Promise.resolve(undefined as T);
          return super.withLock(key, fn, options);
        }
      })(),
  },
  "ignores the signal": {
    fails: "an abort ends the waiting with the signal's reason",
    store: () =>
      new (class extends GoodStore {
        override withLock<T>(key: string, fn: () => Promise<T>, { timeout }: LockOptions): Promise<T> {
          return super.withLock(key, fn, { timeout, signal: new AbortController().signal });
        }
      })(),
  },
  "rejects with a reason of its own": {
    fails: "an abort ends the waiting with the signal's reason",
    store: () =>
      new (class extends GoodStore {
        override async withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          return super.withLock(key, fn, options).catch((error: unknown) => {
            throw options.signal.aborted ? new Error("aborted") : error;
          });
        }
      })(),
  },
  "never releases after an aborted wait": {
    fails: "a waiter that was aborted does not hold up the next",
    store: () =>
      new (class extends GoodStore {
        #stuck = false;
        override withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
          options.signal.addEventListener("abort", () => (this.#stuck = true));
          return this.#stuck ? new Promise(() => undefined) : super.withLock(key, fn, options);
        }
      })(),
  },
  "rejects from withLock at once": {
    fails: "withLock goes on without the lock after the timeout",
    store: () =>
      new (class extends GoodStore {
        override withLock<T>(): Promise<T> {
          return Promise.reject(new Error("out of order"));
        }
      })(),
  },
};

// Together, because those that wait for ever fail only after some seconds.
describe.concurrent("a store that", () => {
  test.each(Object.entries(broken))("%s fails", async (_, { store, fails }) => {
    expect(await failures(store)).toContain(fails);
  });
});
