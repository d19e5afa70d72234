/** One sample: one client, one load, in a process of its own. */
import type { ClientName } from "../clients/names.ts";
import { openClient } from "../clients/open.ts";
import type { Target } from "../clients/subject.ts";
import { countsOf, inspected, inspectNext } from "../server/control.ts";
import { driveCalls, driveFor } from "./drive.ts";
import { quantile, rounded } from "./numbers.ts";
import { finish, taskOf } from "./process.ts";
import { startProfiling } from "./profiling.ts";

export interface CallsTask {
  readonly client: ClientName;
  readonly concurrency: number;
  readonly target: Target;
  readonly control: string;
  /** In milliseconds. */
  readonly warmUp: number;
  readonly sample: number;
  /** Whether to bring home one request as the server saw it. */
  readonly inspect: boolean;
  /** Where to write a CPU profile of the sample. */
  readonly profile?: string;
}

export interface CallsResult {
  readonly calls: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time a call of the client's process, and of the server's, in microseconds. */
  readonly cpuMicros: number;
  readonly serverCpuMicros: number;
  readonly request?: unknown;
}

const { client, concurrency, target, control, warmUp, sample, inspect, profile } = taskOf<CallsTask>();
const subject = await openClient(client, target);
if (inspect) await inspectNext(control);
await driveCalls(subject, 1, 1);
const request = inspect ? await inspected(control) : undefined;
await driveFor(subject, concurrency, warmUp);
const stopProfiling = profile === undefined ? undefined : await startProfiling(profile);
const before = await countsOf(control);
const { calls, milliseconds, cpuMicros, latencies } = await driveFor(subject, concurrency, sample);
await stopProfiling?.();
const after = await countsOf(control);
// A client that answers out of a cache, or sends one request for several calls, is not measured.
const requests = after.requests - before.requests;
if (requests !== calls) throw new Error(`${client} made ${requests} requests for ${calls} calls`);
const result: CallsResult = {
  calls,
  seconds: rounded(milliseconds / 1_000, 3),
  perSecond: rounded((calls / milliseconds) * 1_000, 1),
  p50Ms: rounded(quantile(latencies, 0.5), 3),
  p99Ms: rounded(quantile(latencies, 0.99), 3),
  cpuMicros: rounded(cpuMicros / calls, 1),
  serverCpuMicros: rounded((after.cpuMicros - before.cpuMicros) / calls, 1),
  request,
};
finish(result);
