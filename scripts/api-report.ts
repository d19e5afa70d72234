/**
 * Writes down what users can see of each entry of the built package: `etc/<entry>.api.md`. With `--check` it writes
 * nothing, prints what differs from the files that are there, and its exit code is 1 when something does.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { reportOf } from "./api-report/report.ts";
import { entriesOf } from "./entries.ts";

const ending = ".api.md";

const reportsIn = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(ending)) : [];

/** Says in what the committed report differs from the one that was made, if it does. */
function differenceOf(name: string, folder: string): string | undefined {
  const paths = [join("etc", name), join(".tmp/api", name)];
  const [before, after] = paths.map((path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined));
  if (before === after) return undefined;
  if (before === undefined) return `etc/${name} is missing`;
  if (after === undefined) return `etc/${name} is about an entry that is gone`;
  return spawnSync("git", ["diff", "--no-index", "--no-color", ...paths], { cwd: folder, encoding: "utf8" }).stdout;
}

/** @returns the exit code. */
export async function main(args: readonly string[], folder: string, say: (line: string) => void): Promise<0 | 1> {
  const committed = join(folder, "etc");
  const made = join(folder, ".tmp/api");
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const entries = entriesOf(folder);
  for (const entry of entries) writeFileSync(join(made, `${entry.fileName}${ending}`), await reportOf(entry, folder));

  if (args.includes("--check")) {
    const names = [...new Set([...reportsIn(committed), ...reportsIn(made)])].sort();
    const differences = names.flatMap((name) => differenceOf(name, folder) ?? []);
    for (const difference of differences) say(difference);
    if (differences.length === 0) say(`The reports in etc/ are current: ${entries.map(({ specifier }) => specifier).join(", ")}`);
    else say("What users can see has changed. If that is meant, run `npm run build && npm run api` and commit etc/.");
    return differences.length === 0 ? 0 : 1;
  }
  for (const name of reportsIn(committed)) rmSync(join(committed, name));
  cpSync(made, committed, { recursive: true });
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), process.cwd(), console.log);
}
