import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A link of the site that leads nowhere. */
export interface DeadLink {
  readonly page: string;
  readonly href: string;
}

interface Checked {
  /** How many were followed: each once a page. */
  readonly links: number;
  readonly dead: readonly DeadLink[];
}

const site = "http://site.invalid/";
const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">" };
const plain = (text: string): string => text.replaceAll(/&(?:amp|quot|#39|lt|gt);/g, (entity) => entities[entity] ?? entity);

const attributes = (html: string, name: RegExp): string[] => [...html.matchAll(name)].map(([, value = ""]) => plain(value));

/** Follows each link and each picture of a built site, as far as it stays within: to a file, and to a place in it. */
export function checkLinks(folder: string): Checked {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll("\\", "/"))
    .sort();
  const read = (...endings: string[]): [string, string][] =>
    files.filter((file) => endings.some((ending) => file.endsWith(ending))).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  const places = new Map(read(".html", ".svg").map(([file, text]) => [file, new Set(attributes(text, /\sid="([^"]*)"/g))]));
  const known = new Set(files);

  const isThere = (page: string, href: string): boolean => {
    const url = new URL(href, site + page);
    if (!url.href.startsWith(site)) return true;
    const file = decodeURIComponent(url.pathname.slice(1)) || "index.html";
    const place = decodeURIComponent(url.hash.slice(1));
    return known.has(file) && (place === "" || places.get(file)?.has(place) === true);
  };

  let links = 0;
  const dead: DeadLink[] = [];
  for (const [page, html] of read(".html")) {
    for (const href of new Set(attributes(html, /\s(?:href|src)="([^"]*)"/g))) {
      links += 1;
      if (!isThere(page, href)) dead.push({ page, href });
    }
  }
  return { links, dead };
}
