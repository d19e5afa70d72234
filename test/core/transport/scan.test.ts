import fc from "fast-check";
import { Kind, parse, print, type DocumentNode } from "graphql";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { scan, type Operation } from "../../../src/core/transport/scan.ts";
import { documents, rewritten } from "./documents.ts";

/** What graphql's own parser says of a text: its one operation, or why it is not to be sent. */
function judge(text: string): Operation | "no GraphQL" | "not to be sent" {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch {
    return "no GraphQL";
  }
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const executable = document.definitions.every(({ kind }) => kind === Kind.OPERATION_DEFINITION || kind === Kind.FRAGMENT_DEFINITION);
  const [operation] = operations;
  if (!executable || operation === undefined || operations.length > 1) return "not to be sent";
  const kind: string = operation.operation;
  return kind === "query" || kind === "mutation" ? { kind, name: operation.name?.value } : "not to be sent";
}

/** What `scan` says of it; any error but a ConfigurationError fails the test. */
function found(text: string): Operation | "refused" {
  try {
    return scan(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return "refused";
  }
}

/** Whatever a parser can read, `scan` reads alike; what no parser can read, it may let pass, since no server runs it. */
function agree(text: string, seen: Map<string, number>): void {
  const judged = judge(text);
  const scanned = found(text);
  const verdict = typeof judged === "string" ? judged : judged.kind;
  seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  if (typeof judged === "object") expect(scanned, text).toEqual(judged);
  if (judged === "not to be sent") expect(scanned, text).toBe("refused");
}

test("of every valid document it says what the parser says, whatever stands between its tokens", () => {
  const seen = new Map<string, number>();
  const written = documents.chain((document) => rewritten(print(document)));
  fc.assert(fc.property(written, (text) => { agree(text, seen); }), { numRuns: 1_500 });
  for (const verdict of ["query", "mutation", "not to be sent"]) expect(seen.get(verdict), verdict).toBeGreaterThan(50);
});

/** Pieces that open, close, hide or imitate something. */
const pieces = ['"', '""', '"""', "\\", '\\"', '\\"""', "{", "}", "(", ")", "[", "]", "#", "\n", "\r", ",", "@", "...", "$", ":", "=", "!", "|", "&", "1", "a", " ", "\ufeff", "\u2028", "\u00a0", "\v", "\0", "\ud800", "é", "mutation", "query", "subscription", "fragment", "on", " mutation M { x } ", " type T { a: A } ", ' "d" '];

test("of a document that was damaged anywhere it says what the parser says, where the parser can read it", () => {
  const seen = new Map<string, number>();
  const damages = fc.array(fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), put: fc.constantFrom("", ...pieces) }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(documents, damages, (document, all) => {
      let text = print(document);
      for (const { at, remove, put } of all) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + put + text.slice(place + remove);
      }
      agree(text, seen);
    }),
    { numRuns: 4_000 },
  );
  for (const verdict of ["query", "mutation", "not to be sent", "no GraphQL"]) expect(seen.get(verdict), verdict).toBeGreaterThan(50);
});

test("of any heap of pieces it says what the parser says, where the parser can read it", () => {
  const seen = new Map<string, number>();
  const heap = fc.array(fc.constantFrom(...pieces, "{ a }", "query", "mutation M", "{x}", "fragment F on T{f}"), { maxLength: 10 });
  fc.assert(fc.property(heap, (parts) => { agree(parts.join(""), seen); }), { numRuns: 8_000 });
  for (const verdict of ["query", "mutation", "not to be sent", "no GraphQL"]) expect(seen.get(verdict), verdict).toBeGreaterThan(5);
});

