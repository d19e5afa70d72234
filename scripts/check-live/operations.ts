import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  concatAST,
  getLocation,
  isTypeDefinitionNode,
  Kind,
  parse,
  separateOperations,
  Source,
  type ASTNode,
  type DocumentNode,
  type OperationDefinitionNode,
} from "graphql";

export interface Operation {
  readonly name: string;
  readonly definition: OperationDefinitionNode;
  /** The operation and the fragments that it uses. */
  readonly document: DocumentNode;
}

/** The operations of a folder, each with the fragments that it uses, in the order of their files. */
export function readOperations(folder: string): Operation[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".graphql")).sort();
  const all = concatAST(files.map((file) => parse(new Source(readFileSync(join(folder, file), "utf8"), join(folder, file)))));
  return Object.entries(separateOperations(all)).map(([name, document]) => {
    const definition = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    if (definition === undefined) throw new Error(`no operation in the document of ${name}`);
    return { name, definition, document };
  });
}

/** `file:line` of a node. */
export function placeOf(node: ASTNode | undefined): string {
  if (node?.loc === undefined) return "";
  return `${node.loc.source.name}:${getLocation(node.loc.source, node.loc.start).line}`;
}

/**
 * How well each name of our own schema is known: the comment behind its line, such as "inferred name". Keys are
 * coordinates: `Type` or `Type.member`. A name without a comment of its own has its type's.
 */
export function readMarks(schemaText: string): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  const lines = schemaText.split("\n");
  const markOf = (node: ASTNode): string | undefined => {
    const line = node.loc === undefined ? undefined : lines[getLocation(node.loc.source, node.loc.start).line - 1];
    return line?.match(/#\s*(.+)$/)?.[1]?.trim();
  };
  for (const type of parse(schemaText).definitions) {
    if (!isTypeDefinitionNode(type)) continue;
    const ofType = markOf(type.name);
    if (ofType !== undefined) marks.set(type.name.value, ofType);
    const members = "fields" in type ? (type.fields ?? []) : "values" in type ? (type.values ?? []) : [];
    for (const member of members) {
      const mark = markOf(member.name) ?? ofType;
      if (mark !== undefined) marks.set(`${type.name.value}.${member.name.value}`, mark);
    }
  }
  return marks;
}
