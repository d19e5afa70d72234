import { CallScope, type ScopeEnd } from "../transport/scope.ts";

/** As long as a timer can be set for: those who wait have deadlines of their own. */
const unbounded = 2 ** 31 - 1;

interface Running<T> {
  readonly scope: CallScope;
  readonly outcome: Promise<T>;
  waiting: number;
}

/** Work that many wait for: the first begins it, the others join, and it ends when nobody waits any more. */
export class SharedWork<T> {
  readonly #open: Set<CallScope>;
  #running: Running<T> | undefined;

  /** @param open - scopes to be ended when the owner closes. */
  constructor(open: Set<CallScope>) {
    this.#open = open;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Waits for the work that is running, or begins it. */
  async join(waiter: CallScope, begin: (scope: CallScope) => Promise<T>): Promise<T> {
    waiter.check();
    const running = (this.#running ??= this.#begin(begin));
    running.waiting += 1;
    try {
      return await waiter.race(running.outcome);
    } finally {
      running.waiting -= 1;
      if (running.waiting === 0) this.#end(running, { cause: "aborted", reason: undefined });
    }
  }

  /** Ends the work for all who wait. */
  end(end: ScopeEnd): void {
    if (this.#running !== undefined) this.#end(this.#running, end);
  }

  #begin(begin: (scope: CallScope) => Promise<T>): Running<T> {
    // It keeps no process alive: the timers of those who wait do.
    const scope = new CallScope({ timeout: unbounded, background: true, open: this.#open });
    const running: Running<T> = { scope, waiting: 0, outcome: scope.race(Promise.resolve().then(() => begin(scope))) };
    const over = (): void => {
      scope.dispose();
      if (this.#running === running) this.#running = undefined;
    };
    running.outcome.then(over, over);
    return running;
  }

  /** At once: who comes now begins anew. */
  #end(running: Running<T>, end: ScopeEnd): void {
    if (this.#running === running) this.#running = undefined;
    running.scope.end(end);
  }
}
