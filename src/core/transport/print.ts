import { ConfigurationError } from "../../errors/index.ts";
import { isRecord } from "./json.ts";

type Node = Readonly<Record<string, unknown>>;
/** What may stand in one place: how each kind of node is written there, as short as it can be. */
type Kinds = Readonly<Record<string, (node: Node) => string>>;

const name: Kinds = { Name: ({ value }) => text(value, /^[A-Za-z_]\w*$/) };
const argument: Kinds = { Argument: pair };
const field: Kinds = { ObjectField: pair };
const variable: Kinds = { Variable: (node) => `$${named(node)}` };

const values: Kinds = {
  ...variable,
  IntValue: number,
  FloatValue: number,
  // A block string has the same value as this, and JSON's escapes are GraphQL's.
  StringValue: ({ value }) => JSON.stringify(text(value, /^/)),
  BooleanValue: ({ value }) => text(String(value), /^(true|false)$/),
  NullValue: () => "null",
  EnumValue: ({ value }) => text(value, /^(?!(true|false|null)$)[A-Za-z_]\w*$/),
  ListValue: (node) => `[${many(node["values"], values)}]`,
  ObjectValue: ({ fields }) => `{${many(fields, field)}}`,
};

const bareTypes: Kinds = { NamedType: named, ListType: ({ type }) => `[${one(type, types)}]` };
const types: Kinds = { ...bareTypes, NonNullType: ({ type }) => `${one(type, bareTypes)}!` };

const directive: Kinds = { Directive: (node) => `@${named(node)}${given(node)}` };

const selections: Kinds = {
  Field: (node) => maybe(node["alias"], name, "", ":") + named(node) + given(node) + directives(node) + maybe(node["selectionSet"], selectionSet),
  FragmentSpread: (node) => `...${fragmentName(node)}${directives(node)}`,
  InlineFragment: (node) => `...${maybe(node["typeCondition"], types, "on ")}${directives(node)}${selected(node)}`,
};
const selectionSet: Kinds = { SelectionSet: (node) => many(node["selections"], selections, "{", "}") };

const variableDefinition: Kinds = {
  VariableDefinition: (node) => `${one(node["variable"], variable)}:${one(node["type"], types)}${maybe(node["defaultValue"], values, "=")}${directives(node)}`,
};

/** Descriptions are left out: they say nothing to a server. */
const definitions: Kinds = {
  OperationDefinition: (node) =>
    text(node["operation"], /^(query|mutation|subscription)$/) + maybe(node["name"], name, " ") + variables(node) + directives(node) + selected(node),
  FragmentDefinition: (node) => `fragment ${fragmentName(node)}${variables(node)} on ${one(node["typeCondition"], types)}${directives(node)}${selected(node)}`,
};

/**
 * The text of an AST, from its nodes alone: the text that it says it came from may be out of date.
 *
 * @throws {@link ConfigurationError} for what is no AST of operations and fragments.
 */
export function print(document: object): string {
  return many(Reflect.get(document, "definitions"), definitions);
}

function one(node: unknown, kinds: Kinds): string {
  const kind = isRecord(node) ? node["kind"] : undefined;
  const write = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!isRecord(node) || write === undefined) throw malformed(`lacks a ${Object.keys(kinds).join(" or ")}`);
  return write(node);
}

function maybe(node: unknown, kinds: Kinds, before = "", after = ""): string {
  return node === undefined || node === null ? "" : before + one(node, kinds) + after;
}

/** Nothing at all for an empty list. */
function many(nodes: unknown, kinds: Kinds, before = "", after = ""): string {
  const list: unknown = nodes ?? [];
  if (!Array.isArray(list)) throw malformed(`lacks a list of ${Object.keys(kinds).join(" or ")}`);
  return list.length === 0 ? "" : before + list.map((node) => one(node, kinds)).join(" ") + after;
}

function text(value: unknown, pattern: RegExp): string {
  if (typeof value !== "string" || !pattern.test(value)) throw malformed("holds a name or a value that is none");
  return value;
}

function number({ value }: Node): string {
  return text(value, /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/);
}

function named(node: Node): string {
  return one(node["name"], name);
}

function fragmentName(node: Node): string {
  return text(named(node), /^(?!on$)/);
}

function pair(node: Node): string {
  return `${named(node)}:${one(node["value"], values)}`;
}

function given(node: Node): string {
  return many(node["arguments"], argument, "(", ")");
}

function variables(node: Node): string {
  return many(node["variableDefinitions"], variableDefinition, "(", ")");
}

function directives(node: Node): string {
  return many(node["directives"], directive);
}

/** The selection of anything but a field, which must hold something: without it the rest would mean something else. */
function selected(node: Node): string {
  return text(one(node["selectionSet"], selectionSet), /./);
}

function malformed(how: string): ConfigurationError {
  return new ConfigurationError(`the document's AST ${how}`);
}
