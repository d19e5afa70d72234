/** A block of code in a document. */
export interface Block {
  /** The document, from the root of the repository, and the line of the block's first line of code. */
  readonly path: string;
  readonly line: number;
  /** `ts`, `sh`, or what else the fence says. */
  readonly language: string;
  readonly code: string;
  /** Code that readers are spared: it stands before the block's own when it is compiled. */
  readonly given: string;
}

/** A file that a document's blocks import, and that readers are spared. */
export interface GivenFile {
  readonly path: string;
  readonly code: string;
}

/** What is given directly before a fence, if there is one; then the block, which a fence of the same indent ends. */
const fenced = /(?:^<!-- given: ((?:(?!-->)[\s\S])*?) -->\n)?^( *)```([^\n`]*)\n([\s\S]*?)^\2```$/gm;
const hidden = /^<!-- file ([\w./-]+):\n((?:(?!-->)[\s\S])*?)-->$/gm;

const linesIn = (text: string): number => text.split("\n").length;

/**
 * The blocks of a Markdown text. A comment before a block, `<!-- given: ... -->`, which no reader sees, holds what it takes for
 * granted.
 */
export function blocksOf(text: string, path: string): Block[] {
  return [...text.matchAll(fenced)].map((match) => {
    const [whole, given = "", indent = "", language = "", code = ""] = match;
    const before = text.slice(0, match.index + whole.indexOf(`${indent}\`\`\``));
    return {
      path,
      line: linesIn(before) + 1,
      language: language.trim(),
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      given,
    };
  });
}

/** What a document's comments `<!-- file generated/lumar.ts: ... -->` hold: files beside the document, for its blocks to import. */
export function givenFilesOf(text: string, path: string): GivenFile[] {
  const folder = path.split("/").slice(0, -1);
  return [...text.matchAll(hidden)].map(([, name = "", code = ""]) => ({ path: [...folder, name].join("/"), code }));
}
