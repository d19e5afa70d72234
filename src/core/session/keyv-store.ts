import { ConfigurationError } from "../../errors/index.ts";
import { placeOnDemand, sharedSessionStore } from "./file-or-keyv.ts";
import type { SessionStore } from "./store.ts";

/** What is used of a `Keyv` of the package of this name. */
export interface KeyvLike {
  /** What is there, if anything. */
  get(key: string): Promise<unknown>;
  /** `ttl` in milliseconds. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  /** Removes what is there. */
  delete(key: string): Promise<unknown>;
  /** Tells of a server that is away. */
  on?(event: "error", listener: (error: unknown) => void): unknown;
}

/**
 * Keeps sessions in a `Keyv`, and so in whatever it is an adapter for. With Redis the lock is one command of the server;
 * other adapters have none for it, and get a lock that holds nearly always.
 *
 * While the Keyv does not answer, sessions are kept in memory. It stays yours: keylight never closes it.
 *
 * @example
 * const client = new Client({ sessionStore: keyvSessionStore(new Keyv(new KeyvRedis("redis://localhost:6379"))) });
 * @throws {@link ConfigurationError} when it is no Keyv.
 */
export function keyvSessionStore(keyv: KeyvLike): SessionStore {
  const given: unknown = keyv;
  const isKeyv = typeof given === "object" && given !== null && ["get", "set", "delete"].every((name) => typeof Reflect.get(given, name) === "function");
  if (!isKeyv) throw new ConfigurationError("keyvSessionStore takes a Keyv", { hint: 'import { Keyv } from "keyv"' });
  const told = errorsOf(keyv);
  return sharedSessionStore(
    placeOnDemand(async () => {
      const { KeyvPlace } = await import("./keyv-place.ts");
      return new KeyvPlace(keyv, told);
    }),
  );
}

/** Owner: this module. Key: a Keyv; value: how many errors it has told of, behind one listener however many stores use it. */
const counts = new WeakMap<KeyvLike, { errors: number }>();

/** Counts what a Keyv tells: it swallows most failures of its adapter and emits them. Without a listener some versions would throw. */
function errorsOf(keyv: KeyvLike): { readonly errors: number } {
  const known = counts.get(keyv);
  if (known !== undefined) return known;
  const counted = { errors: 0 };
  counts.set(keyv, counted);
  keyv.on?.("error", () => {
    counted.errors += 1;
  });
  return counted;
}
