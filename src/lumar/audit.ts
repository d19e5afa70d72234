import type { RequestOptions } from "../core/options.ts";
import type { Gateway } from "./gateway.ts";
import { ListServiceAccountsDocument } from "./generated/operations.ts";
import { globalId } from "./ids.ts";
import { promisedList } from "../core/promised.ts";
import { isAccount, noAccount, serverTime, toKey, toServiceAccount } from "./read.ts";
import type { ID, ServiceAccount, ServiceAccountKey } from "./types.ts";
import { Checks } from "../core/checks.ts";

/** From when on a key wants attention. Days. */
export interface AuditOptions extends RequestOptions {
  /** @defaultValue 90 */
  unusedForDays?: number;
  /** @defaultValue 14 */
  expiringWithinDays?: number;
  /** @defaultValue 365 */
  maxAgeDays?: number;
}

/**
 * - `never-used`: no call was ever made with it; `unused`: none in `unusedForDays`.
 * - `expiring`: within `expiringWithinDays`; `expired`; `no-expiry`: it lives until it is revoked.
 * - `old`: made more than `maxAgeDays` ago.
 * - `disabled-account`: its service account is disabled, so that enabling it would bring the key back.
 */
export type KeyIssue = "never-used" | "unused" | "expiring" | "expired" | "no-expiry" | "old" | "disabled-account";

/** A key that wants attention. */
export interface KeyFinding {
  readonly serviceAccount: ServiceAccount;
  readonly key: ServiceAccountKey;
  readonly issues: KeyIssue[];
}

const day = 24 * 3_600_000;

/** See `ServiceAccountKeys.audit`. Ages count by the server's clock, where its answer tells it. */
export async function auditKeys(gateway: Gateway, accountId: ID, options: AuditOptions = {}): Promise<KeyFinding[]> {
  const checks = new Checks("serviceAccounts.keys.audit");
  checks.id(accountId, "accountId");
  const { unusedForDays = 90, expiringWithinDays = 14, maxAgeDays = 365, ...call } = checks.object(options, "options");
  checks.wholeNumber(unusedForDays, "unusedForDays");
  checks.wholeNumber(expiringWithinDays, "expiringWithinDays");
  checks.wholeNumber(maxAgeDays, "maxAgeDays");
  checks.done();
  return gateway.call(ListServiceAccountsDocument, { accountId: globalId("Account", accountId) }, call, ({ node }, answer) => {
    if (!isAccount(node)) throw noAccount();
    const now = serverTime(answer);
    return promisedList(node.serviceAccounts, "node.serviceAccounts").flatMap((fields) => {
      const serviceAccount = toServiceAccount(fields);
      return promisedList(fields.keys, "keys")
        .map(toKey)
        .filter(({ revokedAt }) => revokedAt === null)
        .map((key) => ({ serviceAccount, key, issues: issuesOf(key, serviceAccount, now, { unusedForDays, expiringWithinDays, maxAgeDays }) }))
        .filter(({ issues }) => issues.length > 0);
    });
  });
}

function issuesOf(
  key: ServiceAccountKey,
  serviceAccount: ServiceAccount,
  now: number,
  limits: { unusedForDays: number; expiringWithinDays: number; maxAgeDays: number },
): KeyIssue[] {
  const issues: KeyIssue[] = [];
  const since = (instant: string): number => now - Date.parse(instant);
  if (key.lastUsedAt === null) issues.push("never-used");
  else if (since(key.lastUsedAt) > limits.unusedForDays * day) issues.push("unused");
  if (key.expiresAt === null) issues.push("no-expiry");
  else if (since(key.expiresAt) >= 0) issues.push("expired");
  else if (-since(key.expiresAt) <= limits.expiringWithinDays * day) issues.push("expiring");
  if (since(key.createdAt) > limits.maxAgeDays * day) issues.push("old");
  if (!serviceAccount.enabled) issues.push("disabled-account");
  return issues;
}
