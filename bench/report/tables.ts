import { clients, type ClientName } from "../clients/names.ts";
import { kilobytes } from "../parts/sizes.ts";
import type { Results } from "../results.ts";
import { median } from "../runs/numbers.ts";
import type { Protocol } from "../settings.ts";
import { bySpeed, figuresOf, titleOf } from "./figures.ts";
import { targets } from "./targets.ts";

/** The part of docs/performance.md that a run writes. */
export function tables(results: Results): string {
  const sections: string[] = [];
  sections.push(heading(results, roundsOf(results)), table(["What", "Promised", "Measured", ""], targets(results).map(targetRow)));
  sections.push("![Throughput against fetch](performance.svg)");
  for (const protocol of ["http", "https"] as const) {
    const loads = loadsOf(results, protocol);
    if (loads.length === 0) continue;
    sections.push(`### Over ${protocol === "http" ? "plain http" : "TLS"}`, throughput(results, protocol, loads));
    if (loads.includes(50)) sections.push(latency(results, protocol));
  }
  sections.push("### The end of a session among 1,000 calls", renewals(results));
  sections.push("### Import and size", modules(results));
  return sections.join("\n\n");
}

function heading({ mode, machine, versions, calls }: Results, rounds: number): string {
  const { node, system, cpu, cores, date, minutes, loadBefore } = machine;
  const others = Object.entries(versions).filter(([name]) => name !== "keylight").map(([name, version]) => `${name} ${version}`);
  const how = mode === "full" ? `medians of ${rounds} rounds` : "a quick run: one round, short warm-up, so indicative only";
  return [
    `Node ${node.slice(1)}, ${system}, ${cores} cores of ${cpu}, ${date.slice(0, 10)}, load ${loadBefore} at the start; ${how}, ${calls.length} samples in ${minutes} minutes.`,
    `Against ${others.join(", ")}.`,
  ].join("\n");
}

function roundsOf({ calls }: Results): number {
  return new Set(calls.map(({ round }) => round)).size;
}

function loadsOf({ calls }: Results, protocol: Protocol): number[] {
  const loads = new Set(calls.filter((row) => row.protocol === protocol).map(({ concurrency }) => concurrency));
  return [...loads].sort((a, b) => a - b);
}

function targetRow({ what, promised, measured, reached }: ReturnType<typeof targets>[number]): string[] {
  return [what, promised, measured, reached ? "reached" : "**missed**"];
}

/** Calls a second and times `fetch`, for each load. */
function throughput(results: Results, protocol: Protocol, loads: readonly number[]): string {
  const first = loads.includes(50) ? 50 : (loads[0] ?? 1);
  const cells = (client: ClientName): string[] =>
    loads.map((load) => {
      const figures = figuresOf(results, client, protocol, load);
      return figures === undefined ? "" : `${figures.timesFetch.toFixed(2)} x (${Math.round(figures.perSecond).toLocaleString("en")}/s)`;
    });
  const rows = bySpeed(results, protocol, first).map((client) => [titleOf(client), ...cells(client)]);
  return `Calls a second, in multiples of \`fetch\`:\n\n${table(["Client", ...loads.map((load) => `${load} at a time`)], rows)}`;
}

function latency(results: Results, protocol: Protocol): string {
  const rows = bySpeed(results, protocol, 50).map((client) => {
    const figures = figuresOf(results, client, protocol, 50);
    const alone = figuresOf(results, client, protocol, 1);
    if (figures === undefined) return [titleOf(client)];
    const ms = (value: number | undefined): string => (value === undefined ? "" : `${value.toFixed(value < 1 ? 3 : 1)} ms`);
    return [titleOf(client), `${Math.round(figures.cpuMicros)} µs`, ms(alone?.p50Ms), ms(alone?.p99Ms), ms(figures.p50Ms), ms(figures.p99Ms)];
  });
  return table(["Client", "CPU a call (50)", "p50 (1)", "p99 (1)", "p50 (50)", "p99 (50)"], rows);
}

function renewals({ renewal }: Results): string {
  const rows = renewal.map(({ concurrency, plainMs, expiredMs, logins, refused, loginMs }) => [
    concurrency === 1_000 ? "all at once" : `${concurrency} at a time`,
    `${median(plainMs).toFixed(0)} ms`,
    `${median(expiredMs).toFixed(0)} ms`,
    String(Math.max(...logins)),
    String(Math.max(...refused)),
    `${loginMs.toFixed(1)} ms`,
  ]);
  return table(["Calls", "Without", "With", "Logins", "Calls refused and sent again, at most", "A login by itself"], rows);
}

function modules({ imports, sizes }: Results): string {
  const rows = imports.map(({ module, milliseconds }) => {
    const size = sizes.find((row) => row.module === module);
    return [module === clients.keylight.module ? clients.keylight.title : module, `${median(milliseconds).toFixed(1)} ms`, size === undefined ? "" : kilobytes(size.gzipped)];
  });
  return table(["Module", "Import", "Minified and gzipped"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${head.map((_, index) => cells[index] ?? "").join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
