import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { withoutLazyFiles } from "../../scripts/size/loaded.ts";
import { makePackage } from "./support.ts";

const files = {
  "dist/index.js": `
    import { early } from "./early.js";
    export const lamp = async () => [early, await import("./late.js"), await import("cord"), await import("node:fs")];
  `,
  "dist/early.js": 'export const early = "is early";',
  "dist/late.js": 'import { deep } from "./deep.js"; export const late = ["is late", deep];',
  "dist/deep.js": 'export const deep = "is deep";',
  "node_modules/cord/package.json": '{"name":"cord","exports":"./cord.js","type":"module"}',
  "node_modules/cord/cord.js": 'export const cord = "is a cord";',
};

/** What a bundle holds of the texts above, when these files are said to be loaded by calls. */
async function held(...loaded: string[]): Promise<string[]> {
  const folder = makePackage(files);
  const { outputFiles } = await build({
    entryPoints: [join(folder, "dist/index.js")],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    plugins: [withoutLazyFiles(new Set(loaded.map((path) => join(folder, path))))],
  });
  return outputFiles.flatMap(({ text }) => text.match(/(?<=")is [a-z ]+/g) ?? []).sort();
}

it("leaves out what only import() leads to, with all that it imports", async () => {
  expect(await held()).toEqual(["is early"]);
});

it("counts what calls load, with all that it imports", async () => {
  expect(await held("dist/late.js")).toEqual(["is deep", "is early", "is late"]);
});

it("counts a dependency that calls load", async () => {
  expect(await held("node_modules/cord/cord.js")).toEqual(["is a cord", "is early"]);
});
