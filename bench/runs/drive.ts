import type { Subject } from "../clients/subject.ts";
import { listed } from "../server/answers.ts";

/** What a stretch of calls took. */
export interface Stretch {
  readonly calls: number;
  readonly milliseconds: number;
  /** CPU time of this process in all its threads, user and system, in microseconds. */
  readonly cpuMicros: number;
  /** Of each call, in milliseconds. */
  readonly latencies: readonly number[];
}

let sent = 0;

/** No two calls ask for the same account: some clients would send one request for both. */
function nextAccount(): string {
  sent += 1;
  return `TjAwN0FjY291bnQ${sent}`;
}

/** Keeps `concurrency` calls going for as long as `more` says so. Every answer is looked at. */
export async function drive(subject: Subject, concurrency: number, more: () => boolean): Promise<Stretch> {
  const latencies: number[] = [];
  const worker = async (): Promise<void> => {
    while (more()) {
      const begun = performance.now();
      const list = await subject.list(nextAccount());
      latencies.push(performance.now() - begun);
      if (list?.length !== listed) throw new Error("a call resolved without the list");
    }
  };
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { calls: latencies.length, milliseconds, cpuMicros: user + system, latencies };
}

export function driveFor(subject: Subject, concurrency: number, milliseconds: number): Promise<Stretch> {
  const end = performance.now() + milliseconds;
  return drive(subject, concurrency, () => performance.now() < end);
}

export function driveCalls(subject: Subject, concurrency: number, calls: number): Promise<Stretch> {
  let left = calls;
  return drive(subject, concurrency, () => {
    left -= 1;
    return left >= 0;
  });
}
