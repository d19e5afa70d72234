/** Writes the second part of THIRD-PARTY.md: what is bundled into the page of `keylight sandbox`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSandbox } from "./sandbox/build.ts";
import { licencesOf } from "./sandbox/packages.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const list = join(root, "THIRD-PARTY.md");
const heading = `# The page of the sandbox

In \`dist/sandbox/graphiql.js\` and \`graphiql.css\`, which only \`keylight sandbox\` shows: GraphiQL, and what it is made of.
Packages that share a text stand together. \`npm run third-party\` writes this part.
`;
const folder = mkdtempSync(join(tmpdir(), "keylight-"));
try {
  const first = readFileSync(list, "utf8").split("# The page of the sandbox\n")[0]?.trim() ?? "";
  writeFileSync(list, `${first}\n\n${heading}\n${licencesOf(await buildSandbox(folder), root)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
