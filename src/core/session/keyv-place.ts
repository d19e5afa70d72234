import { isRecord, parseJson } from "../transport/json.ts";
import { nothing, poll, storeTrouble, type LockWait, type Release, type SharedPlace } from "./file-or-keyv.ts";
import type { KeyvLike } from "./keyv-store.ts";
import { sessionKey } from "./store-key.ts";
import { storedSession, type StoredSession } from "./store.ts";

/** Longest wait for an answer, in milliseconds. */
const answerTimeout = 1_500;
/** After an answer that did not come nothing is asked for this long, in milliseconds: each call would wait in vain. */
const silence = 5_000;
/** How long a lock outlives a holder that was killed, in milliseconds. A living one renews it. */
const lockLifetime = 6_000;
const longestLife = 31 * 86_400_000;
const shortestLife = 60_000;
const hint = "Check that the server behind the Keyv can be reached.";

/** One way to have a lock, each step under the name of its owner. */
interface Locks {
  claim(name: string, owner: string): Promise<boolean>;
  extend(name: string, owner: string): Promise<unknown>;
  release(name: string, owner: string): Promise<unknown>;
}

/** What is kept in a Keyv, and its locks. */
export class KeyvPlace implements SharedPlace {
  readonly #keyv: KeyvLike;
  readonly #told: { readonly errors: number };
  readonly #redis: RedisAdapter | undefined;
  readonly #locks: Locks;
  #silentUntil = -Infinity;

  /** `told` counts the errors that the Keyv tells of. */
  constructor(keyv: KeyvLike, told: { readonly errors: number }) {
    this.#keyv = keyv;
    this.#told = told;
    this.#redis = redisBehind(keyv);
    this.#locks = this.#redis === undefined ? new PlainLocks(keyv) : new RedisLocks(this.#redis);
  }

  async get(key: string): Promise<StoredSession | undefined> {
    const name = await nameOf("session", key);
    const found = await this.#ask(() => this.#keyv.get(name));
    return typeof found === "string" ? storedSession(parseJson(found)) : undefined;
  }

  async set(key: string, session: StoredSession): Promise<void> {
    const name = await nameOf("session", key);
    const left = session.expiresAt === undefined || session.refreshToken !== undefined ? NaN : Date.parse(session.expiresAt) - Date.now();
    const life = Number.isNaN(left) ? longestLife : Math.max(shortestLife, left);
    // A text, which every serializer of a Keyv gives back as it was.
    const text = JSON.stringify(storedSession(session));
    const done = await this.#ask(() => this.#keyv.set(name, text, life));
    if (done === false) throw storeTrouble("the Keyv did not keep the session", undefined, hint);
  }

  async delete(key: string, ifToken?: string): Promise<void> {
    if (ifToken !== undefined && (await this.get(key))?.token !== ifToken) return;
    const name = await nameOf("session", key);
    await this.#ask(() => this.#keyv.delete(name));
  }

