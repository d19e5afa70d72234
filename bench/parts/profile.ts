import { readFileSync } from "node:fs";
import { join } from "node:path";
import { measure } from "../child.ts";
import { isClientName } from "../clients/names.ts";
import type { CallsResult, CallsTask } from "../runs/calls.ts";
import { targetOf, type Context } from "./context.ts";

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
}

/** The functions that a client's CPU goes to, so many calls at a time, by their own time. */
export async function showProfile(context: Context, client: string, concurrency: number): Promise<void> {
  const { workshop, server, settings, say } = context;
  const target = targetOf(context, "http");
  if (!isClientName(client) || target === undefined) throw new RangeError("--profile takes the name of a client");
  const profile = join(workshop.folder, "calls.cpuprofile");
  const { warmUp, sample } = settings;
  const task: CallsTask = { client, concurrency, target, control: server.control, warmUp, sample, inspect: false, profile };
  const { cpuMicros } = await measure<CallsResult>(workshop, "calls", task);
  const { nodes, samples } = JSON.parse(readFileSync(profile, "utf8")) as Profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const busy = samples.flatMap((id) => frames.get(id) ?? []).filter(({ functionName }) => functionName !== "(idle)");
  say(`${client}, ${concurrency} at a time: ${cpuMicros} µs of CPU a call while it is profiled\n`);
  for (const line of shares(busy, roomOf, cpuMicros, 20)) say(line);
  say("");
  for (const line of shares(busy, placeOf, cpuMicros, 60)) say(line);
}

/** Shares of the samples, greatest first. */
function shares(frames: readonly Frame[], nameOf: (frame: Frame) => string, cpuMicros: number, count: number): string[] {
  const counts = new Map<string, number>();
  for (const frame of frames) counts.set(nameOf(frame), (counts.get(nameOf(frame)) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, count);
  return sorted.map(([name, samples]) => {
    const share = samples / frames.length;
    return `${(share * 100).toFixed(1).padStart(6)} % ${(share * cpuMicros).toFixed(1).padStart(7)} µs  ${name}`;
  });
}

/** Whose code it is. */
function roomOf({ functionName, url }: Frame): string {
  if (url === "") return functionName.startsWith("(") ? functionName : "native code that JavaScript calls";
  return url.startsWith("node:") ? url.replace(/^(node:(?:internal\/)?[^/]*).*$/, "$1") : fileOf(url);
}

function placeOf({ functionName, url, lineNumber }: Frame): string {
  const place = url === "" ? "" : ` (${url.startsWith("node:") ? url : fileOf(url)}:${lineNumber + 1})`;
  return `${functionName === "" ? "(anonymous)" : functionName}${place}`;
}

function fileOf(url: string): string {
  return url.includes("/node_modules/") ? url.replace(/^.*\/node_modules\//, "") : url.replace(/^.*\//, "");
}
