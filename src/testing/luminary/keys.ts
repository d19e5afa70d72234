import { randomUrlSafe } from "../shared/random.ts";

/** An API key as the web application lists it. */
export interface FakeLuminaryKey {
  readonly id: string;
  readonly name: string;
  /** Whether it authenticates: neither revoked nor expired. */
  readonly active: boolean;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

/** An API key as the web application shows it once. */
export interface CreatedFakeLuminaryKey extends FakeLuminaryKey {
  /** What goes into the `x-api-key` header. No list shows it again. */
  readonly key: string;
}

/** What a person does with API keys in the web application: the API has no calls for it. */
export interface FakeLuminaryKeys {
  /**
   * Makes a key.
   * @param input - `duration`: how long it is active, in ms; default three months.
   * @throws RangeError for an empty name or a duration that is not above 0.
   */
  create(input: { readonly name: string; readonly duration?: number }): CreatedFakeLuminaryKey;
  /** All keys that are not deleted, oldest first. */
  list(): FakeLuminaryKey[];
  /**
   * Makes an active key inactive: the same as if it had expired.
   * @throws Error if there is no such key, or it is inactive.
   */
  revoke(id: string): FakeLuminaryKey;
  /**
   * Takes an inactive key off the list.
   * @throws Error if there is no such key, or it is active.
   */
  delete(id: string): void;
}

interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  revoked: boolean;
}

/** The API keys of one fake. */
export class KeyStore {
  readonly #now: () => number;
  readonly #keys = new Map<string, KeyRecord>();
  #made = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  create({ name, duration }: { readonly name: string; readonly duration?: number }): CreatedFakeLuminaryKey {
    if (name.trim() === "") throw new RangeError("An API key needs a name.");
    if (duration !== undefined && !(duration > 0 && Number.isFinite(duration))) {
      throw new RangeError(`An API key's duration must be above 0 ms, not ${String(duration)}.`);
    }
    const createdAt = this.#now();
    const expiresAt = duration === undefined ? threeMonthsAfter(createdAt) : createdAt + duration;
    // The real format is unknown, so this one has nothing that a program could come to rely on.
    const record = { id: `key-${String(++this.#made)}`, name, key: randomUrlSafe(48), createdAt, expiresAt, revoked: false };
    this.#keys.set(record.id, record);
    return { ...this.#shown(record), key: record.key };
  }

  list(): FakeLuminaryKey[] {
    return [...this.#keys.values()].map((record) => this.#shown(record));
  }

  revoke(id: string): FakeLuminaryKey {
    const record = this.#find(id);
    if (!this.#isActive(record)) throw new Error(`Only an active API key can be revoked, and ${id} is inactive.`);
    record.revoked = true;
    return this.#shown(record);
  }

  delete(id: string): void {
    if (this.#isActive(this.#find(id))) throw new Error(`Only an inactive API key can be deleted, and ${id} is active: revoke it first.`);
    this.#keys.delete(id);
  }

  /** Whether this text is an active key. Nobody is told why it is not. */
  authenticates(text: string): boolean {
    return [...this.#keys.values()].some((record) => record.key === text && this.#isActive(record));
  }

  #find(id: string): KeyRecord {
    const record = this.#keys.get(id);
    if (record === undefined) throw new Error(`There is no API key ${id}.`);
    return record;
  }

  #isActive({ revoked, expiresAt }: KeyRecord): boolean {
    return !revoked && this.#now() < expiresAt;
  }

  #shown(record: KeyRecord): FakeLuminaryKey {
    const { id, name, createdAt, expiresAt } = record;
    return { id, name, active: this.#isActive(record), createdAt: instant(createdAt), expiresAt: instant(expiresAt) };
  }
}

function threeMonthsAfter(time: number): number {
  const date = new Date(time);
  return date.setUTCMonth(date.getUTCMonth() + 3);
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
