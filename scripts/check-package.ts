/**
 * Builds and packs keylight, and checks the tarball as its users meet it. Prints one line a check; the exit code is 1
 * when one fails. Nothing is installed but the tarball; TypeScript and the optional peers come from this checkout.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..");
const work = realpathSync(mkdtempSync(join(tmpdir(), "keylight-package-")));
const consumer = join(work, "consumer");
const installed = join(consumer, "node_modules/keylight");
const binary = (name: string): string => join(root, "node_modules/.bin", name);

let failures = 0;

/** @param run - throws when the check fails; what it returns, if it is a text, is printed as a note. */
function check(name: string, run: () => unknown): boolean {
  try {
    const note = run();
    console.log(`ok      ${name}${typeof note === "string" ? ` (${note})` : ""}`);
    return true;
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** Runs a command to its end and gives what it printed; throws with all of it when it fails. */
function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw error ?? new Error([command, ...args].join(" ") + `\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs JavaScript in the consumer's folder and expects it to succeed and to print nothing. */
function runQuietly(file: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: consumer, encoding: "utf8", timeout: 30_000 });
  if (status !== 0 || stdout !== "" || stderr !== "") throw new Error(`exit ${String(status)}\n${stdout}\n${stderr}`);
}

function expectNone(what: string, found: string[]): void {
  if (found.length > 0) throw new Error(`${what}: ${found.join(", ")}`);
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { path: string }[];
}

function pack(): Packed {
  const answer: unknown = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], root));
  const [packed] = (Array.isArray(answer) ? answer : Object.values(answer as object)) as Packed[];
  if (packed === undefined) throw new Error("npm pack packed nothing");
  return packed;
}

/** Specifiers of everything that a file imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(installed, "dist", file), "utf8");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"'\n]+)["']/g;
  return [...text.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []);
}

function foreignImports(ending: ".js" | ".d.ts", allowed: RegExp): string[] {
  const files = readdirSync(join(installed, "dist")).filter((file) => file.endsWith(ending));
  return files.flatMap((file) => importsOf(file).filter((name) => !allowed.test(name)).map((name) => `${name} in ${file}`));
}

function typeCheck(name: string, options: Record<string, unknown>, files: string[]): void {
  const config = join(consumer, `tsconfig.${name}.json`);
  const compilerOptions = { target: "ES2023", strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [], ...options };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config], consumer);
}

function probeImport(entry: string): void {
  const url = pathToFileURL(join(installed, "dist", entry)).href;
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/import-probe.mjs"), url, installed], { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  expectNone(`importing ${entry} does`, JSON.parse(stdout) as string[]);
}

function installTarball(tarball: string): void {
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball], consumer);
  cpSync(join(root, "test/package/consumer"), consumer, { recursive: true });
  writeFileSync(join(consumer, "import.mjs"), 'const a = await import("keylight"); await import("keylight/testing"); a.Client.name;');
  // A CommonJS user of TypeScript. Not among the sources: this checkout's own settings forbid such a file.
  writeFileSync(join(consumer, "commonjs.cts"), 'import { Client } from "keylight";\nexport const make = (): Client => new Client({ apiKey: "lmr_sa_0.secret" });\n');
  writeFileSync(join(consumer, "require.cjs"), 'require("keylight").Client.name; require("keylight/testing").createFakeLumar.name;');
  expectNone("more than keylight was installed", readdirSync(join(consumer, "node_modules")).filter((name) => !/^(keylight|\.package-lock\.json)$/.test(name)));
}

const meant = /^(docs\/[\w-]+\.md|dist\/[\w.-]+\.(js|d\.ts)|graphql\/[a-z]+\/(schema|operations\/[\w-]+)\.graphql|package\.json|(README|CHANGELOG|THIRD-PARTY)\.md|LICENSE)$/;
const demanded = ["dist/index.js", "dist/index.d.ts", "dist/testing.js", "dist/testing.d.ts", "README.md", "LICENSE", "CHANGELOG.md", "THIRD-PARTY.md"];

function checkTarball({ filename, files, size, unpackedSize }: Packed): void {
  const tarball = join(work, filename);
  const paths = files.map(({ path }) => path);
  check("holds only what is meant", () => {
    expectNone("not meant", paths.filter((path) => !meant.test(path)));
    expectNone("missing", demanded.filter((path) => !paths.includes(path)));
    return `${paths.length} files, ${(size / 1000).toFixed(1)} kB packed, ${(unpackedSize / 1000).toFixed(1)} kB unpacked`;
  });
  check("publint --strict", () => void run(binary("publint"), ["run", "--strict", tarball], root));
  check("attw --profile esm-only", () => void run(binary("attw"), ["--profile", "esm-only", "--no-emoji", tarball], root));
  if (check("installs alone", () => installTarball(tarball))) checkInstalled();
}

function checkInstalled(): void {
  const browserTypes = { lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"] };
  const nodeTypes = { lib: ["ES2023"], types: ["node"], typeRoots: [join(root, "node_modules/@types")] };
  const files = ["client.ts", "smoke.ts"];
  check("imports by import, and prints nothing", () => runQuietly("import.mjs"));
  check("imports by require, and prints nothing", () => runQuietly("require.cjs"));
  check("importing keylight does no I/O", () => probeImport("index.js"));
  check("importing keylight/testing does no I/O", () => probeImport("testing.js"));
  check("code needs no other package", () => expectNone("imports", foreignImports(".js", /^(\.\/|node:|graphql$)/)));
  check("declarations need no other package", () => expectNone("imports", foreignImports(".d.ts", /^\.\//)));
  check("types: nodenext", () => typeCheck("nodenext", { module: "nodenext", outDir: "out", ...browserTypes }, [...files, "commonjs.cts"]));
  check("types: bundler", () => typeCheck("bundler", { module: "esnext", moduleResolution: "bundler", noEmit: true, ...browserTypes }, files));
  check("types: with those of Node instead of the DOM's", () => typeCheck("node", { module: "nodenext", noEmit: true, ...nodeTypes }, files));
  check("a client talks to the fake", () => {
    for (const peer of ["graphql", "msw"]) symlinkSync(join(root, "node_modules", peer), join(consumer, "node_modules", peer), "junction");
    runQuietly("out/smoke.js");
  });
  check("a client is answered by MSW", () => runQuietly("msw.mjs"));
}

const build = (): unknown => execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });

try {
  if (check("builds", () => void build())) checkTarball(pack());
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
