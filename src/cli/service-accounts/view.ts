import type { ServiceAccount, ServiceAccountKey } from "keylight";
import { cell, instant, optional, type Block, type Cell } from "../outcome.ts";

/** By name, so that nothing which the package adds gets out unseen. */
export function serviceAccountData({ id, name, description, roleCode, enabled, createdAt, updatedAt }: ServiceAccount) {
  return { id, name, description, roleCode, enabled, createdAt, updatedAt };
}

/** What may be known of a key: never its secret. */
export function keyData({ id, name, createdAt, expiresAt, lastUsedAt, revokedAt }: ServiceAccountKey) {
  return { id, name, createdAt, expiresAt, lastUsedAt, revokedAt };
}

export type KeyStatus = "active" | "expired" | "revoked";

export function statusOf({ revokedAt, expiresAt }: Pick<ServiceAccountKey, "revokedAt" | "expiresAt">): KeyStatus {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? "expired" : "active";
}

export const statusCell = (status: KeyStatus): Cell => cell(status, status === "active" ? "good" : "faint");
export const enabledCell = (enabled: boolean): Cell => (enabled ? cell("yes", "good") : cell("no", "attention"));

export function serviceAccountFields(account: ServiceAccount): Block {
  return {
    kind: "fields",
    fields: [
      ["Id", cell(account.id)],
      ["Name", cell(account.name)],
      ["Role", cell(account.roleCode)],
      ["Enabled", enabledCell(account.enabled)],
      ["Description", optional(account.description)],
      ["Created", instant(account.createdAt, "")],
      ["Updated", instant(account.updatedAt, "")],
    ],
  };
}

/** Keys, each with the name of its service account where they are of several. */
export function keysTable(keys: readonly { readonly key: ServiceAccountKey; readonly of?: string }[]): Block {
  const several = keys.some(({ of }) => of !== undefined);
  return {
    kind: "table",
    columns: [
      { title: "KEY", whole: true },
      { title: "NAME" },
      ...(several ? [{ title: "SERVICE ACCOUNT" }] : []),
      { title: "STATUS", whole: true },
      { title: "CREATED", whole: true, spare: 1 },
      { title: "LAST USED", whole: true, spare: 2 },
      { title: "EXPIRES", whole: true },
    ],
    rows: keys.map(({ key, of }) => [
      cell(key.id),
      optional(key.name),
      ...(several ? [optional(of)] : []),
      statusCell(statusOf(key)),
      instant(key.createdAt, "-"),
      instant(key.lastUsedAt, "never"),
      instant(key.expiresAt, "never"),
    ]),
    whenEmpty: "No keys.",
  };
}
