import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** One package that is bundled. */
interface BundledPackage {
  readonly title: string;
  /** The text of its licence. */
  readonly text: string;
}

/** Those that permit what is done here, with their texts in the package. */
const licences = new Set(["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause"]);

/** The packages whose code is in the sandbox's page and their licences, as a section of `THIRD-PARTY.md`. */
export function licencesOf(metafile: Metafile, root: string): string {
  const byText = new Map<string, string[]>();
  for (const { title, text } of packagesOf(metafile, root)) byText.set(text, [...(byText.get(text) ?? []), title]);
  return [...byText].map(([text, titles]) => `### ${titles.join(", ")}\n\n\`\`\`text\n${text}\n\`\`\`\n`).join("\n");
}

function packagesOf({ outputs }: Metafile, root: string): BundledPackage[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])));
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []));
  const packages = new Map([...folders].map((folder) => packageIn(join(root, folder))).map((one) => [one.title, one]));
  return [...packages.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
}

function packageIn(folder: string): BundledPackage {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const title = `${String(name)} ${String(version)} (${String(license)})`;
  if (typeof license !== "string" || !licences.has(license)) throw new Error(`${title} is bundled into the sandbox's page: may it be?`);
  const file = readdirSync(folder).find((entry) => /^licen[sc]e(-mit)?(\.(md|txt))?$/i.test(entry));
  return { title, text: file === undefined ? withoutFile(title, license, author) : tidy(readFileSync(join(folder, file), "utf8")) };
}

/** A few packages name their licence, and leave its text out. */
function withoutFile(title: string, license: string, author: unknown): string {
  if (license !== "MIT") throw new Error(`${title} has no text of its licence`);
  return `The package holds no text of its licence. It says: MIT${typeof author === "string" ? `, by ${author.replace(/ *<.*/, "")}` : ""}.\n\n${permission}`;
}

const tidy = (text: string): string => text.replaceAll("\r\n", "\n").replace(/[ \t]+$/gm, "").trim();

const permission = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
