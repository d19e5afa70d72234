import { check, checkStored, fulfilled, pause, reasonOf, session, within, type SessionStore } from "./assertions.ts";

type LockingStore = SessionStore & Required<Pick<SessionStore, "withLock">>;

/** A case's name and what it does with a new store that can lock. */
export type LockCases = Readonly<Record<string, (store: LockingStore) => Promise<void>>>;

// Far longer than any store should need, so that slow machines do not fail the cases.
const ample = 6000;
const relaxed = (): { timeout: number; signal: AbortSignal } => ({ timeout: ample, signal: new AbortController().signal });

/** Whether the store has the optional lock. */
export function canLock(store: SessionStore): store is LockingStore {
  return store.withLock !== undefined;
}

/** What a lock promises, to stores that have one. */
export const lockCases: LockCases = {
  "withLock gives the value of the function": async (store) => {
    const value = await within(ample, store.withLock("key", () => Promise.resolve("value"), relaxed()), "withLock did not end.");
    check(value === "value", `withLock gave ${value} instead of the function's value.`);
  },

  "withLock lets only one function run at a time": async (store) => {
    let running = 0;
    let runs = 0;
    const fn = async (): Promise<void> => {
      running += 1;
      runs += 1;
      check(running === 1, "Two functions were inside withLock of the same key at once.");
      await pause(10);
      running -= 1;
    };
    await within(ample, Promise.all([1, 2, 3, 4].map(() => store.withLock("key", fn, relaxed()))), "withLock did not end.");
    check(runs === 4, `withLock ran ${String(runs)} of 4 functions.`);
  },

  "withLock passes the function's error through and releases": async (store) => {
    const error = new Error("thrown inside withLock");
    const failing = store.withLock("key", () => Promise.reject(error), relaxed());
    const reason = await within(ample, reasonOf(failing), "withLock did not end.");
    check(reason !== fulfilled, "withLock swallowed the function's error.");
    check(reason === error, "withLock changed the function's error.");
    const next = store.withLock("key", () => Promise.resolve(), relaxed());
    await within(ample / 2, next, "withLock was not released after an error.");
  },

  "the store works inside withLock": async (store) => {
    const work = store.withLock("key", () => readAndWrite(store), relaxed());
    await within(ample, work, "A call of the store inside withLock did not end.");
    await checkStored(store, "key", session("second"));
  },

  "withLock goes on without the lock after the timeout": async (store) => {
    await whileLocked(store, async () => {
      let ran = false;
      const fn = (): Promise<void> => {
        ran = true;
        return Promise.resolve();
      };
      const { signal } = new AbortController();
      await within(ample / 2, store.withLock("key", fn, { timeout: 50, signal }), "withLock waited far longer than its timeout.");
      check(ran, "withLock gave up without running the function.");
    });
  },

  "an abort ends the waiting with the signal's reason": async (store) => {
    await whileLocked(store, async () => {
      const controller = new AbortController();
      const reason = new Error("aborted by the caller");
      let ran = false;
      const fn = (): Promise<void> => {
        ran = true;
        return Promise.resolve();
      };
      const waiting = store.withLock("key", fn, { timeout: ample, signal: controller.signal });
      const outcome = reasonOf(waiting);
      await pause(20);
      controller.abort(reason);
      const actual = await within(ample / 2, outcome, "withLock went on waiting after an abort.");
      check(actual === reason, "withLock did not reject with the signal's reason.");
      check(!ran, "withLock ran the function although it was aborted while it waited.");
    });
  },

  "a waiter that was aborted does not hold up the next": async (store) => {
    const controller = new AbortController();
    await whileLocked(store, async () => {
      const waiting = store.withLock("key", () => Promise.resolve(), { timeout: ample, signal: controller.signal });
      const outcome = reasonOf(waiting);
      await pause(20);
      controller.abort();
      await within(ample / 2, outcome, "withLock went on waiting after an abort.");
    });
    await within(ample / 2, store.withLock("key", () => Promise.resolve(), relaxed()), "withLock was not released.");
  },
};

async function readAndWrite(store: SessionStore): Promise<void> {
  await store.set("key", session("first"));
  await checkStored(store, "key", session("first"));
  await store.delete("key");
  await checkStored(store, "key", undefined);
  await store.set("key", session("second"));
}

/** Runs `fn` while another function holds the lock. */
async function whileLocked<T>(store: LockingStore, fn: () => Promise<T>): Promise<T> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holder = Promise.resolve();
  await within(
    ample,
    new Promise<void>((resolve, reject) => {
      const hold = (): Promise<void> => {
        resolve();
        return held;
      };
      holder = store.withLock("key", hold, relaxed());
      holder.catch(reject);
    }),
    "withLock did not run its function.",
  );
  try {
    return await fn();
  } finally {
    release();
    await within(ample, holder, "withLock did not end when its function did.");
  }
}
