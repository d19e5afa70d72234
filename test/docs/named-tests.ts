import ts from "typescript";

/** A test that a document names: its file, and its name or a part of that. */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** What a template fills in: `%s` and its like, `$name`, and what stands in the braces of a template literal. */
const placeholder = /%[sdifjoOc]|\$[A-Za-z_][\w.]*/g;

/** A name in which all that is filled in looks the same, whichever way it is written. */
export function normalised(name: string): string {
  return name.replace(placeholder, "…").replaceAll(/\s+/g, " ").trim();
}

/** The rows of the tables below a heading of the second level, each as its cells; heads and rules are left out. */
export function rowsOf(document: string): { section: string; cells: string[] }[] {
  const rows: { section: string; cells: string[] }[] = [];
  let section = "";
  for (const line of document.split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3).trim();
    if (!line.startsWith("|") || /^\|[-|: ]+\|$/.test(line) || line.startsWith("| Promise |")) continue;
    rows.push({ section, cells: line.split("|").slice(1, -1).map((cell) => cell.trim()) });
  }
  return rows;
}

/** The tests of a cell: a file in backticks, then names in backticks, then perhaps another file. */
export function namedTests(cell: string): NamedTest[] {
  const named: NamedTest[] = [];
  let file = "";
  for (const [, text = ""] of cell.matchAll(/`([^`]+)`/g)) {
    if (/^test\/.*\.ts$/.test(text)) file = text;
    else named.push({ file, name: text });
  }
  return named;
}

/** The names that a test file gives to its groups and tests, as they are written; those that never run are left out. */
export function titlesOf(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title] = node.arguments;
      const [root, ...members] = chainOf(node.expression);
      const isTest = root !== undefined && ["describe", "it", "test"].includes(root);
      const never = members.some((member) => member === "skip" || member === "todo");
      if (isTest && never) return;
      if (isTest && title !== undefined) titles.push(...textOf(title));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("a.test.ts", source, ts.ScriptTarget.Latest, true));
  return titles;
}

/** `test.each([...])` as `test`, `each`. */
function chainOf(node: ts.Expression): string[] {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node)) return [...chainOf(node.expression), node.name.text];
  if (ts.isCallExpression(node)) return chainOf(node.expression);
  return [];
}

function textOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) return [[node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…")];
  return [];
}
