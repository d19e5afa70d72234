import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import type { Context } from "./context.ts";

export interface SizeRow {
  readonly module: string;
  readonly imported: string;
  /** Bytes, minified and gzipped, of all that the import needs. */
  readonly gzipped: number;
  /** Of that, what is loaded at the import; the rest is loaded when it is first used. */
  readonly atImport: number;
}

const imports: readonly [module: string, imported: string][] = [
  ["keylight", "{ Client }"],
  ["graphql-request", "{ GraphQLClient }"],
  ["@octokit/graphql", "{ graphql }"],
  ["@urql/core", "{ Client, fetchExchange }"],
  ["@apollo/client", "{ ApolloClient, HttpLink, InMemoryCache }"],
  ["@linear/sdk", "{ LinearClient }"],
];

/** What a bundler makes of one import. */
export async function measureSizes({ workshop, say }: Context): Promise<SizeRow[]> {
  say("\nminified and gzipped");
  const rows: SizeRow[] = [];
  for (const [module, imported] of imports) {
    const row = { module, imported, ...(await bundled(workshop.folder, module, imported)) };
    rows.push(row);
    say(`  ${module.padEnd(18)} ${kilobytes(row.gzipped).padStart(9)}, ${kilobytes(row.atImport)} of it at the import`);
  }
  return rows;
}

async function bundled(folder: string, module: string, imported: string): Promise<{ gzipped: number; atImport: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${imported} from "${module}";`, resolveDir: folder },
    absWorkingDir: folder,
    outdir: "bundle",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // The ES modules of a package, where it has both: they can be shaken.
    mainFields: ["module", "main"],
    define: { "process.env.NODE_ENV": '"production"' },
    tsconfigRaw: {},
    logLevel: "error",
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [path, gzipSync(contents, { level: 9 }).length]));
  const sizeOf = (output: string): number => [...sizes].find(([path]) => path.endsWith(`/${output}`))?.[1] ?? 0;
  const all = Object.keys(metafile.outputs);
  const first = all.filter((output) => metafile.outputs[output]?.entryPoint === "<stdin>");
  return { gzipped: sum(all.map(sizeOf)), atImport: sum([...reached(metafile, first)].map(sizeOf)) };
}

/** The outputs that are loaded with these, without those of `import()`. */
function reached(metafile: Metafile, from: readonly string[], known = new Set<string>()): Set<string> {
  for (const output of from) {
    if (known.has(output)) continue;
    known.add(output);
    const next = metafile.outputs[output]?.imports.filter(({ kind, external }) => kind === "import-statement" && external !== true) ?? [];
    reached(metafile, next.map(({ path }) => path), known);
  }
  return known;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Of 1,000 bytes, as bundle sizes are counted. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
