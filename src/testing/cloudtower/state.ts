import { newId, newKey, newToken } from "./ids.ts";
import type { Settings } from "./options.ts";
import type { KeyRecord, StrategyRecord, UserRecord, VmRecord } from "./records.ts";

/** Whose credential it is, and of which kind. */
export interface Caller {
  readonly kind: "token" | "key";
  readonly user: UserRecord;
}

type NewUser = Omit<UserRecord, "id" | "failures" | "lockedUntil">;

/** Everything that one fake server remembers. It knows no permissions: those who use it ask first. */
export class State {
  readonly #settings: Settings;
  readonly #users = new Map<string, UserRecord>();
  readonly #tokens = new Map<string, UserRecord>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly strategies: readonly StrategyRecord[];
  readonly vms: VmRecord[] = [];
  /** The ids of the virtual machines that something else is working on. */
  readonly lockedVms = new Set<string>();
  version: string;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.version = settings.version;
    this.strategies = settings.strategies.map((type) => ({ id: newId(), type }));
  }

  addUser(input: NewUser): UserRecord {
    const { username, source } = input;
    if (this.users.some((user) => user.username === username && user.source === source)) {
      throw new Error(`There is a user ${username} of the source ${source} already.`);
    }
    const user: UserRecord = { id: newId(), failures: 0, lockedUntil: 0, ...input };
    this.#users.set(user.id, user);
    return user;
  }

  get users(): UserRecord[] {
    return [...this.#users.values()];
  }

  /** @throws Error if there is no such user. */
  user(id: string): UserRecord {
    const user = this.#users.get(id);
    if (user === undefined) throw new Error(`There is no user ${id}.`);
    return user;
  }

  deleteUser(user: UserRecord): void {
    this.#users.delete(user.id);
    this.deleteTokens(user);
    if (this.#settings.keysOutliveUser) return;
    for (const key of this.keys) if (key.user === user) this.deleteKey(key);
  }

  /** The token that a login gives this user. */
  tokenFor(user: UserRecord): string {
    const known = [...this.#tokens].find(([, owner]) => owner === user)?.[0];
    if (known !== undefined && this.#settings.secondLogin === "same") return known;
    const token = newToken(user.id);
    this.#tokens.set(token, user);
    return token;
  }

  /** Lets the tokens of one user, or of all, be refused from now on. */
  deleteTokens(user?: UserRecord): void {
    for (const [token, owner] of this.#tokens) if (user === undefined || owner === user) this.#tokens.delete(token);
  }

  get keys(): KeyRecord[] {
    return [...this.#keys.values()];
  }

  addKey(user: UserRecord, name: string): KeyRecord {
    const key = { id: newId(), key: newKey(), name, user };
    this.#keys.set(key.key, key);
    return key;
  }

  deleteKey({ key }: KeyRecord): void {
    this.#keys.delete(key);
  }

  /** Who has this credential. */
  callerOf(credential: string): Caller | undefined {
    const byToken = this.#tokens.get(credential);
    if (byToken !== undefined) return { kind: "token", user: byToken };
    const byKey = this.#keys.get(credential);
    return byKey === undefined ? undefined : { kind: "key", user: byKey.user };
  }
}
