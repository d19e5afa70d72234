import { cpSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "src/cli/sandbox/page");

/** Most of GraphiQL's stylesheet is fonts, for which a system's own do as well. */
const withoutFonts: Plugin = {
  name: "without-fonts",
  setup: (steps) => {
    steps.onLoad({ filter: /[\\/]node_modules[\\/]graphiql[\\/].*\.css$/ }, async ({ path }) => {
      return { contents: (await readFile(path, "utf8")).replace(/@font-face\s*\{[^}]*\}/g, ""), loader: "css" };
    });
  },
};

/** Builds the page into a folder, and gives what went into it. */
export async function buildSandbox(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(source, "main.ts"), out: "page" },
      { in: join(source, "style.css"), out: "style" },
      { in: join(source, "graphiql.ts"), out: "graphiql" },
      { in: join(source, "graphiql.css"), out: "graphiql" },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    // They are in THIRD-PARTY.md.
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [withoutFonts],
  });
  for (const file of ["index.html", "graphiql.html"]) cpSync(join(source, file), join(folder, file));
  return metafile;
}

/** How large the files of a folder are, and what of it is downloaded. */
export function sizesOf(folder: string): { file: string; bytes: number; zipped: number }[] {
  return readdirSync(folder).map((file) => {
    const content = readFileSync(join(folder, file));
    return { file, bytes: content.byteLength, zipped: gzipSync(content, { level: 9 }).byteLength };
  });
}
