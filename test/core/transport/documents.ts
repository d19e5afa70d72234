import fc from "fast-check";
import { Kind, Lexer, OperationTypeNode, Source, TokenKind, type ASTNode, type DocumentNode, type Token } from "graphql";

/** A node as generated: what the parser would make of it, less what it leaves out when empty. */
type Node = Record<string, unknown>;

/** Names that mean something elsewhere, and must mean nothing here. */
const odd = ["query", "mutation", "subscription", "fragment", "type", "input", "schema", "extend", "__typename", "_", "e1", "id"];
const notNames = /^(true|false|null|on)$/;
const word = fc.oneof(fc.constantFrom(...odd), fc.stringMatching(/^[A-Za-z_][A-Za-z_0-9]{0,6}$/).filter((text) => !notNames.test(text)));
const name = word.map((value): Node => ({ kind: Kind.NAME, value }));
/** Where it is no fragment's, a name may be any word at all. */
const anyName = fc.oneof({ weight: 6, arbitrary: word }, fc.constantFrom("true", "false", "null", "on")).map((value): Node => ({ kind: Kind.NAME, value }));

/** Pieces of text that look like the end of a string, or like GraphQL. */
const bait = ['"', '""', '"""', '\\"""', "\\", "\\\\", "{", "}", "#", "# x\n", "\n", "\r\n", "\t", " ", "mutation M { x }", "\u2028", "\u007f", "\u0000", "é", "😀", "query", "\ufeff", "\u0085"];
const content = fc.array(fc.oneof(fc.constantFrom(...bait), fc.string({ maxLength: 4 })), { maxLength: 5 }).map((parts) => parts.join(""));

const integer = fc.oneof(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String), fc.constantFrom("0", "-0"));
const float = fc.constantFrom("0.0", "-1.5", "1e10", "1E-7", "-0.25e+3", "123.456");
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 2 });
const few = <T>(arbitrary: fc.Arbitrary<T>, minLength = 0): fc.Arbitrary<T[]> => fc.array(arbitrary, { minLength, maxLength: 2, depthIdentifier: "node" });
const kind = (value: string) => fc.constant(value);
const sometimes = { depthSize: "xsmall", depthIdentifier: "node" } as const;

type Part = "value" | "namedType" | "listType" | "type" | "argument" | "directive" | "selectionSet" | "field" | "selection";

const { value, type, directive, selectionSet } = fc.letrec<Record<Part, Node>>((tie) => ({
  value: fc.oneof(
    sometimes,
    fc.oneof(
      fc.record<Node>({ kind: kind(Kind.VARIABLE), name: anyName }),
      integer.map((text): Node => ({ kind: Kind.INT, value: text })),
      float.map((text): Node => ({ kind: Kind.FLOAT, value: text })),
      fc.record<Node>({ kind: kind(Kind.STRING), value: content, block: fc.boolean() }),
      fc.boolean().map((yes): Node => ({ kind: Kind.BOOLEAN, value: yes })),
      fc.constant<Node>({ kind: Kind.NULL }),
      fc.oneof(word, fc.constant("on")).map((text): Node => ({ kind: Kind.ENUM, value: text })),
    ),
    fc.record<Node>({ kind: kind(Kind.LIST), values: few(tie("value")) }),
    fc.record<Node>({ kind: kind(Kind.OBJECT), fields: few(fc.record({ kind: kind(Kind.OBJECT_FIELD), name: anyName, value: tie("value") })) }),
  ),
  namedType: fc.record<Node>({ kind: kind(Kind.NAMED_TYPE), name: anyName }),
  listType: fc.record<Node>({ kind: kind(Kind.LIST_TYPE), type: tie("type") }),
  type: fc.oneof(
    sometimes,
    tie("namedType"),
    tie("listType"),
    fc.record<Node>({ kind: kind(Kind.NON_NULL_TYPE), type: fc.oneof(tie("namedType"), tie("listType")) }),
  ),
  argument: fc.record<Node>({ kind: kind(Kind.ARGUMENT), name: anyName, value: tie("value") }),
  directive: fc.record<Node>({ kind: kind(Kind.DIRECTIVE), name: anyName, arguments: few(tie("argument")) }),
  selectionSet: fc.record<Node>({ kind: kind(Kind.SELECTION_SET), selections: few(tie("selection"), 1) }),
  field: fc.record<Node>({
    kind: kind(Kind.FIELD),
    alias: some(anyName),
    name: anyName,
    arguments: few(tie("argument")),
    directives: few(tie("directive")),
  }),
  selection: fc.oneof(
    sometimes,
    tie("field"),
    fc.record<Node>({ kind: kind(Kind.FRAGMENT_SPREAD), name, directives: few(tie("directive")) }),
    fc.tuple(tie("field"), tie("selectionSet")).map(([field, selected]): Node => ({ ...field, kind: Kind.FIELD, selectionSet: selected })),
    fc.record<Node>({
      kind: kind(Kind.INLINE_FRAGMENT),
      typeCondition: some(tie("namedType")),
      directives: few(tie("directive")),
      selectionSet: tie("selectionSet"),
    }),
  ),
}));

