/**
 * Builds the documentation's site into `site/`: the README, the guides of `docs/`, and a page for each public name. Fails on
 * whatever typedoc warns of, and on links within the site that lead nowhere.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkLinks } from "./docs/links.ts";
import { showAsText } from "./docs/media.ts";
import { buildSite } from "./docs/site.ts";

/** @returns the exit code. */
export async function main(folder: string, say: (line: string) => void): Promise<0 | 1> {
  const out = join(folder, "site");
  if (!(await buildSite(folder, out))) return 1;
  showAsText(out);
  const { links, dead } = checkLinks(out);
  for (const { page, href } of dead) say(`${page}: nothing is at ${href}`);
  if (dead.length === 0) say(`site/index.html, with ${links} links checked`);
  return dead.length === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.cwd(), console.log);
}
