import { clients, clientNames, peers, type ClientName } from "../clients/names.ts";
import type { CallsRow } from "../parts/calls.ts";
import type { Results } from "../results.ts";
import { median } from "../runs/numbers.ts";
import type { Protocol } from "../settings.ts";

/** The medians of a client's rounds under one load. */
export interface Figures {
  readonly perSecond: number;
  /** Throughput against that of the runtime's `fetch` under the same load. */
  readonly timesFetch: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
  readonly serverCpuMicros: number;
}

/** Undefined for a load that was not measured. */
export function figuresOf({ calls }: Results, client: ClientName, protocol: Protocol, concurrency: number): Figures | undefined {
  const rowsOf = (name: ClientName): CallsRow[] =>
    calls.filter((row) => row.client === name && row.protocol === protocol && row.concurrency === concurrency);
  const rows = rowsOf(client);
  if (rows.length === 0) return undefined;
  const of = (key: "perSecond" | "p50Ms" | "p99Ms" | "cpuMicros" | "serverCpuMicros"): number => median(rows.map((row) => row[key]));
  return {
    perSecond: of("perSecond"),
    timesFetch: of("perSecond") / median(rowsOf("fetch").map((row) => row.perSecond)),
    p50Ms: of("p50Ms"),
    p99Ms: of("p99Ms"),
    cpuMicros: of("cpuMicros"),
    serverCpuMicros: of("serverCpuMicros"),
  };
}

/** keylight's throughput against another client's. */
export function ratioTo(results: Results, other: ClientName, concurrency: number): number {
  const ours = figuresOf(results, "keylight", "http", concurrency);
  const theirs = figuresOf(results, other, "http", concurrency);
  return ours === undefined || theirs === undefined ? Number.NaN : ours.perSecond / theirs.perSecond;
}

/** The peer with the highest throughput. */
export function bestPeer(results: Results, concurrency: number): ClientName {
  const speed = (name: ClientName): number => figuresOf(results, name, "http", concurrency)?.perSecond ?? 0;
  return peers.reduce((best, name) => (speed(name) > speed(best) ? name : best), "graphql-request");
}

/** A client's name in a table. */
export function titleOf(name: ClientName): string {
  return clients[name].title;
}

/** Fastest first. */
export function bySpeed(results: Results, protocol: Protocol, concurrency: number): ClientName[] {
  const speed = (name: ClientName): number => figuresOf(results, name, protocol, concurrency)?.perSecond ?? 0;
  return clientNames.filter((name) => speed(name) > 0).sort((a, b) => speed(b) - speed(a));
}

/** The imports of the modules, in milliseconds: medians. */
export function importOf({ imports }: Results, module: string | undefined): number {
  return median(imports.find((row) => row.module === module)?.milliseconds ?? []);
}
