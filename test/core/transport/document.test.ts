import { parse } from "graphql";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { prepare, type AnyDocument } from "../../../src/core/transport/document.ts";
import { isRecord, parseJson } from "../../../src/core/transport/json.ts";

/** What code generators write in string mode. */
class TypedDocumentString extends String {
  readonly __meta__: Record<string, unknown> | undefined;
  constructor(value: string, meta?: Record<string, unknown>) {
    super(value);
    this.__meta__ = meta;
  }
  override toString(): string {
    return this.valueOf();
  }
}

const kinds: [text: string, kind: string, name: string | undefined][] = [
  ["query Me { me { id } }", "query", "Me"],
  ["query { me { id } }", "query", undefined],
  ["{ me { id } }", "query", undefined],
  ["mutation Make($id: ID!) { make(id: $id) { id } }", "mutation", "Make"],
  ["mutation { make { id } }", "mutation", undefined],
  ["fragment F on User { id } query Me { me { ...F } }", "query", "Me"],
  ["query Me { me { ...F } } fragment F on User { id }", "query", "Me"],
  ["# mutation Fake { x }\nquery Real { me { id } }", "query", "Real"],
  ['query mutation { me(text: "mutation M { x }") { id } }', "query", "mutation"],
  ["mutation query { query: make { id } }", "mutation", "query"],
  ["\ufeff  \n,,, query Odd { me { id } }", "query", "Odd"],
];

test.each(kinds)("%j is a %s named %s, as text, typed text and AST alike", (text, kind, name) => {
  expect(prepare(text)).toEqual({ text, kind, name });
  expect(prepare(new TypedDocumentString(text))).toEqual({ text, kind, name });
  const fromAst = prepare(parse(text));
  expect(fromAst).toMatchObject({ kind, name });
  expect(parse(fromAst.text, { noLocation: true })).toEqual(parse(text, { noLocation: true }));
});

test("the result of a gql tag is taken: an AST with a location", () => {
  const gql = (parts: TemplateStringsArray) => Object.freeze(parse(parts.join("")));
  expect(prepare(gql`query Me { me { id } }` as AnyDocument)).toMatchObject({ kind: "query", name: "Me" });
});

test.each([
  { kind: "query", name: "Look" },
  { kind: "mutation", name: "Other" },
  { hash: "abc" },
])("what a typed text says of itself (%j) is not believed: its text decides", (meta) => {
  const text = "mutation Make { make { id } }";
  expect(prepare(new TypedDocumentString(text, meta))).toEqual({ text, kind: "mutation", name: "Make" });
});

test.each<[what: string, change: object]>([
  ["where it came from", { loc: { start: 0, end: 18, source: { body: "query Look { look }", name: "GraphQL request" } } }],
  ["its own kind", { operation: "query", __meta__: { kind: "query", name: "Look" } }],
])("what an AST says of %s is not believed: its nodes decide", (_what, change) => {
  const ast = { ...parse("mutation Make { make { id } }"), ...change };
  expect(prepare(ast as AnyDocument)).toEqual({ text: "mutation Make{make{id}}", kind: "mutation", name: "Make" });
});

test("an AST that answers otherwise the second time cannot pass for a query: the text that is sent decides", () => {
  let asked = 0;
  const definition = { ...parse("mutation Make { make }").definitions[0], get operation() { asked += 1; return asked === 1 ? "query" : "mutation"; } };
  const prepared = prepare({ kind: "Document", definitions: [definition] });
  expect(prepared.text.startsWith(prepared.kind)).toBe(true);
});

test.each([
  ["several operations", "query A { a } query B { b }", "holds 2"],
  ["a query and a mutation", "query A { a } mutation B { b }", "holds 2"],
  ["fragments alone", "fragment F on User { id }", "holds 0"],
  ["a schema", "type Query { me: String }", "the document is not GraphQL: what begins with type"],
  ["a subscription", "subscription S { s }", "a subscription cannot be sent"],
  ["a syntax error", "query Me { me { id }", "the document is not GraphQL: it ends where a } is missing"],
  ["an empty text", "", "holds 0"],
  ["plain words", "hello world", "the document is not GraphQL"],
])("%s cannot be sent", (_what, text, message) => {
  for (const document of [text, new TypedDocumentString(text)]) {
    expect(() => prepare(document)).toThrow(ConfigurationError);
    expect(() => prepare(document)).toThrow(message);
  }
});