/** The type of a fragment: a name alone. */
const condition = fc.record<Node>({ kind: kind(Kind.NAMED_TYPE), name: anyName });

const fragment = fc.record<Node>({ kind: kind(Kind.FRAGMENT_DEFINITION), name, typeCondition: condition, directives: few(directive), selectionSet });

const operation = fc.record<Node>({
  kind: kind(Kind.OPERATION_DEFINITION),
  operation: fc.constantFrom(OperationTypeNode.QUERY, OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION),
  name: some(anyName),
  variableDefinitions: few(
    fc.record({
      kind: kind(Kind.VARIABLE_DEFINITION),
      variable: fc.record({ kind: kind(Kind.VARIABLE), name: anyName }),
      type,
      defaultValue: some(value.filter((one) => !JSON.stringify(one).includes('"Variable"'))),
      directives: few(directive.filter((one) => !JSON.stringify(one).includes('"Variable"'))),
    }),
  ),
  directives: few(directive),
  selectionSet,
});

/** Executable documents, most of them with one operation. */
export const documents: fc.Arbitrary<DocumentNode> = fc
  .tuple(fc.array(fragment, { maxLength: 1 }), fc.oneof({ weight: 5, arbitrary: fc.tuple(operation) }, fc.array(operation, { maxLength: 2 })), fc.array(fragment, { maxLength: 1 }))
  .filter((parts) => parts.flat().length > 0)
  .map(([before, operations, after]) => ({ kind: Kind.DOCUMENT, definitions: [...before, ...operations, ...after] }) as unknown as DocumentNode);

/** A document without what has no meaning: places in a text, empty lists, and whether a string was written as a block. */
export function bare(node: ASTNode): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, part: unknown) => {
      if (key === "loc" || key === "block" || key === "description") return undefined;
      if (["arguments", "directives", "variableDefinitions"].includes(key) && Array.isArray(part) && part.length === 0) return undefined;
      return part;
    }),
  );
}

/** What may stand between two tokens. */
const blanks = [" ", "\n", "\r", "\t", ",", "\ufeff", "# mutation Fake { x }\n", '#"\n', '# """\r\n', "#}\n", "#(\u2028\r"];
const mayTouch = new Set<TokenKind>([TokenKind.BANG, TokenKind.DOLLAR, TokenKind.PAREN_L, TokenKind.PAREN_R, TokenKind.COLON, TokenKind.EQUALS, TokenKind.AT, TokenKind.BRACKET_L, TokenKind.BRACKET_R, TokenKind.BRACE_L, TokenKind.BRACE_R]);

/** The same tokens, written with other things between them. */
export function rewritten(text: string): fc.Arbitrary<string> {
  const lexer = new Lexer(new Source(text));
  const tokens: Token[] = [];
  while (lexer.advance().kind !== TokenKind.EOF) tokens.push(lexer.token);
  const between = fc.array(fc.constantFrom(...blanks), { maxLength: 3 });
  return fc.array(between, { minLength: tokens.length + 1, maxLength: tokens.length + 1 }).map((gaps) => {
    const parts = tokens.map(({ kind: here, start, end }, index) => {
      const before = tokens[index - 1];
      const gap = gaps[index]?.join("") ?? "";
      const touching = before === undefined || mayTouch.has(before.kind) || mayTouch.has(here);
      return (gap === "" && !touching ? " " : gap) + text.slice(start, end);
    });
    return parts.join("") + (gaps.at(-1)?.join("") ?? "");
  });
}
