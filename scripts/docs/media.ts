import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const picture = /\.(svg|png)$/;
const link = /(\shref="(?:\.\.\/)*media\/)([^"#]+)/g;

/**
 * Servers call a `.ts` file a film, and browsers download what they do not know. So all files of a site's `media/` that are not
 * pictures are named `.txt`, and the links to them as well.
 */
export function showAsText(site: string): void {
  const media = join(site, "media");
  for (const name of readdirSync(media)) if (!picture.test(name)) renameSync(join(media, name), join(media, `${name}.txt`));
  for (const name of readdirSync(site, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".html")) continue;
    const html = readFileSync(join(site, name), "utf8");
    const renamed = html.replaceAll(link, (_whole, before: string, file: string) => `${before}${file}${picture.test(file) ? "" : ".txt"}`);
    if (renamed !== html) writeFileSync(join(site, name), renamed);
  }
}
