import type { RoleCode } from "../../lumar/generated/operations.ts";
import { randomHex, randomUrlSafe } from "../shared/random.ts";
import { encodeId, numberOf, type IdType } from "./ids.ts";
import type { Settings } from "./options.ts";

/** What every stored object has. */
export interface Stored {
  readonly number: number;
  readonly id: string;
}
export interface AccountRecord extends Stored {
  readonly name: string;
}
export interface UserRecord extends Stored {
  readonly username: string;
  /** The user's role in each of its accounts. */
  readonly roles: Map<AccountRecord, RoleCode>;
}
export interface UserKeyRecord extends Stored {
  readonly user: UserRecord;
  readonly secret: string;
}
export interface ServiceAccountRecord extends Stored {
  readonly account: AccountRecord;
  readonly createdBy: UserRecord;
  readonly createdAt: number;
  name: string;
  description: string | null;
  roleCode: RoleCode;
  enabled: boolean;
  updatedAt: number;
  deleted: boolean;
}
export interface KeyRecord extends Stored {
  readonly serviceAccount: ServiceAccountRecord;
  readonly createdBy: UserRecord;
  readonly createdAt: number;
  readonly name: string | null;
  readonly expiresAt: number | null;
  /** The part of the key after `lmr_sa_{n}_`. */
  readonly secret: string;
  lastUsedAt: number | null;
  revokedAt: number | null;
}
export interface SessionRecord {
  readonly token: string;
  readonly user: UserRecord;
  readonly userKey: UserKeyRecord;
  readonly expiresAt: number;
}

/** Everything that one fake server remembers. It knows no permissions: the resolvers ask first. */
export class State {
  readonly #settings: Settings;
  // One counter for all types: the number of one object is then never that of another, and a mix-up cannot pass unseen.
  #lastNumber = 100;
  readonly #accounts = new Map<number, AccountRecord>();
  readonly #users = new Map<number, UserRecord>();
  readonly #userKeys = new Map<number, UserKeyRecord>();
  readonly #serviceAccounts = new Map<number, ServiceAccountRecord>();
  readonly #keys = new Map<number, KeyRecord>();
  readonly #keysByText = new Map<string, KeyRecord>();
  readonly #sessions = new Map<string, SessionRecord>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  #identify(type: IdType): Stored {
    const number = ++this.#lastNumber;
    return { number, id: encodeId(type, number) };
  }

  addAccount(name: string): AccountRecord {
    return remember(this.#accounts, { ...this.#identify("Account"), name });
  }

  addUser(roles: Map<AccountRecord, RoleCode>): UserRecord {
    const identity = this.#identify("User");
    return remember(this.#users, { ...identity, username: `user${String(identity.number)}@example.com`, roles });
  }

  addUserKey(user: UserRecord): UserKeyRecord {
    return remember(this.#userKeys, { ...this.#identify("UserKey"), user, secret: randomHex(72) });
  }

  addServiceAccount(
    input: Pick<ServiceAccountRecord, "account" | "createdBy" | "name" | "description" | "roleCode">,
  ): ServiceAccountRecord {
    const now = this.#settings.now();
    const rest = { enabled: true, createdAt: now, updatedAt: now, deleted: false };
    return remember(this.#serviceAccounts, { ...this.#identify("ServiceAccount"), ...input, ...rest });
  }

  addKey(input: Pick<KeyRecord, "serviceAccount" | "createdBy" | "name" | "expiresAt">): KeyRecord {
    const rest = { secret: randomUrlSafe(72), createdAt: this.#settings.now(), lastUsedAt: null, revokedAt: null };
    const key = remember<KeyRecord>(this.#keys, { ...this.#identify("ServiceAccountKey"), ...input, ...rest });
    this.#keysByText.set(wholeKey(key), key);
    return key;
  }

  addSession(userKey: UserKeyRecord): SessionRecord {
    const { user } = userKey;
    if (this.#settings.loginEndsOlderSessions) this.#endSessions((session) => session.user === user);
    const expiresAt = this.#settings.now() + this.#settings.sessionLifetime;
    const session = { token: randomHex(128), user, userKey, expiresAt };
    this.#sessions.set(session.token, session);
    return session;
  }

  account(id: string | number): AccountRecord | undefined {
    return find(this.#accounts, id, "Account");
  }

  user(id: string | number): UserRecord | undefined {
    return find(this.#users, id, "User");
  }

  userKey(id: string | number): UserKeyRecord | undefined {
    return find(this.#userKeys, id, "UserKey");
  }

  serviceAccount(id: string | number): ServiceAccountRecord | undefined {
    const found = find(this.#serviceAccounts, id, "ServiceAccount");
    return found?.deleted === true ? undefined : found;
  }

  key(id: string | number): KeyRecord | undefined {
    const found = find(this.#keys, id, "ServiceAccountKey");
    return found?.serviceAccount.deleted === true ? undefined : found;
  }

  /** The key with exactly this text, whatever its condition. */
  keyByText(text: string): KeyRecord | undefined {
    return this.#keysByText.get(text);
  }

  /** The live session with this token. */
  session(token: string): SessionRecord | undefined {
    const found = this.#sessions.get(token);
    return found !== undefined && this.#settings.now() < found.expiresAt ? found : undefined;
  }

  get accounts(): AccountRecord[] {
    return [...this.#accounts.values()];
  }

  get users(): UserRecord[] {
    return [...this.#users.values()];
  }

  /** Those that are live. */
  get sessions(): SessionRecord[] {
    return [...this.#sessions.values()].filter(({ expiresAt }) => this.#settings.now() < expiresAt);
  }

  userKeysOf(user: UserRecord): UserKeyRecord[] {
    return [...this.#userKeys.values()].filter((key) => key.user === user);
  }

  serviceAccountsOf(account: AccountRecord): ServiceAccountRecord[] {
    return [...this.#serviceAccounts.values()].filter((one) => one.account === account && !one.deleted);
  }

  keysOf(serviceAccount: ServiceAccountRecord): KeyRecord[] {
    return [...this.#keys.values()].filter((key) => key.serviceAccount === serviceAccount);
  }

  deleteUserKey(key: UserKeyRecord): void {
    this.#userKeys.delete(key.number);
    if (this.#settings.deletedUserKeyEndsSessions) this.#endSessions((session) => session.userKey === key);
  }

  deleteSession(session: SessionRecord): void {
    this.#sessions.delete(session.token);
  }

  deleteAllSessions(): void {
    this.#sessions.clear();
  }

  #endSessions(which: (session: SessionRecord) => boolean): void {
    for (const session of this.#sessions.values()) {
      if (which(session)) this.#sessions.delete(session.token);
    }
  }
}

/** The text that goes into the `x-api-key` header. */
export function wholeKey(key: Pick<KeyRecord, "serviceAccount" | "secret">): string {
  return `lmr_sa_${String(key.serviceAccount.number)}_${key.secret}`;
}

function remember<T extends Stored>(map: Map<number, T>, record: T): T {
  map.set(record.number, record);
  return record;
}

function find<T extends Stored>(map: ReadonlyMap<number, T>, id: string | number, type: IdType): T | undefined {
  const number = numberOf(id, type);
  return number === undefined ? undefined : map.get(number);
}
