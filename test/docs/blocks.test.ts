import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { blocksOf, givenFilesOf, type Block } from "../../scripts/docs/blocks.ts";
import { typecheck } from "../../scripts/docs/typecheck.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const below = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" }).map((name) => `docs/${name.replaceAll("\\", "/")}`);
const documents = ["README.md", "CONTRIBUTING.md", "examples/README.md", ...below.filter((path) => path.endsWith(".md"))];

const blocks = documents.flatMap((path) => blocksOf(read(path), path));
const given = documents.flatMap((path) => givenFilesOf(read(path), path));
const written = (language: string): Block[] => blocks.filter((block) => block.language === language);
const place = ({ path, line }: Block): string => `${path}:${line}`;

/** The complaints of a check that throws. */
function complaintsOf(language: string, check: (code: string) => void): string[] {
  return written(language).flatMap((block) => {
    try {
      check(block.code);
      return [];
    } catch (error) {
      return [`${place(block)}: ${String(error)}`];
    }
  });
}

describe("the code blocks of the documents", () => {
  it("are all found, and in a language that is checked here", () => {
    const fences = documents.flatMap((path) => read(path).split("\n").filter((line) => /^\s*(```|~~~)/.test(line)));
    expect(blocks.length).toBeGreaterThan(30);
    expect(fences).toHaveLength(2 * blocks.length);
    expect(blocks.filter(({ language }) => !["ts", "sh", "json", "yaml", "graphql", "text", "console"].includes(language)).map(place)).toEqual([]);
  });

  it("of TypeScript compile, each as a module of its own", () => {
    expect(typecheck(written("ts"), given, root)).toEqual([]);
  }, 60_000);

  it("have what is given directly before them", () => {
    const comments = documents.flatMap((path) => read(path).match(/^<!-- (given|file)\b/gm) ?? []);
    const used = blocks.filter((block) => block.given !== "");
    expect(comments).toHaveLength(used.length + given.length);
    expect(new Set(given.map(({ path }) => path)).size).toBe(given.length);
  });

  it("of JSON, YAML and GraphQL can be read", () => {
    expect(complaintsOf("json", (code) => void JSON.parse(code))).toEqual([]);
    expect(complaintsOf("graphql", (code) => void parse(code))).toEqual([]);
    const wrong = written("yaml").flatMap((block) => parseDocument(block.code).errors.map((error) => `${place(block)}: ${error.message}`));
    expect(wrong).toEqual([]);
  });

  it("of shell can be read by bash", () => {
    const scripts = written("sh");
    expect(scripts.length).toBeGreaterThan(3);
    const answers = scripts.map((block) => ({ block, ...spawnSync("bash", ["-n"], { input: block.code, encoding: "utf8" }) }));
    expect(answers.filter(({ status }) => status !== 0).map(({ block, error, stderr }) => `${place(block)}: ${error?.message ?? stderr}`)).toEqual([]);
  });
});

describe("a block", () => {
  const text = [
    "# Text",
    "<!-- given: declare const a: number; -->",
    "```ts",
    "const b: string = a;",
    "```",
    "- in a list",
    "  ```sh",
    "  if true; then",
    "  ```",
    '<!-- file given/c.ts:\nexport const c = "c";\n-->',
    "```ts",
    'import { c } from "./given/c.ts";',
    "const n: number = c;",
    "const b: string = 1;",
    "```",
    "",
  ].join("\n");
  const found = blocksOf(text, "docs/a.md");

  it("is found with its line, its code, and what is given", () => {
    expect(found.map(({ line, language, code, given: before }) => [line, language, code, before])).toEqual([
      [4, "ts", "const b: string = a;\n", "declare const a: number;"],
      [8, "sh", "if true; then\n", ""],
      [14, "ts", 'import { c } from "./given/c.ts";\nconst n: number = c;\nconst b: string = 1;\n', ""],
    ]);
  });

  it("that does not compile is named by the document's line, and shares no name with the others", () => {
    const files = givenFilesOf(text, "docs/a.md");
    expect(typecheck(found.filter(({ language }) => language === "ts"), files, root)).toEqual([
      "docs/a.md:4: Type 'number' is not assignable to type 'string'.",
      "docs/a.md:15: Type 'string' is not assignable to type 'number'.",
      "docs/a.md:16: Type 'number' is not assignable to type 'string'.",
    ]);
  });

  it("may take nothing for granted that is wrong", () => {
    const [block] = blocksOf("<!-- given: const a: string = 1; -->\n```ts\na;\n```\n", "docs/a.md");
    expect(block && typecheck([block], [], root)).toEqual(["docs/a.md:3: in what is given: Type 'number' is not assignable to type 'string'."]);
  });
});
