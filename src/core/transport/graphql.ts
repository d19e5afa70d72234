import { GraphQLClient } from "graphql-request";
import { ValidationError } from "../../errors/index.ts";
import { encodeBody } from "../secret.ts";
import type { PreparedDocument } from "./document.ts";

/** Turns an operation into the body of its request. */
export type Encoder = (document: PreparedDocument, variables: object | undefined) => string;

/** Thrown to end graphql-request's part; what follows is the way of a call. Not an error, which would take the time of a stack. */
const written = Symbol("the body is written");

/**
 * An encoder that is graphql-request's: it puts a request together in one go, up to its body. Of what follows it knows
 * nothing. The document goes in as text, so that nothing is parsed or printed here.
 */
export function encoder(): Encoder {
  let name: string | undefined;
  let body: unknown;
  let failure: unknown;
  const client = new GraphQLClient("http://localhost", {
    method: "POST",
    // Finding the name would parse the document again; it is put back when the body is written.
    excludeOperationName: true,
    jsonSerializer: {
      stringify: (request: object) => {
        try {
          body = encodeBody({ ...request, operationName: name });
        } catch (error) {
          failure = error;
        }
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- see above
        throw written;
      },
      parse: JSON.parse,
    },
  });
  return (document, variables) => {
    name = document.name;
    body = undefined;
    failure = undefined;
    client.rawRequest(document.text, variables).catch(() => undefined);
    if (typeof body === "string") return body;
    if (failure === undefined) throw new TypeError("graphql-request did not encode the operation");
    throw new ValidationError("the variables cannot be written as JSON", [
      { path: "variables", message: "holds a BigInt or refers to itself" },
    ]);
  };
}
