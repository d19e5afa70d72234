/**
 * What keylight costs a user's compiler: counts the type instantiations of one file for each entry, which uses every
 * public method of it (`scripts/type-cost/consumers/`), compiled against the built package. The exit code is 1 when a
 * count is more than 10 % above the one that is recorded in `etc/type-cost.json`, or when a file leaves a method out.
 * With `--write` the counts are recorded anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { entriesOf, type Entry } from "./entries.ts";
import { compile } from "./type-cost/program.ts";
import { surfaceOf, unusedNames, usedBy, type Surface } from "./type-cost/surface.ts";

const TOLERANCE = 0.1;
const recordIn = (folder: string): string => join(folder, "etc/type-cost.json");

interface Measured {
  readonly instantiations: number;
  readonly surface: Surface;
  readonly used: ReadonlySet<string>;
}

const consumerOf = ({ fileName }: Entry): string => `scripts/type-cost/consumers/${fileName}.ts`;

/** @throws when the entry's file is missing or does not compile. */
function measure(entry: Entry, folder: string): Measured {
  const path = join(folder, consumerOf(entry));
  if (!existsSync(path)) throw new Error(`it needs a file that uses all of it, ${consumerOf(entry)}`);
  const { program, instantiations } = compile([path]);
  return { instantiations, surface: surfaceOf(program, entry.types, dirname(entry.types)), used: usedBy(program, path) };
}

/** The cost of each entry whose file is whole; says what is wrong with the others. */
function costsOf(entries: readonly Entry[], folder: string, say: (line: string) => void): ReadonlyMap<string, number> {
  const fail = (entry: Entry, message: string): void => say(`FAILED  ${entry.specifier}: ${message}`);
  const measured = entries.flatMap((entry) => {
    try {
      return [{ entry, ...measure(entry, folder) }];
    } catch (error) {
      fail(entry, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  // Entries share classes and options: to use them once is enough.
  const used = new Set(measured.flatMap((one) => [...one.used]));
  const whole = measured.filter(({ entry, surface }) => {
    const unused = unusedNames(surface, used);
    if (unused.length > 0) fail(entry, `${consumerOf(entry)} does not use ${unused.join(", ")}`);
    return unused.length === 0;
  });
  return new Map(whole.map(({ entry, instantiations }) => [entry.specifier, instantiations]));
}

interface CostRecord {
  readonly typescript: string;
  readonly instantiations: Readonly<Record<string, number>>;
}

const readRecord = (path: string): CostRecord =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as CostRecord) : { typescript: ts.version, instantiations: {} };

function writeRecord(path: string, costs: ReadonlyMap<string, number>): void {
  const record: CostRecord = { typescript: ts.version, instantiations: Object.fromEntries(costs) };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** @returns the exit code. */
export function main(args: readonly string[], folder: string, say: (line: string) => void): 0 | 1 {
  const entries = entriesOf(folder);
  const costs = costsOf(entries, folder, say);
  const isWriting = args.includes("--write") && costs.size === entries.length;
  if (isWriting) writeRecord(recordIn(folder), costs);
  const { typescript, instantiations: recorded } = readRecord(recordIn(folder));
  if (typescript !== ts.version) say(`Recorded with TypeScript ${typescript}; this is ${ts.version}.`);
  const tooDear = [...costs].filter(([specifier, cost]) => !isCheap(specifier, cost, recorded[specifier], say));
  if (tooDear.length > 0) say("If it must cost more: npm run types:check -- --write, and commit etc/.");
  return tooDear.length === 0 && costs.size === entries.length ? 0 : 1;
}

/** Says how a count compares with the recorded one; gives whether it is within the bounds. */
function isCheap(specifier: string, cost: number, before: number | undefined, say: (line: string) => void): boolean {
  const passes = before !== undefined && cost <= before * (1 + TOLERANCE);
  const change = before === undefined ? "not recorded" : `recorded ${before}, ${((cost / before - 1) * 100).toFixed(1)} %, at most ${TOLERANCE * 100} %`;
  say(`${passes ? "ok    " : "FAILED"}  ${specifier}: ${cost} type instantiations (${change})`);
  return passes;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2), process.cwd(), console.log);
}
