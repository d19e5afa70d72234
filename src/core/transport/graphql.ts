import { GraphQLClient } from "graphql-request";
import { ValidationError } from "../../errors/index.ts";
import { encodeBody } from "../secret.ts";
import type { PreparedDocument } from "./document.ts";
import type { Envelope } from "./classify.ts";
import type { Answer } from "./execute.ts";

/**
 * Sends one operation through graphql-request, which encodes the request and reads the answer; what is between the two
 * is `send`, the way of a call. The document goes in as text, so that nothing is parsed or printed here.
 *
 * @param send - takes the encoded body; its errors reach the caller as they are.
 */
export async function sendOperation(
  url: string,
  document: PreparedDocument,
  variables: object | undefined,
  send: (body: string) => Promise<Answer<Envelope>>,
): Promise<Answer<Envelope>> {
  let answer: Answer<Envelope> | undefined;
  const client = new GraphQLClient(url, {
    method: "POST",
    errorPolicy: "all",
    // Finding the name would parse the document again; it is put back when the body is written.
    excludeOperationName: true,
    jsonSerializer: {
      stringify: (body: object) => encode({ ...body, operationName: document.name }),
      parse: () => answer?.value,
    },
    fetch: async (_url, init) => {
      answer = await send(typeof init?.body === "string" ? init.body : "");
      return asResponse(answer);
    },
  });
  await client.rawRequest(document.text, variables);
  if (answer === undefined) throw new TypeError("graphql-request resolved without sending");
  return answer;
}

function encode(body: object): string {
  try {
    return encodeBody(body);
  } catch {
    throw new ValidationError("the variables cannot be written as JSON", [
      { path: "variables", message: "holds a BigInt or refers to itself" },
    ]);
  }
}

/** The part of a `Response` that graphql-request reads; making a real one costs more than the rest of a call. */
function asResponse(answer: Answer<Envelope>): Response {
  const parts: Pick<Response, "status" | "ok" | "text"> & { headers: Pick<Headers, "get"> } = {
    status: answer.response.status,
    ok: true,
    headers: { get: () => "application/json" },
    text: () => Promise.resolve(""),
  };
  return parts as Response;
}
