import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

interface PageFile {
  readonly file: string;
  readonly type: string;
}

const html = "text/html; charset=utf-8";
const script = "text/javascript; charset=utf-8";
const style = "text/css; charset=utf-8";

/** What `scripts/build-sandbox.ts` makes, by the paths that browsers ask for. */
const files = new Map<string, PageFile>([
  ["/", { file: "index.html", type: html }],
  ["/page.js", { file: "page.js", type: script }],
  ["/style.css", { file: "style.css", type: style }],
  ["/graphiql", { file: "graphiql.html", type: html }],
  ["/graphiql.js", { file: "graphiql.js", type: script }],
  ["/graphiql.css", { file: "graphiql.css", type: style }],
]);

/** Where the built page lies in the package, and in its repository once `npm run build` was run. */
export function builtPage(): string {
  return join(dirname(createRequire(import.meta.url).resolve("keylight/package.json")), "dist", "sandbox");
}

export interface FileAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** What a script of this page, and no other, can give to styles that it makes. */
  readonly nonce?: string;
}

/** Stands in a page whose script makes styles. */
const placeholder = "{{nonce}}";

/** The file that is shown under a path; undefined if there is none. */
export async function readPageFile(folder: string, path: string): Promise<FileAnswer | undefined> {
  const known = files.get(path);
  if (known === undefined) return undefined;
  try {
    const body = await readFile(join(folder, known.file), "utf8");
    const found = { status: 200, type: known.type };
    if (known.type !== html || !body.includes(placeholder)) return { ...found, body };
    const nonce = randomBytes(18).toString("base64url");
    return { ...found, body: body.replace(placeholder, nonce), nonce };
  } catch {
    return { status: 503, type: "text/plain; charset=utf-8", body: "The page has not been built yet: npm run build\nThe fakes work all the same.\n" };
  }
}