  async take(key: string, wait: LockWait): Promise<Release | undefined> {
    const locks = this.#locks;
    const name = await nameOf("lock", key);
    const owner = crypto.randomUUID();
    let gaveUp = false;
    const claim = async (): Promise<boolean> => {
      const claimed = await locks.claim(name, owner);
      // Granted when nobody waited any more, as a server does that hung: others would wait for nobody.
      if (claimed && gaveUp) await locks.release(name, owner);
      return claimed;
    };
    const attempt = async (): Promise<true | undefined> => ((await this.#ask(claim)) ? true : undefined);
    const taken = await poll(attempt, wait, 50).catch((error: unknown) => {
      gaveUp = true;
      throw error;
    });
    if (taken === undefined) return undefined;
    const renewal = setInterval(() => {
      this.#ask(() => locks.extend(name, owner)).catch(nothing);
    }, lockLifetime / 3);
    if (typeof renewal === "object") renewal.unref();
    return async () => {
      clearInterval(renewal);
      await this.#ask(() => locks.release(name, owner));
    };
  }

  /** An answer in time, or an error. What could not be sent by then is not sent any more. */
  async #ask<T>(action: () => Promise<T>): Promise<T> {
    const now = performance.now();
    if (now < this.#silentUntil) throw storeTrouble("the Keyv did not answer a moment ago", undefined, hint);
    const { errors } = this.#told;
    const until = now + answerTimeout;
    try {
      if (this.#redis !== undefined) await within(until, connected(this.#redis, until));
      const answer = await within(until, action());
      // Something that was found was found. Of anything else a Keyv says the same when it has failed.
      if (typeof answer !== "string" && this.#told.errors !== errors) throw new Error("told by an event");
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer) this.#silentUntil = performance.now() + silence;
      throw storeTrouble("the Keyv is not available", error, hint);
    }
  }
}

/** Never the key itself: some adapters cut keys or ignore their case, and some cannot take every character. */
async function nameOf(kind: "session" | "lock", key: string): Promise<string> {
  return `keylight:${kind}:${await sessionKey(kind, [key])}`;
}

class NoAnswer extends Error {}

function within<T>(until: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      // Where the process was held up, timers go off before it reads the answer that has come meanwhile: so one turn more.
      timer = setTimeout(() => reject(new NoAnswer("no answer in time")), 0);
    }, Math.max(0, until - performance.now()));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The best that get, set and delete can do: who still reads its own name a moment after it wrote it has the lock. */
class PlainLocks implements Locks {
  readonly #keyv: KeyvLike;

  constructor(keyv: KeyvLike) {
    this.#keyv = keyv;
  }

  async claim(name: string, owner: string): Promise<boolean> {
    if ((await this.#keyv.get(name)) !== undefined) return false;
    await this.#keyv.set(name, owner, lockLifetime);
    await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 20));
    return (await this.#keyv.get(name)) === owner;
  }

  async extend(name: string, owner: string): Promise<void> {
    if ((await this.#keyv.get(name)) === owner) await this.#keyv.set(name, owner, lockLifetime);
  }

  async release(name: string, owner: string): Promise<void> {
    if ((await this.#keyv.get(name)) === owner) await this.#keyv.delete(name);
  }
}

/** What is used of the client of the Redis adapter, whether it talks to one server, to a cluster or through sentinels. */
interface RedisClient {
  readonly isOpen: boolean;
  readonly isReady?: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

interface RedisAdapter {
  readonly namespace?: unknown;
  readonly client: RedisClient;
  getClient(): Promise<unknown>;
}

function redisBehind(keyv: KeyvLike): RedisAdapter | undefined {
  const store: unknown = Reflect.get(keyv, "store");
  return isRedisAdapter(store) ? store : undefined;
}

function isRedisAdapter(store: unknown): store is RedisAdapter {
  if (!isRecord(store) || !isRecord(store["client"]) || typeof store["getClient"] !== "function") return false;
  const { client } = store;
  return typeof client["eval"] === "function" && typeof client["isOpen"] === "boolean";
}

/** A command to a client that is not connected would wait for the server, however late, and then still be sent. */
async function connected(adapter: RedisAdapter, until: number): Promise<void> {
  if (!adapter.client.isOpen) await adapter.getClient();
  const ready = async (): Promise<true | undefined> => (adapter.client.isReady === false ? undefined : true);
  if ((await poll(ready, { timeout: until - performance.now() }, 20)) === undefined) throw new NoAnswer("not connected in time");
}

const scripts = {
  claim: "return redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])",
  extend: "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0",
  release: "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0",
};

class RedisLocks implements Locks {
  readonly #adapter: RedisAdapter;

  constructor(adapter: RedisAdapter) {
    this.#adapter = adapter;
  }

  async claim(name: string, owner: string): Promise<boolean> {
    return (await this.#run(scripts.claim, name, owner)) !== null;
  }

  extend(name: string, owner: string): Promise<unknown> {
    return this.#run(scripts.extend, name, owner);
  }

  release(name: string, owner: string): Promise<unknown> {
    return this.#run(scripts.release, name, owner);
  }

  #run(script: string, name: string, owner: string): Promise<unknown> {
    const { namespace, client } = this.#adapter;
    const key = typeof namespace === "string" && namespace !== "" ? `${namespace}::${name}` : name;
    return client.eval(script, { keys: [key], arguments: [owner, String(lockLifetime)] });
  }
}