test("several operations in an AST are refused too", () => {
  expect(() => prepare(parse("query A { a } query B { b }") as AnyDocument)).toThrow("holds 2");
  expect(() => prepare(parse("subscription S { s }") as AnyDocument)).toThrow("a subscription cannot be sent");
});

test("an error that only a whole parser sees is left to the server", () => {
  const text = "query Me { me(id: ) { id } }";
  expect(() => parse(text)).toThrow("Syntax Error");
  expect(prepare(text)).toEqual({ text, kind: "query", name: "Me" });
});

test.each<[what: string, document: () => object]>([
  ["with a circle", () => { const circle: Record<string, unknown> = { kind: "ListValue" }; circle["values"] = [circle]; return circle; }],
  ["that is nested too deep", () => { let value: object = { kind: "NullValue" }; for (let depth = 0; depth < 100_000; depth += 1) value = { kind: "ListValue", values: [value] }; return value; }],
  ["with a trap", () => ({ get kind() { throw new RangeError("hunter2"); } })],
])("an AST %s cannot be sent", (_what, value) => {
  const ast = structuredClone(parse("{ a(x: 1) }", { noLocation: true })) as unknown as { definitions: [{ selectionSet: { selections: [{ arguments: [{ value: object }] }] } }] };
  ast.definitions[0].selectionSet.selections[0].arguments[0].value = value();
  expect(() => prepare(ast as unknown as AnyDocument)).toThrow(new ConfigurationError("the document cannot be read"));
});

test("a typed text that fails to give its text cannot be sent", () => {
  class Trap extends String {
    override toString(): string {
      throw new RangeError("hunter2");
    }
  }
  expect(() => prepare(new Trap("{ a }"))).toThrow(new ConfigurationError("the document cannot be read"));
});

test("a malformed AST cannot be sent, and says what is missing", () => {
  const document = { kind: "Document", definitions: [{ kind: "OperationDefinition", operation: "query" }] } as const;
  expect(() => prepare(document)).toThrow(new ConfigurationError("the document's AST lacks a SelectionSet"));
});

test.each([undefined, null, 5, true, {}, [], { kind: "Document" }, { kind: "Document", definitions: "x" }, () => "query Me { me }", Symbol("query")])("%s is no document", (value) => {
  expect(() => prepare(value as unknown as AnyDocument)).toThrow(new ConfigurationError("a document must be GraphQL text, a TypedDocumentString or a TypedDocumentNode"));
});

test("a document is worked out once", () => {
  const text = "query Once { me { id } }";
  expect(prepare(text)).toBe(prepare(text));
  const typed = new TypedDocumentString(text);
  expect(prepare(typed)).toBe(prepare(typed));
  const ast = parse(text) as AnyDocument;
  expect(prepare(ast)).toBe(prepare(ast));
});

test("texts are not kept without bound", () => {
  const first = "query First { me { id } }";
  const known = prepare(first);
  for (let index = 0; index < 600; index += 1) prepare(`query Q${index} { me { id } }`);
  expect(prepare(first)).not.toBe(known);
  expect(prepare(first)).toEqual(known);
});

test("a long text with an error is not quoted whole", () => {
  const error = (() => {
    try {
      return prepare(`query { ${"x".repeat(5000)}`);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect((error as Error).message.length).toBeLessThan(300);
});

test("JSON that is none is undefined, and a parser's message never shows", () => {
  for (const text of ["", "{", "hunter2", "<html>", "\ufeff", "{'a':1}"]) expect(parseJson(text)).toBeUndefined();
  expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 });
  expect(parseJson("null")).toBeNull();
});

test("a record is an object and no list", () => {
  expect([{}, Object.create(null)].every(isRecord)).toBe(true);
  expect([null, [], "x", 5, undefined, () => 1].some(isRecord)).toBe(false);
});
