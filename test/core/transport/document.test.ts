import { parse, print } from "graphql";
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
  expect(prepare(parse(text) as AnyDocument)).toEqual({ text: print(parse(text)), kind, name });
});

test("the result of a gql tag is taken: an AST with a location", () => {
  const gql = (parts: TemplateStringsArray) => Object.freeze(parse(parts.join("")));
  expect(prepare(gql`query Me { me { id } }` as AnyDocument)).toMatchObject({ kind: "query", name: "Me" });
});

test("a typed text with stored facts is taken at its word", () => {
  const text = "mutation Make { make { id } }";
  expect(prepare(new TypedDocumentString(text, { kind: "mutation", name: "Make" }))).toEqual({ text, kind: "mutation", name: "Make" });
});

test.each([{}, { hash: "abc" }, { kind: "mutation" }, { name: "Make" }, { kind: "subscription", name: "Make" }, { kind: "mutation", name: 5 }])(
  "stored facts that are not all there (%j) are looked up in the text",
  (meta) => {
    expect(prepare(new TypedDocumentString("mutation Make { make { id } }", meta))).toMatchObject({ kind: "mutation", name: "Make" });
  },
);

test.each([
  ["several operations", "query A { a } query B { b }", "holds 2"],
  ["a query and a mutation", "query A { a } mutation B { b }", "holds 2"],
  ["fragments alone", "fragment F on User { id }", "holds 0"],
  ["a schema", "type Query { me: String }", "holds 0"],
  ["a subscription", "subscription S { s }", "a subscription cannot be sent"],
  ["a syntax error", "query Me { me { id }", "the document is not GraphQL: Syntax Error"],
  ["an empty text", "", "the document is not GraphQL"],
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
