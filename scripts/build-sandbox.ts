/** Builds the page of `keylight sandbox` into `dist/sandbox`, with GraphiQL in it, so that it needs nothing from elsewhere. */
import { fileURLToPath } from "node:url";
import { buildSandbox, sizesOf } from "./sandbox/build.ts";

const folder = fileURLToPath(new URL("../dist/sandbox/", import.meta.url));
await buildSandbox(folder);
const sizes = sizesOf(folder);
for (const { file, bytes, zipped } of sizes) console.log(`dist/sandbox/${file}  ${(bytes / 1000).toFixed(1)} kB, gzipped ${(zipped / 1000).toFixed(1)} kB`);
console.log(`together gzipped ${(sizes.reduce((sum, { zipped }) => sum + zipped, 0) / 1000).toFixed(1)} kB`);
