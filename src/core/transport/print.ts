import { ConfigurationError } from "../../errors/index.ts";
import { isRecord } from "./json.ts";

type Node = Readonly<Record<string, unknown>>;

const name = /^[A-Za-z_]\w*$/;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What may stand where. */
const definitions = ["OperationDefinition", "FragmentDefinition"];
const selections = ["Field", "FragmentSpread", "InlineFragment"];
const types = ["NamedType", "ListType", "NonNullType"];
const values = ["Variable", "IntValue", "FloatValue", "StringValue", "BooleanValue", "NullValue", "EnumValue", "ListValue", "ObjectValue"];

/** How each kind of node is written, as short as it can be. Descriptions are left out: they say nothing to a server. */
const writers: Readonly<Record<string, (node: Node) => string>> = {
  Document: (node) => many(node["definitions"], definitions),
  OperationDefinition: (node) =>
    text(node["operation"], /^(query|mutation|subscription)$/) + maybe(node["name"], ["Name"], " ") + variables(node) + directives(node) + selected(node),
  FragmentDefinition: (node) => `fragment ${fragmentName(node)}${variables(node)} on ${one(node["typeCondition"], types)}${directives(node)}${selected(node)}`,
  VariableDefinition: (node) =>
    `${one(node["variable"], ["Variable"])}:${one(node["type"], types)}${maybe(node["defaultValue"], values, "=")}${directives(node)}`,
  SelectionSet: (node) => many(node["selections"], selections, "{", "}"),
  Field: (node) => {
    const alias = maybe(node["alias"], ["Name"]);
    return (alias && `${alias}:`) + named(node) + given(node) + directives(node) + maybe(node["selectionSet"], ["SelectionSet"]);
  },
  FragmentSpread: (node) => `...${fragmentName(node)}${directives(node)}`,
  InlineFragment: (node) => `...${maybe(node["typeCondition"], types, "on ")}${directives(node)}${selected(node)}`,
  Argument: pair,
  ObjectField: pair,
  Directive: (node) => `@${named(node)}${given(node)}`,
  Name: (node) => text(node["value"], name),
  Variable: (node) => `$${named(node)}`,
  NamedType: named,
  ListType: (node) => `[${one(node["type"], types)}]`,
  NonNullType: (node) => `${one(node["type"], ["NamedType", "ListType"])}!`,
  IntValue: (node) => text(node["value"], number),
  FloatValue: (node) => text(node["value"], number),
  // A block string has the same value as this, and JSON's escapes are GraphQL's.
  StringValue: (node) => JSON.stringify(text(node["value"], /^/)),
  BooleanValue: (node) => text(String(node["value"]), /^(true|false)$/),
  NullValue: () => "null",
  EnumValue: (node) => text(node["value"], /^(?!(true|false|null)$)[A-Za-z_]\w*$/),
  ListValue: (node) => `[${many(node["values"], values)}]`,
  ObjectValue: (node) => `{${many(node["fields"], ["ObjectField"])}}`,
};

/**
 * The text of an AST, from its nodes alone: where it says that it came from may be out of date.
 *
 * @throws {@link ConfigurationError} for what is no AST of operations and fragments.
 */
export function print(document: object): string {
  return one(document, ["Document"]);
}

function one(node: unknown, kinds: readonly string[]): string {
  const kind = isRecord(node) ? kinds.find((known) => known === node["kind"]) : undefined;
  const write = kind === undefined ? undefined : writers[kind];
  if (!isRecord(node) || write === undefined) throw malformed(`lacks a ${kinds.join(" or ")}`);
  return write(node);
}

function maybe(node: unknown, kinds: readonly string[], before = ""): string {
  return node === undefined || node === null ? "" : before + one(node, kinds);
}

/** Nothing at all for an empty list. */
function many(nodes: unknown, kinds: readonly string[], before = "", after = ""): string {
  if (nodes === undefined || nodes === null) return "";
  if (!Array.isArray(nodes)) throw malformed(`lacks a list of ${kinds.join(" or ")}`);
  return nodes.length === 0 ? "" : before + nodes.map((node) => one(node, kinds)).join(" ") + after;
}

function text(value: unknown, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw malformed("holds a name or a value that is none");
  return value;
}

function named(node: Node): string {
  return one(node["name"], ["Name"]);
}

function fragmentName(node: Node): string {
  return text(named(node), /^(?!on$)/);
}

function pair(node: Node): string {
  return `${named(node)}:${one(node["value"], values)}`;
}

function given(node: Node): string {
  return many(node["arguments"], ["Argument"], "(", ")");
}

function variables(node: Node): string {
  return many(node["variableDefinitions"], ["VariableDefinition"], "(", ")");
}

function directives(node: Node): string {
  return many(node["directives"], ["Directive"]);
}

/** The selection of anything but a field, which must hold something: without it the rest would mean something else. */
function selected(node: Node): string {
  return text(one(node["selectionSet"], ["SelectionSet"]), /./);
}

function malformed(how: string): ConfigurationError {
  return new ConfigurationError(`the document's AST ${how}`);
}
