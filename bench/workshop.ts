import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { build as buildPackage } from "tsdown";
import { library as config } from "../tsdown.config.ts";
import { makeCertificate, type Certificate } from "./server/certificate.ts";

const root = join(import.meta.dirname, "..");

/** A folder in which keylight is installed as its users have it, and the scripts of the measuring processes lie. */
export interface Workshop {
  readonly folder: string;
  readonly script: (name: ScriptName) => string;
  /** Undefined where there is no openssl to make one with. */
  readonly certificate: Certificate | undefined;
}

const scripts = {
  server: "server/main.ts",
  calls: "runs/calls.ts",
  renewal: "runs/renewal.ts",
  heap: "runs/heap.ts",
  overhead: "runs/overhead.ts",
  import: "runs/import.ts",
};

export type ScriptName = keyof typeof scripts;

export async function openWorkshop(): Promise<Workshop> {
  const folder = join(root, ".tmp/bench");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // A package of its own, so that `import "keylight"` finds the installed one and not this checkout.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "keylight-bench", private: true, type: "module" }));
  writeFileSync(join(folder, "empty.js"), "export {};\n");
  await install(folder, "keylight", undefined);
  await install(folder, "keylight-undici", "transports/undici.ts");
  await install(folder, "keylight-stub", "transports/stub.ts");
  await bundleScripts(folder);
  return { folder, script: (name) => join(folder, `${name}.js`), certificate: makeCertificate(folder) };
}

/** Builds keylight as it is published, where asked for with another transport in the place of `node:http`. */
async function install(folder: string, name: string, transport: string | undefined): Promise<void> {
  const target = join(folder, "node_modules", name);
  mkdirSync(target, { recursive: true });
  copyFileSync(join(root, "package.json"), join(target, "package.json"));
  const swap = {
    name: "other-transport",
    resolveId: { order: "pre" as const, filter: { id: /\/node-http\.ts$/ }, handler: () => join(import.meta.dirname, transport ?? "") },
  };
  await buildPackage({
    ...config,
    config: false,
    cwd: root,
    entry: { index: "src/index.ts" },
    dts: false,
    logLevel: "error",
    outDir: join(target, "dist"),
    deps: { ...config.deps, neverBundle: ["msw", "undici"] },
    plugins: transport === undefined ? config.plugins : [config.plugins, swap],
  });
}

/** The measuring processes run plain JavaScript on plain Node: no loader is measured with them. */
async function bundleScripts(folder: string): Promise<void> {
  await bundle({
    absWorkingDir: import.meta.dirname,
    entryPoints: Object.fromEntries(Object.entries(scripts)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    tsconfigRaw: {},
    logLevel: "error",
  });
}
