import { measure } from "../child.ts";
import { clients, type ClientName } from "../clients/names.ts";
import type { CallsResult, CallsTask } from "../runs/calls.ts";
import type { Protocol, Scene } from "../settings.ts";
import { rotated, targetOf, type Context } from "./context.ts";

/** One sample. */
export interface CallsRow extends Omit<CallsResult, "request"> {
  readonly round: number;
  readonly client: ClientName;
  readonly protocol: Protocol;
  readonly concurrency: number;
}

/** One request of a client, as the server saw it; its token left out. */
export interface SeenRequest {
  readonly client: ClientName;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

export async function measureCalls(context: Context): Promise<{ rows: CallsRow[]; requests: SeenRequest[] }> {
  const { settings, say } = context;
  const rows: CallsRow[] = [];
  const requests: SeenRequest[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const scene of settings.scenes) {
      if (targetOf(context, scene.protocol) === undefined) {
        if (round === 0) say(`skipped: ${scene.protocol}, ${scene.concurrency} at a time: there is no openssl to make a certificate with`);
        continue;
      }
      say(`\nround ${round + 1} of ${settings.rounds}: ${scene.protocol}, ${scene.concurrency} at a time`);
      for (const client of rotated(scene.clients, round)) {
        const { row, request } = await sample(context, scene, client, round);
        rows.push(row);
        if (request !== undefined && !requests.some((seen) => seen.client === client)) requests.push(request);
        say(lineOf(row));
      }
    }
  }
  return { rows, requests };
}

async function sample(context: Context, { protocol, concurrency }: Scene, client: ClientName, round: number): Promise<{ row: CallsRow; request: SeenRequest | undefined }> {
  const { settings, workshop, server } = context;
  const target = targetOf(context, protocol);
  if (target === undefined) throw new TypeError(`the server does not speak ${protocol}`);
  const { warmUp, sample } = settings;
  const task: CallsTask = { client, concurrency, target, control: server.control, warmUp, sample, inspect: round === 0 };
  const { request, ...result } = await measure<CallsResult>(workshop, "calls", task);
  const seen = request as Omit<SeenRequest, "client"> | undefined;
  const shown = seen === undefined ? undefined : { client, headers: { ...seen.headers, "x-auth-token": "a session token" }, body: seen.body };
  return { row: { round, client, protocol, concurrency, ...result }, request: shown };
}

function lineOf({ client, perSecond, p50Ms, p99Ms, cpuMicros }: CallsRow): string {
  const numbers = [`${Math.round(perSecond)}/s`, `p50 ${p50Ms.toFixed(2)} ms`, `p99 ${p99Ms.toFixed(2)} ms`, `CPU ${Math.round(cpuMicros)} µs`];
  return `  ${client.padEnd(18)} ${clients[client].kind.padEnd(9)}${numbers.map((text) => text.padStart(15)).join("")}`;
}
