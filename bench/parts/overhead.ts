import { measure } from "../child.ts";
import type { OverheadResult, OverheadTask } from "../runs/overhead.ts";
import type { Context } from "./context.ts";

/** The CPU of keylight without its transport, in fresh processes. */
export async function measureOverhead({ settings, workshop, say }: Context): Promise<OverheadResult[]> {
  const { processes, calls } = settings.overhead;
  const rows: OverheadResult[] = [];
  say(`\nCPU a call over a transport that answers at once, ${calls} calls`);
  for (let process = 0; process < processes; process += 1) {
    const task: OverheadTask = { calls };
    const row = await measure<OverheadResult>(workshop, "overhead", task);
    rows.push(row);
    say(`  keylight ${row.keylight} µs, the transport alone ${row.stub} µs; writing and reading the JSON alone ${row.json} µs`);
  }
  return rows;
}
