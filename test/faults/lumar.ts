import { randomBytes } from "node:crypto";
import { canary, storableCanary } from "../oracle/oracle.ts";
import { errorsOf, unauthenticated } from "./fault.ts";

interface StoredKey {
  readonly id: string;
  readonly name: string | null;
  /** What goes into `x-api-key`. */
  readonly apiKey: string;
  readonly serviceAccountId: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

interface StoredAccount {
  readonly id: string;
  readonly name: string;
  readonly roleCode: string;
  readonly createdAt: string;
}

export interface Reply {
  readonly status?: number;
  readonly body: unknown;
}

interface Sent {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly apiKey: string | undefined;
  readonly token: string | undefined;
}

const globalId = (type: string, number: number): string => Buffer.from(`N${String(type.length).padStart(3, "0")}${type}${number}`).toString("base64url");

/** As much of Lumar as keys and sessions need. Writes that took effect are counted. */
export class SmallLumar {
  readonly account = { id: globalId("Account", 715), name: "An account" };
  /** Holds characters that every encoding writes differently. */
  readonly userKey = { id: 130, secret: canary(`uk"\\/+=&%?${randomBytes(18).toString("base64")}`) };
  /** Tokens, and whose they are. */
  readonly sessions = new Map<string, string>();
  readonly serviceAccounts: StoredAccount[] = [];
  readonly keys: StoredKey[] = [];
  /** How often each write took effect. */
  readonly effects: Record<string, number> = {};
  #number = 300;

  constructor() {
    this.#addServiceAccount({ name: "CI", roleCode: "Viewer" });
  }

  get serviceAccount(): StoredAccount {
    const [first] = this.serviceAccounts;
    if (first === undefined) throw new Error("there is always one");
    return first;
  }

  effect(name: string): number {
    return this.effects[name] ?? 0;
  }

  addSession(username = "someone"): string {
    const token = storableCanary(randomBytes(64).toString("hex"));
    this.sessions.set(token, username);
    return token;
  }

  addKey(name: string | null = null, expiresAt: string | null = null, serviceAccountId = this.serviceAccount.id): StoredKey {
    const number = (this.#number += 1);
    const apiKey = canary(`lmr_sa_${number}_${randomBytes(24).toString("base64url")}`);
    const key = { id: globalId("ServiceAccountKey", number), name, apiKey, serviceAccountId, createdAt: now(), expiresAt, lastUsedAt: null, revokedAt: null };
    this.keys.push(key);
    return key;
  }

  /** The key that this text is, if it still opens the door. */
  working(apiKey: string): StoredKey | undefined {
    return this.keys.find((key) => key.apiKey === apiKey && key.revokedAt === null);
  }

  run(sent: Sent): Reply {
    if (sent.operation === "LoginWithUserKey") return this.#login(sent.variables);
    if (sent.operation === "Version") return { body: { data: { version: "1" } } };
    const key = sent.apiKey === undefined ? undefined : this.working(sent.apiKey);
    const username = sent.token === undefined ? undefined : this.sessions.get(sent.token);
    if (key !== undefined) key.lastUsedAt = now();
    if (key === undefined && username === undefined) return { status: 401, body: unauthenticated.body };
    return { body: this.#answer(sent, key?.name ?? username ?? "someone") };
  }

  #login({ userKeyId, secret }: Sent["variables"]): Reply {
    if (userKeyId !== this.userKey.id || secret !== this.userKey.secret) return { body: errorsOf("INCORRECT_USER_KEY_ID_OR_SECRET") };
    return { body: { data: { createSessionUsingUserKey: { token: this.addSession() } } } };
  }

  #answer({ operation, variables, token }: Sent, username: string): unknown {
    const input = (variables["input"] ?? {}) as Record<string, string>;
    switch (operation) {
      case "GetAccount":
        return { data: { node: this.account } };
      case "GetServiceAccount":
        return { data: { serviceAccount: this.#details() } };
      case "ListServiceAccountKeys":
        return { data: { serviceAccount: { ...this.serviceAccount, keys: this.#keysOf(this.serviceAccount.id) } } };
      case "ListServiceAccounts":
        return { data: { node: { ...this.account, serviceAccounts: this.serviceAccounts.map((one) => ({ ...this.#view(one), keys: this.#keysOf(one.id) })) } } };
      case "CreateServiceAccount":
        return { data: { createServiceAccount: { serviceAccount: this.#view(this.#addServiceAccount(input)) } } };
      case "CreateServiceAccountKey":
        return { data: { createServiceAccountKey: this.#createKey(input) } };
      case "RevokeServiceAccountKey":
        return this.#revoke(input["serviceAccountKeyId"]);
      case "DeleteSession":
        this.#count(operation);
        if (token !== undefined) this.sessions.delete(token);
        return { data: { deleteSession: { token } } };
      default:
        if (operation.startsWith("Write")) this.#count(operation);
        return { data: { me: { id: "u", username }, version: "1", note: operation } };
    }
  }

  #count(operation: string): void {
    this.effects[operation] = this.effect(operation) + 1;
  }

  #addServiceAccount({ name, roleCode }: Record<string, string>): StoredAccount {
    this.#count("CreateServiceAccount");
    const account = { id: globalId("ServiceAccount", (this.#number += 1)), name: String(name), roleCode: String(roleCode), createdAt: now() };
    this.serviceAccounts.push(account);
    return account;
  }

  #createKey(input: Record<string, string>): unknown {
    this.#count("CreateServiceAccountKey");
    const { id, name, apiKey, createdAt, expiresAt } = this.addKey(input["name"] ?? null, input["expiresAt"] ?? null);
    return { id, name, secret: apiKey, createdAt, expiresAt };
  }

  #revoke(id: string | undefined): unknown {
    const key = this.keys.find((one) => one.id === id);
    if (key === undefined) return errorsOf("ENTITY_NOT_FOUND", "ServiceAccountKey not found");
    if (key.revokedAt === null) this.#count("RevokeServiceAccountKey");
    key.revokedAt ??= now();
    return { data: { revokeServiceAccountKey: { serviceAccountKey: { id, revokedAt: key.revokedAt } } } };
  }

  #details(): unknown {
    const view = this.#view(this.serviceAccount);
    return { ...view, account: this.account, createdByUser: null, role: { code: view.roleCode, name: view.roleCode }, keys: this.#keysOf(view.id) };
  }

  #view(account: StoredAccount): StoredAccount & { description: null; enabled: true; updatedAt: string } {
    return { ...account, description: null, enabled: true, updatedAt: account.createdAt };
  }

  #keysOf(serviceAccountId: string): unknown[] {
    const keys = this.keys.filter((key) => key.serviceAccountId === serviceAccountId);
    return keys.map(({ id, name, createdAt, expiresAt, lastUsedAt, revokedAt }) => ({ id, name, createdAt, expiresAt, lastUsedAt, revokedAt, createdByUser: null }));
  }
}

function now(): string {
  return new Date().toISOString();
}
