import { measure } from "../child.ts";
import { median } from "../runs/numbers.ts";
import type { RenewalResult, RenewalTask } from "../runs/renewal.ts";
import { targetOf, type Context } from "./context.ts";

export interface RenewalRow extends RenewalResult {
  readonly concurrency: number;
}

/** A session that ends in the midst of 1,000 calls: 50 at a time, and all at once. */
export async function measureRenewal(context: Context): Promise<RenewalRow[]> {
  const { settings, workshop, server, say } = context;
  const target = targetOf(context, "http");
  if (target === undefined) return [];
  const rows: RenewalRow[] = [];
  say("\nthe end of a session among 1,000 calls, against 1,000 calls without");
  for (const concurrency of [50, 1_000]) {
    const task: RenewalTask = { concurrency, target, control: server.control, warmUp: settings.warmUp, pairs: settings.renewals };
    const row = { concurrency, ...(await measure<RenewalResult>(workshop, "renewal", task)) };
    rows.push(row);
    const refused = `${Math.max(...row.logins)} login, up to ${Math.max(...row.refused)} calls refused and sent again`;
    say(`  ${concurrency} at a time: ${median(row.expiredMs).toFixed(0)} ms against ${median(row.plainMs).toFixed(0)} ms; ${refused}; a login by itself ${row.loginMs} ms`);
  }
  return rows;
}
