import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { checkLinks } from "../../scripts/docs/links.ts";
import { showAsText } from "../../scripts/docs/media.ts";
import { pages, titleOf } from "../../scripts/docs/pages.ts";
import { publicEntries } from "../../scripts/docs/public-entries.ts";
import { entriesOf } from "../../scripts/entries.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const guides = readdirSync(join(root, "docs/guides")).map((name) => `docs/guides/${name}`);
const diagrams = readdirSync(join(root, "docs/diagrams")).map((name) => `docs/diagrams/${name}`);

describe.each(guides)("%s", (path) => {
  const text = read(path);

  it("says what its reader can do afterwards, and shows it within ten lines", () => {
    expect(text.split("\n")[2]).toMatch(/^After this /);
    const lines = text.split("\n").filter((line) => !line.startsWith("<!--"));
    expect(lines.slice(0, 10).some((line) => line.startsWith("```"))).toBe(true);
  });

  it("ends with defaults, variables and errors", () => {
    const [, glance = ""] = text.split("\n## At a glance\n");
    for (const row of ["Defaults", "Variables", "Errors"]) expect(glance).toContain(`\n| ${row} | `);
  });
});

describe("the site", () => {
  it("has every document, each at an address and under a title of its own", () => {
    const documents = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
    const paths = pages.map(({ path }) => path);
    expect(documents.map((name) => `docs/${name.replaceAll("\\", "/")}`).filter((path) => !paths.includes(path))).toEqual([]);
    expect(new Set(pages.map(({ url }) => url)).size).toBe(pages.length);
    expect(new Set(paths.map((path) => titleOf(join(root, path)))).size).toBe(pages.length);
  });

  it("has every entry of the package", () => {
    expect(publicEntries(root).map(({ specifier }) => specifier).sort()).toEqual(entriesOf(root).map(({ specifier }) => specifier).sort());
  });
});

describe.each(diagrams)("%s", (path) => {
  const svg = read(path);

  it("is described for those who do not see it, and drawn for light and dark", () => {
    expect(svg).toMatch(/<svg [^>]*role="img" aria-labelledby="title desc">/);
    expect(svg).toMatch(/<title id="title">.{10,}<\/title>\s*<desc id="desc">.{100,}<\/desc>/);
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
    expect(svg).not.toMatch(/<script|(?:href|src)="(?!#)/);
  });

  it("is shown by a guide, in words too", () => {
    const shown = guides.flatMap((guide) => [...read(guide).matchAll(/!\[([^\]]{40,})\]\(\.\.\/(diagrams\/[\w.-]+)\)/g)].map(([, , target]) => `docs/${target}`));
    expect(shown).toContain(path);
  });
});

function siteOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "keylight-site-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe("links within a built site", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("that lead to a file, a place in it, or out of the site, are well", () => {
    const index = '<a href="guides/a.html#two%20words">a</a> <a href="#top" id="top">b</a> <img src="media/c.svg"><use href="media/c.svg#d"/><a href="https://example.com/x#y">e</a>';
    folder = siteOf({ "index.html": index, "guides/a.html": '<h2 id="two words"></h2><a href="../">up</a>', "media/c.svg": '<svg><g id="d"/></svg>' });
    expect(checkLinks(folder)).toEqual({ links: 6, dead: [] });
  });

  it("that lead nowhere are named, each once a page", () => {
    const index = '<a href="b.html">b</a> <a href="b.html">b</a> <a href="guides/a.html#gone">c</a> <img src="c.svg">';
    folder = siteOf({ "index.html": index, "guides/a.html": '<a href="b.html?x=1&amp;y=2">b</a>' });
    expect(checkLinks(folder).dead).toEqual([
      { page: "guides/a.html", href: "b.html?x=1&y=2" },
      { page: "index.html", href: "b.html" },
      { page: "index.html", href: "guides/a.html#gone" },
      { page: "index.html", href: "c.svg" },
    ]);
  });
});

describe("files that pages link to", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are shown by a browser, instead of taken for films or downloads", () => {
    folder = siteOf({
      "index.html": '<a href="media/a.ts">a</a> <img src="media/b.svg"> <a href="media/LICENSE">c</a>',
      "guides/a.html": '<a href="../media/a.ts">a</a> media/a.ts',
      "media/a.ts": "export {};",
      "media/b.svg": "<svg/>",
      "media/LICENSE": "MIT",
    });
    showAsText(folder);
    expect(readdirSync(join(folder, "media")).sort()).toEqual(["LICENSE.txt", "a.ts.txt", "b.svg"]);
    expect(readFileSync(join(folder, "guides/a.html"), "utf8")).toBe('<a href="../media/a.ts.txt">a</a> media/a.ts');
    expect(checkLinks(folder)).toEqual({ links: 4, dead: [] });
  });
});
