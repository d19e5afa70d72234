import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { entriesOf, type Entry } from "../entries.ts";
import { check, expectNone, run, runQuietly } from "./commands.ts";
import { browserTypes, nodeTypes, typeCheck, type Consumer } from "./consumer.ts";
import { root } from "./places.ts";
import { runtimeDependencies } from "./tarball.ts";

const specifiers = entriesOf(root).map(({ specifier }) => specifier);

function addPrograms(folder: string): void {
  cpSync(join(root, "test/package/consumer"), folder, { recursive: true });
  writeFileSync(join(folder, "import.mjs"), specifiers.map((specifier) => `Object.keys(await import("${specifier}")).at(0).length;\n`).join(""));
  // A CommonJS user of TypeScript. Not among the sources: this checkout's own settings forbid such a file.
  writeFileSync(join(folder, "commonjs.cts"), 'import { Client } from "keylight";\nexport const make = (): Client => new Client({ apiKey: "lmr_sa_0.secret" });\n');
  writeFileSync(join(folder, "require.cjs"), specifiers.map((specifier) => `Object.keys(require("${specifier}")).at(0).length;\n`).join(""));
}

/** Specifiers of everything that the built files with this ending import and that is not allowed. */
function foreignImports(dist: string, ending: ".js" | ".d.ts", allowed: RegExp): string[] {
  // The sandbox's page is for browsers, and one bundle: its text, an editor's, looks like imports here and there.
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(ending) && !/^sandbox[\\/]/.test(file));
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([\w@./:-]+)["']/g;
  return files.flatMap((file) => {
    const specifiers = [...readFileSync(join(dist, file), "utf8").matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []);
    return specifiers.filter((specifier) => !allowed.test(specifier)).map((specifier) => `${specifier} in ${file}`);
  });
}

async function probeImport(modules: string, { code, specifier }: Entry): Promise<void> {
  const url = pathToFileURL(code).href;
  const { stdout, stderr } = await run(process.execPath, [join(root, "scripts/import-probe.mjs"), url, modules], root);
  if (stderr !== "") throw new Error(stderr);
  expectNone(`importing ${specifier} does`, JSON.parse(stdout) as string[]);
}

/** Checks what a user meets who installs keylight and nothing else; only TypeScript and, at the end, peers come from this checkout. */
export async function checkAlone({ folder }: Consumer): Promise<void> {
  const modules = join(folder, "node_modules");
  const dist = join(modules, "keylight/dist");
  const files = ["client.ts", "smoke.ts"];
  const types = (name: string, options: Record<string, unknown>, more: string[] = []) => typeCheck(folder, name, options, [...files, ...more]);
  // graphql and open are optional peers, loaded where they are. The command imports keylight as users do.
  const codeMayImport = new RegExp(`^(\\.{1,2}/|node:|(keylight(/\\w+)?|graphql|open|${runtimeDependencies().join("|")})$)`);

  addPrograms(folder);
  await check("imports by import, and prints nothing", () => runQuietly("import.mjs", [], folder));
  await check("imports by require, and prints nothing", () => runQuietly("require.cjs", [], folder));
  for (const entry of entriesOf(join(modules, "keylight"))) await check(`importing ${entry.specifier} does no I/O`, () => probeImport(modules, entry));
  await check("code needs no package but the dependencies", () => expectNone("imports", foreignImports(dist, ".js", codeMayImport)));
  await check("declarations need no other package", () => expectNone("imports", foreignImports(dist, ".d.ts", /^\.{1,2}\//)));
  await check("types: nodenext", () => types("nodenext", { module: "nodenext", outDir: "out", ...browserTypes }, ["commonjs.cts"]));
  await check("types: bundler", () => types("bundler", { module: "esnext", moduleResolution: "bundler", noEmit: true, ...browserTypes }));
  await check("types: with those of Node instead of the DOM's", () => types("node", { module: "nodenext", noEmit: true, ...nodeTypes }));
  await check("a client talks to the fake", () => {
    for (const peer of ["graphql", "msw"]) symlinkSync(join(root, "node_modules", peer), join(modules, peer), "junction");
    return runQuietly("out/smoke.js", [], folder);
  });
  await check("a client is answered by MSW", () => runQuietly("msw.mjs", [], folder));
}
