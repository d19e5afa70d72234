/** What many calls leave on the heap after garbage collection. Needs `--expose-gc`. */
import type { ClientName } from "../clients/names.ts";
import { openClient } from "../clients/open.ts";
import type { Target } from "../clients/subject.ts";
import { driveCalls } from "./drive.ts";
import { finish, taskOf } from "./process.ts";

export interface HeapTask {
  readonly client: ClientName;
  readonly target: Target;
  readonly concurrency: number;
  readonly calls: number;
}

export interface HeapResult {
  /** Bytes after the calls, minus bytes before. */
  readonly growth: number;
}

const { client, target, concurrency, calls } = taskOf<HeapTask>();
const subject = await openClient(client, target);

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error("needs --expose-gc");
  for (let time = 0; time < 4; time += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** The latencies that the driver keeps are dropped between stretches, and with them the only thing of ours that grows. */
async function many(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 10_000) await driveCalls(subject, concurrency, Math.min(left, 10_000));
}

// What is made once (connections, compiled code, a session) is there before the first look.
await many(Math.min(20_000, calls));
const before = heapUsed();
await many(calls);
const result: HeapResult = { growth: heapUsed() - before };
finish(result);
