import { SessionStoreError } from "../../errors/index.ts";
import { isRecord, parseJson } from "../transport/json.ts";
import { storedSession, type StoredSession } from "./store.ts";

const version = 1;
/** How long an entry stays that nobody writes again, in milliseconds. No session lives as long. */
const entryLifetime = 60 * 86_400_000;

/**
 * The content of a session file: `{ "version": 1, "sessions": { key: { token, obtainedAt, expiresAt?, refreshToken?, storedAt } } }`.
 * Whatever else is in it belongs to another version of keylight, and stays.
 */
export class SessionDocument {
  // Maps, since `__proto__` is a key like any other.
  readonly #members: Map<string, unknown>;
  readonly #sessions: Map<string, unknown>;

  constructor(members: Map<string, unknown> = new Map([["version", version]]), sessions = new Map<string, unknown>()) {
    this.#members = members;
    this.#sessions = sessions;
  }

  /**
   * @returns undefined when the text is no session file.
   * @throws {@link SessionStoreError} for a newer version's file that this one cannot write without losing its sessions.
   */
  static parse(text: string): SessionDocument | undefined {
    const value = parseJson(text);
    if (!isRecord(value)) return undefined;
    const members = new Map(Object.entries(value));
    const sessions = members.get("sessions") ?? {};
    if (isRecord(sessions)) return new SessionDocument(members, new Map(Object.entries(sessions)));
    if ((members.get("version") ?? version) === version) return undefined;
    throw new SessionStoreError("the session file was written by a newer version that keeps its sessions in another way", {
      hint: "Update keylight, or give this one a directory of its own.",
    });
  }

  get(key: string): StoredSession | undefined {
    return storedSession(this.#sessions.get(key));
  }

  set(key: string, session: StoredSession): void {
    const now = Date.now();
    for (const [name, entry] of this.#sessions) if (isOld(entry, now)) this.#sessions.delete(name);
    const storedAt = new Date(now).toISOString();
    this.#sessions.set(key, { ...storedSession(session), storedAt });
  }

  delete(key: string): void {
    this.#sessions.delete(key);
  }

  toString(): string {
    const members = new Map(this.#members);
    members.set("version", members.get("version") ?? version);
    // Object.fromEntries defines members, where an assignment to `__proto__` would set the prototype.
    members.set("sessions", Object.fromEntries(this.#sessions));
    return `${JSON.stringify(Object.fromEntries(members), undefined, 2)}\n`;
  }
}

function isOld(entry: unknown, now: number): boolean {
  return isRecord(entry) && typeof entry["storedAt"] === "string" && now - Date.parse(entry["storedAt"]) > entryLifetime;
}
