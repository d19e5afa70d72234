import { NotFoundError } from "../errors/index.ts";
import type { GraphQLAnswer } from "../core/graphql-connection.ts";
import { promisedText } from "../core/promised.ts";
import { isRecord } from "../core/transport/json.ts";
import type { ServiceAccountFieldsFragment, ServiceAccountKeyFieldsFragment } from "./generated/operations.ts";
import type { Account, ServiceAccount, ServiceAccountKey, User } from "./types.ts";

/** The wall clock of the server, in milliseconds; this machine's where the answer does not tell. */
export function serverTime(answer: GraphQLAnswer): number {
  const here = Date.now();
  const there = Date.parse(answer.response.header("date") ?? "");
  // The header has whole seconds: where the clocks agree, this machine's is the finer one.
  return Number.isNaN(there) || Math.abs(there - here) < 2_000 ? here : there;
}

/** Whether `node(id)` found an object of the type that the fragment asked for: another type's object comes as `{}`. */
export function isAccount<T extends { id: string }>(node: T | Record<PropertyKey, never> | null | undefined): node is T {
  return isRecord(node) && typeof node["id"] === "string";
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function toAccount({ id, name }: { id: string; name: string | null }): Account {
  return { id, name: name ?? null };
}

export function toUser({ id, username }: { id: string; username: string | null }): User {
  return { id, username: username ?? null };
}

export function toServiceAccount(fields: ServiceAccountFieldsFragment): ServiceAccount {
  const { id, name, description, roleCode, enabled, createdAt, updatedAt } = fields;
  return { id, name, description: description ?? null, roleCode, enabled, createdAt, updatedAt };
}

export function toKey(fields: ServiceAccountKeyFieldsFragment): ServiceAccountKey {
  const { id, name, createdAt, lastUsedAt, expiresAt, revokedAt } = fields;
  return {
    id,
    name: name ?? null,
    createdAt: promisedText(createdAt, "createdAt"),
    lastUsedAt: textOrNull(lastUsedAt),
    expiresAt: textOrNull(expiresAt),
    revokedAt: textOrNull(revokedAt),
  };
}

export function noAccount(): NotFoundError {
  return new NotFoundError("Account not found", { hint: "Check the id, and that the credential has access to this account." });
}

export function noServiceAccount(): NotFoundError {
  return new NotFoundError("ServiceAccount not found", { hint: "Check the id, and that the credential has access to this service account." });
}

export function noUser(): NotFoundError {
  return new NotFoundError("there is no user behind this credential", { hint: "A service account is no user: use a user key or a session token." });
}
