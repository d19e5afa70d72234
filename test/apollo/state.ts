import { GraphQLError } from "graphql";

export interface KeyRow {
  __typename: "ServiceAccountKey";
  id: string;
  name: string | null;
  text: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  createdAt: string;
}

export interface ServiceAccountRow {
  __typename: "ServiceAccount";
  id: string;
  number: number;
  name: string;
  description: string | null;
  roleCode: string;
  enabled: boolean;
  createdAt: string;
  updatedAt: string;
  keys: KeyRow[];
}

/** What the server keeps, and how it is to refuse. */
export class State {
  readonly account = { __typename: "Account", id: "TjAwN0FjY291bnQ3MTU", name: "Apollo's account" };
  readonly user = { __typename: "User", id: "TjAwNFVzZXI4NjE", username: "admin@example.com" };
  readonly userKeys = new Map([["TjAwN1VzZXJLZXkxMzI", "first-secret"]]);
  readonly sessions = new Set<string>();
  readonly serviceAccounts = new Map<string, ServiceAccountRow>();
  /** The status of a refused credential: from a resolver in a 200, or 401. */
  unauthenticatedStatus: 200 | 401 = 401;
  #last = 1000;

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  serviceAccount(id: string): ServiceAccountRow {
    const row = this.serviceAccounts.get(id);
    if (row === undefined) throw refusal("ServiceAccount not found", "ENTITY_NOT_FOUND");
    return row;
  }

  key(id: string): KeyRow {
    const row = this.allKeys().find((key) => key.id === id);
    if (row === undefined) throw refusal("ServiceAccountKey not found", "ENTITY_NOT_FOUND");
    return row;
  }

  allKeys(): KeyRow[] {
    return [...this.serviceAccounts.values()].flatMap(({ keys }) => keys);
  }

  /** The key that opens the door, if it does. */
  opens(text: string): KeyRow | undefined {
    const owner = [...this.serviceAccounts.values()].find(({ enabled, keys }) => enabled && keys.some((key) => key.text === text));
    const key = owner?.keys.find((one) => one.text === text);
    return key?.revokedAt === null ? key : undefined;
  }
}

export function globalId(type: string, number: number): string {
  return Buffer.from(`N${String(type.length).padStart(3, "0")}${type}${number}`).toString("base64url");
}

export function instant(): string {
  return new Date().toISOString();
}

export function refusal(message: string, code: string, status?: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...(status === undefined ? {} : { http: { status } }) } });
}
