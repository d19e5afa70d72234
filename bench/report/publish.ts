import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { written, type Results } from "../results.ts";
import { chart } from "./chart.ts";
import { tables } from "./tables.ts";

const root = join(import.meta.dirname, "../..");
const begin = "<!-- bench: written by `npm run bench` -->";
const end = "<!-- /bench -->";

type Runs = Partial<Record<Results["mode"], Results>>;

/**
 * Writes a run into `bench/results.json`, beside the last one of the other mode. The documentation shows the full run,
 * and the quick one only as long as there is no other.
 *
 * @returns the files that were written.
 */
export function publish(results: Results): string[] {
  const file = "bench/results.json";
  const runs: Runs = existsSync(join(root, file)) ? (JSON.parse(readFileSync(join(root, file), "utf8")) as Runs) : {};
  const all = { ...runs, [results.mode]: results };
  writeFileSync(join(root, file), written(all));
  const shown = all.full ?? results;
  return shown === results ? [file, ...document(shown)] : [file];
}

function document(results: Results): string[] {
  const [svg, page] = ["docs/performance.svg", "docs/performance.md"];
  const text = readFileSync(join(root, page), "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page} has no place for the tables: ${begin} ... ${end}`);
  writeFileSync(join(root, page), `${text.slice(0, from)}${begin}\n\n${tables(results)}\n\n${text.slice(to)}`);
  writeFileSync(join(root, svg), chart(results));
  return [page, svg];
}
