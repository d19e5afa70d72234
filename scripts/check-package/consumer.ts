import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./commands.ts";
import { root, work } from "./places.ts";

/** A program of a user, with keylight installed from the tarball. */
export interface Consumer {
  readonly folder: string;
  /** Names of all packages that were installed, scoped ones with their scope. */
  readonly packages: readonly string[];
  /** What npm warned of. */
  readonly warnings: readonly string[];
}

function packagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith("."));
  return names.flatMap((name) => (name.startsWith("@") ? readdirSync(join(folder, name)).map((scoped) => `${name}/${scoped}`) : [name]));
}

/**
 * Without those about npm's own settings on this machine. graphql 17 asks for Node 22, and its users on Node 20 have to
 * live with npm saying so: that is between them.
 */
function warningsIn(stderr: string): string[] {
  const lines = stderr.split("\n").filter((line) => /^npm (warn|error)/i.test(line) && !/Unknown \w+ config/.test(line));
  const isAboutEngines = (line: string): boolean => line.includes("EBADENGINE");
  const tooNew = lines.filter((line) => isAboutEngines(line) && line.includes("package:") && !line.includes("'graphql@"));
  return [...lines.filter((line) => !isAboutEngines(line)), ...tooNew];
}

/**
 * Installs into an empty project. A peer that does not fit is an error.
 *
 * @param others - packages that are installed beside keylight, by the same command.
 */
export async function install(name: string, tarball: string, others: readonly string[] = []): Promise<Consumer> {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  const options = ["--strict-peer-deps", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { stderr } = await run("npm", ["install", ...options, tarball, ...others], folder);
  // Fails when what is installed does not fit together.
  await run("npm", ["ls", "--all"], folder);
  return { folder, packages: packagesIn(join(folder, "node_modules")), warnings: warningsIn(stderr) };
}

export const browserTypes = { lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"], types: [] };
export const nodeTypes = { lib: ["ES2023"], types: ["node"], typeRoots: [join(root, "node_modules/@types")] };

/** Compiles files of a consumer, with its own settings and this checkout's compiler. */
export async function typeCheck(folder: string, name: string, options: Record<string, unknown>, files: readonly string[]): Promise<void> {
  const config = join(folder, `tsconfig.${name}.json`);
  const compilerOptions = { target: "ES2023", strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, ...options };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config], folder);
}
