import { ResponseFormatError } from "../errors/index.ts";
import type { RequestOptions } from "../core/options.ts";
import { needUser, type Gateway } from "./gateway.ts";
import { RevokeServiceAccountKeyDocument } from "./generated/operations.ts";
import { promisedByWrite } from "./read.ts";
import type { ID } from "./types.ts";
import { Checks } from "./validate.ts";

/** See `ServiceAccountKeys.revoke`. */
export async function revokeKey(gateway: Gateway, id: ID, options?: RequestOptions): Promise<{ id: string; revokedAt: string }> {
  needUser(gateway, "RevokeServiceAccountKey");
  const checks = new Checks("serviceAccounts.keys.revoke");
  checks.id(id, "id");
  checks.done();
  const { data } = await gateway.call(RevokeServiceAccountKeyDocument, { input: { serviceAccountKeyId: id } }, options);
  const key = promisedByWrite(promisedByWrite(data.revokeServiceAccountKey, "revokeServiceAccountKey").serviceAccountKey, "serviceAccountKey");
  if (typeof key.revokedAt !== "string") {
    throw new ResponseFormatError("the answer lacks revokedAt", "application/json", 0, { mayHaveExecuted: true });
  }
  return { id: key.id, revokedAt: key.revokedAt };
}
