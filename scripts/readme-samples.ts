/**
 * Puts the files under examples/ into the README, where a comment `<!-- examples/… -->` stands before a code block.
 * A test fails when they differ.
 */
import { readFileSync, writeFileSync } from "node:fs";

const readme = new URL("../README.md", import.meta.url);

/** The README with each sample as its file is now. */
export function withSamples(text: string): string {
  return text.replaceAll(/<!-- (examples\/[\w./-]+) -->\n```ts\n[\s\S]*?```/g, (_block, path: string) => {
    const code = readFileSync(new URL(`../${path}`, import.meta.url), "utf8").trimEnd();
    return `<!-- ${path} -->\n\`\`\`ts\n${code}\n\`\`\``;
  });
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].split("/").at(-1) ?? "")) {
  writeFileSync(readme, withSamples(readFileSync(readme, "utf8")));
}
