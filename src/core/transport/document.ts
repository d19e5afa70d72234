import { ConfigurationError } from "../../errors/index.ts";
import { print } from "./print.ts";
import { scan, type Operation } from "./scan.ts";

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

/** A document as the wire needs it. */
export interface PreparedDocument extends Operation {
  readonly text: string;
}

/** Owner: this module. Key: the document object itself. Never stale, since documents do not change. */
const preparedObjects = new WeakMap<object, PreparedDocument>();
/** Owner: this module. Key: the whole text. Bounded: the oldest goes when it is full. */
const preparedTexts = new Map<string, PreparedDocument>();
const maximumTexts = 500;

/**
 * Text, name and kind of a document, worked out once for each document. Name and kind always come from the very text
 * that is sent: nothing that a document says of itself can make a write pass for a read.
 *
 * @throws {@link ConfigurationError} for what is no GraphQL, subscriptions, and anything but exactly one operation.
 */
export function prepare(document: AnyDocument): PreparedDocument {
  if (typeof document === "string") return prepareText(document);
  if (typeof document !== "object" || document === null) throw notADocument();
  const known = preparedObjects.get(document);
  if (known !== undefined) return known;
  const prepared = prepareText(read(textOf, document));
  preparedObjects.set(document, prepared);
  return prepared;
}

function textOf(document: object): string {
  if (document instanceof String) return document.toString();
  if (Reflect.get(document, "kind") === "Document" && Array.isArray(Reflect.get(document, "definitions"))) return print(document);
  throw notADocument();
}

/** A document that is too deep or too long to be read, or goes round in circles, must not end in an error of the engine. */
function read<T, R>(reader: (document: T) => R, document: T): R {
  try {
    return reader(document);
  } catch (error) {
    throw error instanceof ConfigurationError ? error : new ConfigurationError("the document cannot be read");
  }
}

function prepareText(text: string): PreparedDocument {
  const known = preparedTexts.get(text);
  if (known !== undefined) return known;
  const prepared = { text, ...read(scan, text) };
  if (preparedTexts.size >= maximumTexts) {
    for (const oldest of preparedTexts.keys()) {
      preparedTexts.delete(oldest);
      break;
    }
  }
  preparedTexts.set(text, prepared);
  return prepared;
}

function notADocument(): ConfigurationError {
  return new ConfigurationError("a document must be GraphQL text, a TypedDocumentString or a TypedDocumentNode");
}
