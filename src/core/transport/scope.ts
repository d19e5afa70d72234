/** Why a call ended before its outcome. */
export type ScopeEnd =
  | { readonly cause: "timeout" }
  | { readonly cause: "closed" }
  | { readonly cause: "aborted"; readonly reason: unknown };

/** Thrown inside a call whose scope has ended; translated for the caller in one place. */
export class ScopeEnded extends Error {
  readonly end: ScopeEnd;
  constructor(end: ScopeEnd) {
    super(end.cause);
    this.end = end;
  }
}

export interface ScopeOptions {
  /** Milliseconds for everything together. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether nobody waits for the outcome: then nothing of it keeps the process alive. */
  readonly background?: boolean | undefined;
  /** The calls that are in flight, for `close()`; the scope enters and leaves it by itself. */
  readonly open?: Set<CallScope>;
}

/**
 * Owner: this module. Key: a caller's signal; value: the scopes that wait for it, behind one listener, since Node warns
 * of a leak at the eleventh. Emptied by `dispose`.
 */
const waiting = new WeakMap<AbortSignal, { readonly scopes: Set<() => void>; readonly listener: () => void }>();

function startWaiting(signal: AbortSignal, onAbort: () => void): void {
  const known = waiting.get(signal);
  if (known !== undefined) {
    known.scopes.add(onAbort);
    return;
  }
  const scopes = new Set([onAbort]);
  const listener = (): void => {
    for (const notify of [...scopes]) notify();
  };
  waiting.set(signal, { scopes, listener });
  signal.addEventListener("abort", listener);
}

function stopWaiting(signal: AbortSignal, onAbort: () => void): void {
  const known = waiting.get(signal);
  if (known?.scopes.delete(onAbort) !== true || known.scopes.size > 0) return;
  waiting.delete(signal);
  signal.removeEventListener("abort", known.listener);
}

/**
 * The life of one call: its deadline, the caller's signal and the client's closing, behind one timer and at most one
 * listener on the signal. Whatever waits inside a call waits through its scope.
 */
export class CallScope {
  readonly timeout: number;
  readonly background: boolean;
  readonly startedAt = performance.now();
  /** Made when somebody listens; most calls have one listener at a time. */
  #listeners: Set<(ended: ScopeEnded) => void> | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #signal: AbortSignal | undefined;
  readonly #open: Set<CallScope> | undefined;
  /** There where there is a signal to be listened to. */
  readonly #onAbort: (() => void) | undefined;
  #ended: ScopeEnded | undefined;

  constructor(options: ScopeOptions) {
    this.timeout = options.timeout;
    this.background = options.background === true;
    this.#signal = options.signal;
    this.#open = options.open;
    this.#timer = setTimeout(endByTimeout, options.timeout, this);
    if (this.background) letGo(this.#timer);
    this.#open?.add(this);
    const signal = options.signal;
    if (signal === undefined) return;
    this.#onAbort = () => {
      this.end({ cause: "aborted", reason: signal.reason });
    };
    if (signal.aborted) this.#onAbort();
    else startWaiting(signal, this.#onAbort);
  }

  /** Milliseconds until the deadline; never below 0. */
  get remaining(): number {
    return Math.max(0, this.startedAt + this.timeout - performance.now());
  }

  /** @throws {@link ScopeEnded} once the scope has ended. */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  end(end: ScopeEnd): void {
    if (this.#ended !== undefined) return;
    const ended = new ScopeEnded(end);
    this.#ended = ended;
    this.dispose();
    const listeners = [...(this.#listeners ?? [])];
    this.#listeners = undefined;
    for (const listener of listeners) listener(ended);
  }

  /** Calls back once, when the scope ends; at once if it has. Returns the way to stop listening. */
  onEnd(listener: (ended: ScopeEnded) => void): () => void {
    if (this.#ended !== undefined) {
      listener(this.#ended);
      return () => undefined;
    }
    (this.#listeners ??= new Set()).add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** The promise's outcome, or the scope's end if that comes first. The promise itself goes on. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stop = this.onEnd(reject);
      promise.then(resolve, reject).finally(stop);
    });
  }

  /** Resolves after `ms` milliseconds, unless the scope ends first. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        resolve();
      }, ms);
      if (this.background) letGo(timer);
      const stop = this.onEnd((ended) => {
        clearTimeout(timer);
        reject(ended);
      });
    });
  }

  /** Leaves nothing behind: no timer, no listener. */
  dispose(): void {
    clearTimeout(this.#timer);
    if (this.#signal !== undefined && this.#onAbort !== undefined) stopWaiting(this.#signal, this.#onAbort);
    this.#open?.delete(this);
  }
}

function endByTimeout(scope: CallScope): void {
  scope.end({ cause: "timeout" });
}

/** Lets the process exit before the timer fires, where the runtime's timers can do that: whoever waits has a timer of its own. */
export function letGo(timer: ReturnType<typeof setTimeout>): void {
  if (typeof timer === "object") timer.unref();
}
