import { tracingChannel } from "node:diagnostics_channel";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const watching = Symbol.for("keylight.test.told");

/** What keylight told anybody during a case. */
export interface Told {
  /** Every error of keylight that was made, thrown or not, and whatever was told as one on a diagnostics channel. */
  readonly errors: Set<unknown>;
  /** Every event of a diagnostics channel. */
  readonly events: Set<object>;
  /** What went to a logger or to the console. */
  readonly lines: unknown[];
  /** What was written to files through handles, as keylight does; tests write theirs by other means. */
  readonly files: unknown[];
  /** Keeps planted leaks off the console. */
  muted: boolean;
}

const shared = globalThis as { [watching]?: Told };
// One for all copies of this module that a process may load, since what is watched is the process's own.
const alreadyWatching = shared[watching] !== undefined;

export const told: Told = (shared[watching] ??= { errors: new Set(), events: new Set(), lines: [], files: [], muted: false });

export function forget(): void {
  told.errors.clear();
  told.events.clear();
  told.lines.length = 0;
  told.files.length = 0;
  told.muted = false;
}

const channels = ["keylight:request", "keylight:login"].map((name) => tracingChannel<unknown, object>(name));

function note(event: object): void {
  told.events.add(event);
  const error: unknown = Reflect.get(event, "error");
  if (error !== undefined) told.errors.add(error);
}

const listeners = { start: note, end: note, asyncStart: note, asyncEnd: note, error: note };

export function listen(): void {
  for (const channel of channels) channel.subscribe(listeners);
}

export function stopListening(): void {
  for (const channel of channels) channel.unsubscribe(listeners);
}

/** Errors of keylight, of any copy, carry this; it is put on while they are made. */
const brand = Symbol.for("keylight.error");

/**
 * Begins to watch: the diagnostics channels, the making of errors, what loggers are called with, the console, and what is written to files. Errors
 * are caught where their brand is put on, so that those are seen too which no channel tells.
 */
export async function watch(): Promise<void> {
  if (alreadyWatching) return;
  await watchFiles();
  listen();
  const define = Object.defineProperty.bind(Object);
  define(Object, "defineProperty", {
    configurable: true,
    writable: true,
    value: function defineProperty<T>(target: T, name: PropertyKey, descriptor: PropertyDescriptor & ThisType<unknown>): T {
      if (name === brand) told.errors.add(target);
      return define(target, name, descriptor);
    },
  });
  const call = Reflect.apply.bind(Reflect);
  define(Reflect, "apply", {
    configurable: true,
    writable: true,
    value: function apply(target: (...given: unknown[]) => unknown, self: unknown, given: ArrayLike<unknown>): unknown {
      if (typeof given[0] === "string" && given[0].startsWith("keylight: ")) told.lines.push([...Array.from(given)]);
      return call(target, self, given);
    },
  });
  for (const method of ["debug", "error", "info", "log", "warn", "trace"] as const) watchConsole(method);
}

/** All handles have one prototype, which only a handle shows. */
async function watchFiles(): Promise<void> {
  const handle = await open(fileURLToPath(import.meta.url));
  const prototype: unknown = Object.getPrototypeOf(handle);
  await handle.close();
  if (typeof prototype !== "object" || prototype === null) throw new TypeError("file handles have no prototype here");
  for (const method of ["appendFile", "write", "writeFile"]) {
    const write: unknown = Reflect.get(prototype, method);
    if (typeof write !== "function") throw new TypeError(`file handles have no ${method} here`);
    Reflect.set(prototype, method, function (this: unknown, ...given: unknown[]): unknown {
      told.files.push(given[0]);
      return write.apply(this, given);
    });
  }
}

function watchConsole(method: "debug" | "error" | "info" | "log" | "warn" | "trace"): void {
  const say = console[method].bind(console);
  console[method] = (...given: unknown[]): void => {
    told.lines.push(given);
    if (!told.muted) say(...given);
  };
}
