import type { RequestOptions } from "../core/options.ts";
import { needUser, type Gateway } from "./gateway.ts";
import { RevokeServiceAccountKeyDocument } from "./generated/operations.ts";
import { promised, promisedText } from "../core/promised.ts";
import type { ID } from "./types.ts";
import { Checks } from "../core/checks.ts";

/** See `ServiceAccountKeys.revoke`. */
export async function revokeKey(gateway: Gateway, id: ID, options?: RequestOptions): Promise<{ id: string; revokedAt: string }> {
  needUser(gateway, "RevokeServiceAccountKey");
  const checks = new Checks("serviceAccounts.keys.revoke");
  checks.id(id, "id");
  checks.done();
  return gateway.call(RevokeServiceAccountKeyDocument, { input: { serviceAccountKeyId: id } }, options, ({ revokeServiceAccountKey }) => {
    const key = promised(promised(revokeServiceAccountKey, "revokeServiceAccountKey").serviceAccountKey, "serviceAccountKey");
    return { id: key.id, revokedAt: promisedText(key.revokedAt, "revokedAt") };
  });
}
