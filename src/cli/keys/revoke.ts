import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { line, type Outcome } from "../outcome.ts";

export async function revoke(context: Context, id: string, { yes }: { yes?: boolean }): Promise<Outcome> {
  await confirm(context, `Revoke the key ${id}? Whatever uses it stops working, for good.`, yes);
  const client = await context.client();
  const { id: revoked, revokedAt } = await client.serviceAccounts.keys.revoke(id, context.call);
  return { data: { id: revoked, revokedAt }, view: [{ kind: "lines", lines: [line(`Revoked ${revoked}.`)] }] };
}
