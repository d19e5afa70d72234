import { parse, print, type DocumentNode } from "graphql";
import { ConfigurationError } from "../../errors/index.ts";

/** Carries the types of a document's result and variables, as code generators write them. */
export interface DocumentTypes<TData, TVariables> {
  /** Never present at run time. */
  __apiType?: (variables: TVariables) => TData;
}

/** A document as an AST: `TypedDocumentNode` of code generators, or the result of a `gql` tag. */
export interface DocumentAst<TData, TVariables> extends DocumentTypes<TData, TVariables> {
  readonly kind: "Document";
  readonly definitions: readonly unknown[];
}

/** A document as text with types: `TypedDocumentString` of code generators. */
export interface DocumentText<TData, TVariables> extends DocumentTypes<TData, TVariables> {
  toString(): string;
  readonly length: number;
}

/** A GraphQL document with exactly one operation: an AST, a typed text, or plain text. */
export type Document<TData = unknown, TVariables = Record<string, unknown>> =
  | DocumentAst<TData, TVariables>
  | DocumentText<TData, TVariables>
  | string;

/** Any document, where its types do not matter. */
export type AnyDocument = Document<unknown, never>;

export type OperationKind = "query" | "mutation";

/** A document as the wire needs it. */
export interface PreparedDocument {
  readonly text: string;
  readonly name: string | undefined;
  readonly kind: OperationKind;
}

/** Owner: this module. Key: the document object itself. Never stale, since documents do not change. */
const preparedObjects = new WeakMap<object, PreparedDocument>();
/** Owner: this module. Key: the whole text. Bounded: the oldest goes when it is full. */
const preparedTexts = new Map<string, PreparedDocument>();
const maximumTexts = 500;

/**
 * Text, name and kind of a document, worked out once for each document.
 *
 * @throws {@link ConfigurationError} for syntax errors, subscriptions, and anything but exactly one operation.
 */
export function prepare(document: AnyDocument): PreparedDocument {
  if (typeof document === "string") return prepareText(document);
  if (typeof document !== "object" || document === null) throw notADocument();
  const known = preparedObjects.get(document);
  if (known !== undefined) return known;
  const prepared = prepareObject(document);
  preparedObjects.set(document, prepared);
  return prepared;
}

function prepareObject(document: object): PreparedDocument {
  if (isAst(document)) return describe(document, () => print(document));
  if (!(document instanceof String)) throw notADocument();
  const text = document.toString();
  const meta: unknown = Reflect.get(document, "__meta__");
  if (typeof meta === "object" && meta !== null) {
    // Our own code generation stores what parsing would find.
    const { kind, name }: { kind?: unknown; name?: unknown } = meta;
    if ((kind === "query" || kind === "mutation") && typeof name === "string") return { text, kind, name };
  }
  return prepareText(text);
}

function prepareText(text: string): PreparedDocument {
  const known = preparedTexts.get(text);
  if (known !== undefined) return known;
  const prepared = describe(parsed(text), () => text);
  if (preparedTexts.size >= maximumTexts) {
    for (const oldest of preparedTexts.keys()) {
      preparedTexts.delete(oldest);
      break;
    }
  }
  preparedTexts.set(text, prepared);
  return prepared;
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : "syntax error";
    throw new ConfigurationError(`the document is not GraphQL: ${message.slice(0, 200)}`);
  }
}

function describe(document: DocumentNode, text: () => string): PreparedDocument {
  const operations = document.definitions.filter((definition) => definition.kind === "OperationDefinition");
  const [operation] = operations;
  if (operation === undefined || operations.length > 1) {
    throw new ConfigurationError(`a document must hold exactly one operation, and this one holds ${operations.length}`);
  }
  const kind: string = operation.operation;
  if (kind !== "query" && kind !== "mutation") throw new ConfigurationError(`a ${kind} cannot be sent as a request`);
  return { text: text(), kind, name: operation.name?.value };
}

function isAst(document: object): document is DocumentNode {
  return Reflect.get(document, "kind") === "Document" && isListOfObjects(Reflect.get(document, "definitions"));
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);
}

function notADocument(): ConfigurationError {
  return new ConfigurationError("a document must be GraphQL text, a TypedDocumentString or a TypedDocumentNode");
}
