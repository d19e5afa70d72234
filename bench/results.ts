import { readFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { clients, clientNames } from "./clients/names.ts";
import type { CallsRow, SeenRequest } from "./parts/calls.ts";
import type { HeapRow } from "./parts/heap.ts";
import type { ImportRow } from "./parts/imports.ts";
import type { RenewalRow } from "./parts/renewal.ts";
import type { SizeRow } from "./parts/sizes.ts";
import type { OverheadResult } from "./runs/overhead.ts";

/** A run: where it ran, and every number that it took. */
export interface Results {
  readonly mode: "full" | "quick";
  readonly machine: Machine;
  readonly versions: Record<string, string>;
  readonly calls: readonly CallsRow[];
  readonly requests: readonly SeenRequest[];
  readonly overhead: readonly OverheadResult[];
  readonly renewal: readonly RenewalRow[];
  readonly imports: readonly ImportRow[];
  readonly sizes: readonly SizeRow[];
  readonly heap: readonly HeapRow[];
}

export interface Machine {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly minutes: number;
  readonly node: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Mean number of running processes in the last minute, when the run began: what else the machine had to do. */
  readonly loadBefore: number;
}

export function beginning(): (minutes: number) => Machine {
  const cpus = os.cpus();
  const known = {
    date: new Date().toISOString(),
    node: process.version,
    system: `${os.type()} ${os.arch()}`,
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 1_073_741_824),
    loadBefore: Number((os.loadavg()[0] ?? 0).toFixed(2)),
  };
  return (minutes) => ({ ...known, minutes });
}

/** Of keylight and of everything that it is compared with. */
export function versions(): Record<string, string> {
  const root = join(import.meta.dirname, "..");
  const names = new Set(clientNames.map((name) => clients[name].module).filter((module) => module !== undefined));
  const versionIn = (file: string): string => (JSON.parse(readFileSync(join(root, file), "utf8")) as { version: string }).version;
  return Object.fromEntries(
    [...names].map((name) => [name, versionIn(name === "keylight" ? "package.json" : `node_modules/${name}/package.json`)]),
  );
}

/** JSON with a line for each row, so that two runs can be compared by eye and by `diff`. */
export function written(results: Partial<Record<Results["mode"], Results>>): string {
  const runs = Object.entries(results).map(([mode, run]) => {
    const members = Object.entries(run).map(([name, value]: [string, unknown]) => `    ${JSON.stringify(name)}: ${linesOf(value)}`);
    return `  ${JSON.stringify(mode)}: {\n${members.join(",\n")}\n  }`;
  });
  return `{\n${runs.join(",\n")}\n}\n`;
}

function linesOf(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((row: unknown) => `      ${JSON.stringify(row)}`).join(",\n")}\n    ]`;
}
