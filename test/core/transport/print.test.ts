import fc from "fast-check";
import { parse, print as printByGraphql, type DocumentNode } from "graphql";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { print } from "../../../src/core/transport/print.ts";
import { bare, documents } from "./documents.ts";

test("what it writes is read as the very same document", () => {
  fc.assert(fc.property(documents, (document) => { expect(bare(parse(print(document)))).toEqual(bare(document)); }), { numRuns: 1_500 });
});

test("what it writes is read as what graphql's own printer writes", () => {
  // What that one makes of a block string is not always the same text, so that it gets none.
  const plain = documents.map((document) => bare(document) as DocumentNode);
  fc.assert(fc.property(plain, (document) => { expect(bare(parse(print(document)))).toEqual(bare(parse(printByGraphql(document)))); }), { numRuns: 1_000 });
});

test("it writes one short line", () => {
  const text = `
    "left out"
    query Find($id: ID!, $first: [Int!] = [1, 2] @deprecated) @cached(ttl: 1.5e3) {
      alias: node(id: $id, where: {name: "a\\"b", on: true, not: null, role: ADMIN}) {
        ...F @skip(if: $no)
        ... on User @include(if: true) { id }
        ... { name }
      }
    }
    fragment F on Node { id }
  `;
  expect(print(parse(text))).toBe(
    'query Find($id:ID! $first:[Int!]=[1 2]@deprecated)@cached(ttl:1.5e3){alias:node(id:$id where:{name:"a\\"b" on:true not:null role:ADMIN})' +
      "{...F@skip(if:$no) ...on User@include(if:true){id} ...{name}}} fragment F on Node{id}",
  );
});

test("a block string keeps its value", () => {
  const document = parse('{ a(x: """\n    first "line"\n      second \\\n    """) }');
  expect(print(document)).toBe('{a(x:"first \\"line\\"\\n  second \\\\")}'.replace("{", "query{"));
});

test("an AST that was transformed is written as it is now, not as the text that it came from", () => {
  const document = parse("query Old { a b }");
  const [definition] = document.definitions;
  if (definition?.kind !== "OperationDefinition") throw new TypeError("no operation");
  const selections = definition.selectionSet.selections.slice(1);
  const changed = { ...document, definitions: [{ ...definition, name: undefined, selectionSet: { ...definition.selectionSet, selections } }] };
  expect(changed.loc?.source.body).toBe("query Old { a b }");
  expect(print(changed)).toBe("query{b}");
});

test("a field whose selection was emptied is written without one, as graphql's own printer does", () => {
  const selectionSet = { kind: "SelectionSet", selections: [] };
  const document = operation([{ ...field("a"), selectionSet }]);
  expect(print(document)).toBe("query{a}");
  expect(bare(parse(printByGraphql(document as unknown as DocumentNode)))).toEqual(bare(parse(print(document))));
});

const nameOf = (value: unknown): object => ({ kind: "Name", value });
const field = (value: unknown): object => ({ kind: "Field", name: nameOf(value) });
const operation = (selections: unknown, more: object = {}): object => ({
  kind: "Document",
  definitions: [{ kind: "OperationDefinition", operation: "query", selectionSet: { kind: "SelectionSet", selections }, ...more }],
});
const withValue = (value: unknown): object => operation([{ ...field("a"), arguments: [{ kind: "Argument", name: nameOf("x"), value }] }]);

test.each<[what: string, document: object]>([
  ["a name that closes the operation and begins another", operation([field("a} mutation M{ x")])],
  ["an empty name", operation([field("")])],
  ["a name that is no text", operation([field(5)])],
  ["a name object instead of a node", operation([{ kind: "Field", name: "a" }])],
  ["a kind of operation that there is none of", operation([field("a")], { operation: "mutation M { x } query" })],
  ["no kind of operation", operation([field("a")], { operation: undefined })],
  ["a number that is none", withValue({ kind: "IntValue", value: "1) b(y: 2" })],
  ["a number that is no text", withValue({ kind: "IntValue", value: 1 })],
  ["a string that is no text", withValue({ kind: "StringValue", value: { toString: () => "x" } })],
  ["a truth that is none", withValue({ kind: "BooleanValue", value: "true) b(y: true" })],
  ["an enum value that is none", withValue({ kind: "EnumValue", value: "null" })],
  ["a value of an unknown kind", withValue({ kind: "__proto__", value: "1" })],
  ["a value where a selection belongs", operation([{ kind: "IntValue", value: "1" }])],
  ["a selection where a value belongs", withValue(field("a"))],
  ["a hole in a list", operation([null])],
  ["a list that is none", operation({ 0: field("a"), length: 1 })],
  ["no selection", operation([field("a")], { selectionSet: undefined })],
  ["an empty selection", operation([])],
  ["an inline fragment with nothing in it", operation([{ kind: "InlineFragment", selectionSet: { kind: "SelectionSet", selections: [] } }, field("a")])],
  ["a spread that would begin an inline fragment", operation([{ kind: "FragmentSpread", name: nameOf("on") }, field("a")])],
  ["a type that is twice not null", operation([field("a")], { variableDefinitions: [{ kind: "VariableDefinition", variable: { kind: "Variable", name: nameOf("x") }, type: { kind: "NonNullType", type: { kind: "NonNullType", type: { kind: "NamedType", name: nameOf("T") } } } }] })],
  ["a schema", parse("type Query { a: A }")],
  ["a schema beside an operation", parse("query A { a } type T { a: A }")],
])("an AST with %s is refused", (_what, document) => {
  expect(() => print(document)).toThrow(ConfigurationError);
  expect(() => print(document)).toThrow(/^the document's AST (lacks|holds) /);
});
