import { GraphQLClient } from "graphql-request";
import type { PreparedDocument } from "./document.ts";

/** The body of a document's requests, as graphql-request writes it. */
interface Frame {
  /** Whole, for a request without variables. */
  readonly bare: string;
  /** What stands before and after the variables. */
  readonly before: string;
  readonly after: string;
}

/** Owner: this module. Key: a document, which does not change; gone with it. */
const frames = new WeakMap<PreparedDocument, Frame>();

/**
 * The body of a request for an operation. graphql-request writes the body of a document once; afterwards the variables, which are
 * written already, are put in the place that it gave them.
 */
export function encode(document: PreparedDocument, variables: string | undefined): string {
  let frame = frames.get(document);
  if (frame === undefined) frames.set(document, (frame = frameOf(document)));
  return variables === undefined ? frame.bare : frame.before + variables + frame.after;
}

function frameOf(document: PreparedDocument): Frame {
  // Longer than the text, so that it stands nowhere in it.
  const place = "v".repeat(document.text.length + 1);
  const [before, after] = body(document, { toJSON: () => place }).split(JSON.stringify(place));
  if (before === undefined || after === undefined) throw new TypeError("graphql-request did not write the variables");
  return { bare: body(document, undefined), before, after };
}

/**
 * graphql-request puts a request together in one go, up to the `fetch` that it is given; that one takes the body, and answers
 * nothing. The document goes in as text, so that nothing is parsed or printed.
 */
function body({ text, name }: PreparedDocument, variables: object | undefined): string {
  let taken: unknown;
  const client = new GraphQLClient("http://localhost", {
    method: "POST",
    // Finding the name would parse the document again; it is put back when the body is written.
    excludeOperationName: true,
    jsonSerializer: { stringify: (request: object) => JSON.stringify({ ...request, operationName: name }), parse: JSON.parse },
    fetch: (_url, init) => {
      taken = init?.body;
      return new Promise<never>(() => undefined);
    },
  });
  client.rawRequest(text, variables).catch(() => undefined);
  if (typeof taken !== "string") throw new TypeError("graphql-request did not encode the operation");
  return taken;
}
