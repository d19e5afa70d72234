import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { measure } from "../child.ts";
import { clients, peers } from "../clients/names.ts";
import { median, rounded } from "../runs/numbers.ts";
import type { ImportResult, ImportTask } from "../runs/import.ts";
import { rotated, type Context } from "./context.ts";

export interface ImportRow {
  readonly module: string;
  /** One a process. */
  readonly milliseconds: readonly number[];
}

export const emptyModule = "an empty module";

/** Fresh processes, by turns, so that a slow moment of the machine meets all modules alike. */
export async function measureImports({ settings, workshop, say }: Context): Promise<ImportRow[]> {
  const modules: readonly string[] = [emptyModule, "keylight", ...peers.flatMap((name) => clients[name].module ?? []), "undici"];
  const times = new Map<string, number[]>(modules.map((module) => [module, []]));
  const empty = pathToFileURL(join(workshop.folder, "empty.js")).href;
  say(`\nimport, ${settings.imports} fresh processes each`);
  for (let round = 0; round < settings.imports; round += 1) {
    for (const module of rotated(modules, round)) {
      const task: ImportTask = { module: module === emptyModule ? empty : module };
      const { milliseconds } = await measure<ImportResult>(workshop, "import", task);
      times.get(module)?.push(rounded(milliseconds, 2));
    }
  }
  const rows = [...times].map(([module, milliseconds]) => ({ module, milliseconds }));
  for (const row of rows) say(`  ${row.module.padEnd(18)} ${median(row.milliseconds).toFixed(1).padStart(7)} ms`);
  return rows;
}
