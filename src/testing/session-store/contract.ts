import type { ContractCase, SessionStore } from "./assertions.ts";
import { canLock, lockCases } from "./lock-cases.ts";
import { deletionCases, storageCases } from "./storage-cases.ts";

/**
 * What keylight expects of a session store, as cases for any test runner. The cases about `withLock` pass for stores that have
 * none, because it is optional.
 * @param make - makes a new, empty store; called once by every case when it runs.
 * @example
 * ```ts
 * for (const { name, run } of sessionStoreContract(() => new MyStore())) test(name, run);
 * ```
 */
export function sessionStoreContract(make: () => SessionStore): ContractCase[] {
  const plain = Object.entries({ ...storageCases, ...deletionCases }).map(([name, fn]) => ({ name, run: () => fn(make()) }));
  const locking = Object.entries(lockCases).map(([name, fn]) => ({
    name,
    run: async () => {
      const store = make();
      if (canLock(store)) await fn(store);
    },
  }));
  return [...plain, ...locking];
}