test.each<[what: string, text: string, kind: string, name: string | undefined]>([
  ["a comment", "# mutation Fake { x }\nquery Real { a }", "query", "Real"],
  ["a comment that another line separator does not end", "query Real { a } #\u2028 mutation Fake { x }", "query", "Real"],
  ["a comment that a carriage return ends", "query Fake#\rReal { a }".replace("Fake", ""), "query", "Real"],
  ["a string", 'query Real { a(x: "} mutation Fake { x") }', "query", "Real"],
  ["a string with an escaped quotation mark", String.raw`query Real { a(x: "\"} mutation Fake { x") }`, "query", "Real"],
  ["a string that ends in a backslash", String.raw`mutation Real { a(x: "\\") b(y: "} query Fake { x") }`, "mutation", "Real"],
  ["a block string", 'query Real { a(x: """\n"} mutation Fake { x ""\n""") }', "query", "Real"],
  ["a block string with an escaped end", String.raw`query Real { a(x: """ \""" } mutation Fake { x """) }`, "query", "Real"],
  ["a block string that ends in a backslash and more quotation marks", String.raw`mutation Real { a(x: """\"""""") }`, "mutation", "Real"],
  ["empty strings side by side", 'query Real { a(x: ["" "", "}"]) }', "query", "Real"],
  ["a field and an alias", "query Real { mutation: subscription { query } }", "query", "Real"],
  ["a fragment's name", "fragment mutation on T { a } query Real { ...mutation }", "query", "Real"],
  ["the type of a fragment", "fragment F on mutation { a } query Real { ...F }", "query", "Real"],
  ["a directive", "query Real @mutation(subscription: {mutation: [query]}) @b { a }", "query", "Real"],
  ["a variable and its default", "mutation Real($query: [query!]! = [{query: query}] @query) { a }", "mutation", "Real"],
  ["an operation's own name", "mutation query { a }", "mutation", "query"],
  ["a description", '"mutation Fake { x }" query Real { a }', "query", "Real"],
  ["a description of a fragment", '""" query """ fragment F on T { a } mutation { ...F }', "mutation", undefined],
  ["the name of an enum value", "{ a(x: mutation) }", "query", undefined],
])("a word in %s does not mislead it", (_what, text, kind, name) => {
  expect(judge(text), "the parser's verdict").toEqual({ kind, name });
  expect(scan(text)).toEqual({ kind, name });
});

test.each<[what: string, text: string, message: string]>([
  ["several operations", "query A { a } mutation B { b }", "this one holds 2"],
  ["two selections alone", "{ a } { b }", "this one holds 2"],
  ["no operation", "fragment F on T { a }", "this one holds 0"],
  ["nothing", " \n# query A { a }", "this one holds 0"],
  ["a subscription", "subscription S { a }", "a subscription cannot be sent"],
  ["a schema", "type Query { a: A }", "what begins with type is no operation and no fragment"],
  ["a schema beside an operation", "query A { a } type T { a: A }", "what begins with type is no operation and no fragment"],
  ["plain words", "hello world", "what begins with hello is no operation and no fragment"],
  ["an operation without a selection", "query A query B { b }", "what begins with query is no operation and no fragment"],
  ["two names", "query A B { b }", "what begins with query is no operation and no fragment"],
  ["a fragment without a type", "query A { a } fragment F { a }", "what begins with fragment is no operation and no fragment"],
  ["a description of a selection alone", '"d" { a }', 'what begins with " is no operation and no fragment'],
  ["another kind of white space", "query\u00a0A { a }", "what begins with query is no operation and no fragment"],
  ["a bracket that is missing", "query A {\n  a {\n}", "it ends where a } is missing"],
  ["a bracket too many", "query A {\n  a }\n}", "line 3: a } closes nothing"],
  ["brackets that cross", "query A { a(x: [1) ] }", "line 1: a ) closes nothing"],
  ["a string without an end", 'query A {\r\n  a(x: "b) }\r\n}', "line 2: a string without an end"],
  ["a string over two lines", 'query A { a(x: "b\n") }', "line 1: a string without an end"],
  ["a block string without an end", 'query A { a(x: """b) }', "line 1: a string without an end"],
  ["a block string whose end is escaped", String.raw`query A { a(x: """b\""") }`, "line 1: a string without an end"],
])("%s is refused", (_what, text, message) => {
  expect(() => scan(text)).toThrow(ConfigurationError);
  expect(() => scan(text)).toThrow(message);
});

test("what it quotes of a text is short, and never from inside of a string or a bracket", () => {
  const caught = ((): unknown => {
    try {
      return scan(`${"x".repeat(5_000)} "hunter2" { a(password: "hunter2") }`);
    } catch (error) {
      return error;
    }
  })();
  expect(caught).toBeInstanceOf(ConfigurationError);
  expect((caught as Error).message.length).toBeLessThan(150);
  expect((caught as Error).message).not.toContain("hunter2");
});

test.each<[what: string, text: string, kind: string]>([
  ["selection", `mutation{${"a ".repeat(300_000)}}`, "mutation"],
  ["string", `mutation{a(x:"${"n".repeat(3_000_000)}")}`, "mutation"],
  ["nesting", `{a(x:${"[".repeat(200_000)}${"]".repeat(200_000)})}`, "query"],
])("a long %s is read", (_what, text, kind) => {
  expect(scan(text)).toEqual({ kind, name: undefined });
});
