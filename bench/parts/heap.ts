import { measure } from "../child.ts";
import type { ClientName } from "../clients/names.ts";
import type { HeapResult, HeapTask } from "../runs/heap.ts";
import { targetOf, type Context } from "./context.ts";

export interface HeapRow extends HeapResult {
  readonly client: ClientName;
  readonly calls: number;
}

/** keylight, and what the runtime itself keeps after as many requests by hand. */
export async function measureHeap(context: Context): Promise<HeapRow[]> {
  const { settings, workshop, say } = context;
  const target = targetOf(context, "http");
  if (target === undefined) return [];
  const calls = settings.heapCalls;
  const rows: HeapRow[] = [];
  say(`\nheap after ${calls} calls and garbage collection`);
  for (const client of ["keylight", "node:http"] as const) {
    const task: HeapTask = { client, target, concurrency: 50, calls };
    const { growth } = await measure<HeapResult>(workshop, "heap", task, ["--expose-gc"]);
    rows.push({ client, calls, growth });
    say(`  ${client.padEnd(18)} ${mebibytes(growth)} more`);
  }
  return rows;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(2)} MiB`;
}
