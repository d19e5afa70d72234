import { AsyncLocalStorage } from "node:async_hooks";
import { ConfigurationError } from "../errors/index.ts";

interface Scope {
  process: unknown;
  readonly scoped: AsyncLocalStorage<unknown>;
}

/** A process-wide default client with async scopes over it, for one kind of client. */
export interface DefaultClient<C> {
  /** Sets it for the whole process; undefined resets it. */
  set(client: C | undefined): void;
  /** The scoped one, else the process's, else a new one that is kept. */
  get(): C;
  /** Runs `fn` with this client as the default inside it, across its awaits. */
  within<T>(client: C, fn: () => T): T;
}

/**
 * @param service - names the slot. It lives under a global symbol, so that two copies of the package agree.
 * @param isClient - tells a client from what another version may have left there.
 */
export function defaultClient<C>(service: string, make: () => C, isClient: (value: unknown) => value is C): DefaultClient<C> {
  const slot = (): Scope => {
    const key = Symbol.for(`keylight.default-client.${service}`);
    const found: unknown = Reflect.get(globalThis, key);
    if (isScope(found)) return found;
    const made: Scope = { process: undefined, scoped: new AsyncLocalStorage() };
    Object.defineProperty(globalThis, key, { value: made });
    return made;
  };
  return {
    set(client) {
      slot().process = client;
    },
    get() {
      const { scoped, process: whole } = slot();
      const inside = scoped.getStore();
      if (isClient(inside)) return inside;
      if (isClient(whole)) return whole;
      const made = make();
      slot().process = made;
      return made;
    },
    within: (client, fn) => slot().scoped.run(client, fn),
  };
}

/** The three functions that a service exports for its default client. */
export interface DefaultClientFunctions<C> {
  /** Makes a client the default of the whole process; undefined resets it. */
  readonly setDefaultClient: (client: C | undefined) => void;
  /**
   * The client of the innermost `withClient`, else the one that was set, else one that is built from the environment and kept.
   *
   * @throws {@link ConfigurationError} when the environment is wrong.
   */
  readonly getDefaultClient: () => C;
  /** Runs `fn` with this client as the default inside it, across its awaits; other code keeps its own. Returns what `fn` returns. */
  readonly withClient: <T>(client: C, fn: () => T) => T;
}

/** @param members - what a client of this service has, also one of another copy of the package. */
export function defaultClientOf<C extends object>(service: string, make: () => C, members: readonly (keyof C & string)[]): DefaultClientFunctions<C> {
  const isClient = (value: unknown): value is C => typeof value === "object" && value !== null && members.every((member) => member in value);
  // Nothing in its place may stand for "the default": that could be somebody else's client.
  const check = (client: unknown, name: string): void => {
    if (!isClient(client)) throw new ConfigurationError(`${name} needs a client of this service`);
  };
  const current = defaultClient<C>(service, make, isClient);
  return {
    setDefaultClient(client) {
      if (client !== undefined) check(client, "setDefaultClient");
      current.set(client);
    },
    getDefaultClient: () => current.get(),
    withClient(client, fn) {
      check(client, "withClient");
      return current.within(client, fn);
    },
  };
}

/**
 * An object whose members are those of whatever `target` gives at the time of use.
 *
 * Symbols and `then` are left out, so that inspecting or awaiting it does not make a client.
 */
export function following<T extends object>(target: () => T): T {
  const empty: Partial<T> = {};
  return new Proxy(empty, {
    get(_, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      const object = target();
      const member: unknown = Reflect.get(object, name);
      if (typeof member !== "function") return member;
      return (...given: unknown[]): unknown => Reflect.apply(member, object, given);
    },
  }) as T;
}

function isScope(value: unknown): value is Scope {
  return typeof value === "object" && value !== null && "process" in value && "scoped" in value && value.scoped instanceof AsyncLocalStorage;
}
