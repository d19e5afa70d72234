import { ConfigurationError } from "../../errors/index.ts";

export type OperationKind = "query" | "mutation";

/** The one operation of a document. */
export interface Operation {
  readonly kind: OperationKind;
  readonly name: string | undefined;
}

/**
 * Every character of a text belongs to one of these: what is ignored, a block string, a string, a name, or any other
 * character alone. A quotation mark alone is a string without an end.
 */
const token =
  /([\t\n\r ,\ufeff]+|#[^\n\r]*)|"""[^"\\]*(?:(?:\\"""|\\(?!""")|"(?!""))[^"\\]*)*"""|"(?!"")[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*"|[A-Za-z_]\w*|[^]/g;

const brackets = "()[]{}";

/** One definition of an outline: an operation with its kind and name, a fragment, or a selection alone, which is a query. */
const definition =
  /(?:(?: ")?(?: (query|mutation|subscription)(?: (\w+))?(?: \( \))?| (fragment) \w+(?: \( \))? on \w+)(?: @ \w+(?: \( \))?)*)? { }/gy;

/**
 * Finds the operation of a document. It reads the definitions of the text and skips what stands inside their brackets:
 * whether that is right is for the server to say, and changes neither the kind nor the name.
 *
 * @throws {@link ConfigurationError} for subscriptions, for anything but exactly one operation, and for a text whose
 * definitions cannot be made out: then nobody could say whether it writes.
 */
export function scan(text: string): Operation {
  const outline = outlineOf(text);
  const definitions = [...outline.matchAll(definition)];
  const rest = outline.slice(definitions.reduce((length, [whole]) => length + whole.length, 0));
  if (rest !== "") throw notGraphQL(`what begins with ${rest.slice(1, 50).replace(/ .*/, "")} is no operation and no fragment`);
  const operations = definitions.filter(([, , , fragment]) => fragment === undefined);
  const [operation] = operations;
  if (operation === undefined || operations.length > 1) {
    throw new ConfigurationError(`a document must hold exactly one operation, and this one holds ${operations.length}`);
  }
  const [, kind = "query", name] = operation;
  if (kind !== "query" && kind !== "mutation") throw new ConfigurationError(`a ${kind} cannot be sent as a request`);
  return { kind, name };
}

/** The tokens outside of all brackets, each after a space; of a string only its quotation mark. */
function outlineOf(text: string): string {
  const open: string[] = [];
  const outline = text.replace(token, (found: string, ignored: string | undefined, offset: number) => {
    if (ignored !== undefined) return "";
    const bracket = brackets.indexOf(found);
    const closes = bracket % 2 === 1;
    if (found === '"') throw notGraphQL(`line ${lineOf(text, offset)}: a string without an end`);
    if (closes && open.pop() !== found) throw notGraphQL(`line ${lineOf(text, offset)}: a ${found} closes nothing`);
    const shown = open.length > 0 ? "" : ` ${found.startsWith('"') ? '"' : found}`;
    if (bracket >= 0 && !closes) open.push(brackets.charAt(bracket + 1));
    return shown;
  });
  const missing = open.pop();
  if (missing !== undefined) throw notGraphQL(`it ends where a ${missing} is missing`);
  return outline;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|[\n\r]/).length;
}

function notGraphQL(why: string): ConfigurationError {
  return new ConfigurationError(`the document is not GraphQL: ${why}`);
}
