/**
 * Measures keylight against its peers: `npm run bench`, in two minutes `npm run bench -- --quick`.
 *
 * Writes `bench/results.json`, `docs/performance.svg` and the tables of `docs/performance.md`.
 * `--only keylight,fetch` measures those clients alone and writes nothing. `--profile keylight` shows where a client's CPU goes,
 * 50 calls at a time, or `--at 1`.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { startServer } from "./child.ts";
import { clientNames, isClientName } from "./clients/names.ts";
import { measureCalls } from "./parts/calls.ts";
import type { Context } from "./parts/context.ts";
import { measureHeap } from "./parts/heap.ts";
import { measureImports } from "./parts/imports.ts";
import { measureOverhead } from "./parts/overhead.ts";
import { showProfile } from "./parts/profile.ts";
import { measureRenewal } from "./parts/renewal.ts";
import { measureSizes } from "./parts/sizes.ts";
import { publish } from "./report/publish.ts";
import { targetLines } from "./report/targets.ts";
import { beginning, versions, type Results } from "./results.ts";
import { full, narrowed, quick } from "./settings.ts";
import { openWorkshop } from "./workshop.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: "" }, profile: { type: "string" }, at: { type: "string", default: "50" } },
});
const only = namesIn(values.only);
const settings = narrowed(values.quick ? quick : full, only);
const machine = beginning();
const started = performance.now();
const say = (line: string): void => {
  console.log(line);
};

const workshop = await openWorkshop();
const server = await startServer(workshop);
const context: Context = { settings, workshop, server, say };
try {
  const [load = 0] = loadavg();
  if (load > 0.5) say(`The machine is not idle (load ${load.toFixed(1)}): take the figures with care.`);
  if (values.profile !== undefined) await showProfile(context, values.profile, Number(values.at));
  else if (only.length > 0) await measureCalls(context);
  else await everything();
} finally {
  server.stop();
}

async function everything(): Promise<void> {
  const { rows, requests } = await measureCalls(context);
  const measured = {
    calls: rows,
    requests,
    overhead: await measureOverhead(context),
    renewal: await measureRenewal(context),
    imports: await measureImports(context),
    sizes: await measureSizes(context),
    heap: await measureHeap(context),
  };
  const minutes = Number(((performance.now() - started) / 60_000).toFixed(1));
  const results: Results = { mode: settings.mode, machine: machine(minutes), versions: versions(), ...measured };
  say("");
  for (const line of targetLines(results)) say(line);
  for (const file of publish(results)) say(`wrote ${file}`);
}

function namesIn(list: string): ReturnType<typeof namesOf> {
  return namesOf(list.split(",").filter((name) => name !== ""));
}

function namesOf(names: readonly string[]): (typeof clientNames)[number][] {
  return names.map((name) => {
    if (!isClientName(name)) throw new RangeError(`--only takes names of ${clientNames.join(", ")}`);
    return name;
  });
}
