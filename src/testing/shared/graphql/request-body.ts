import { isRecord, parseJson } from "../json.ts";
import { isJson, type Received } from "../received.ts";

/** What a GraphQL request over HTTP consists of. */
export interface RequestBody {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Why a request over HTTP is no GraphQL request. */
export interface Unreadable {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Takes a request apart, or says why it is no GraphQL request. */
export function readRequestBody({ method, headers, text }: Received): RequestBody | Unreadable {
  if (method !== "POST") return { status: 405, message: "Only POST is supported.", headers: { allow: "POST" } };
  if (!isJson(headers)) return { status: 415, message: "The content type must be application/json." };
  const body = parseJson(text);
  if (!isRecord(body)) return bad("The body must be a JSON object.");
  const { query, operationName, variables } = body;
  if (typeof query !== "string") return bad("'query' must be a string.");
  if (operationName != null && typeof operationName !== "string") return bad("'operationName' must be a string.");
  if (variables != null && !isRecord(variables)) return bad("'variables' must be an object.");
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}

function bad(message: string): Unreadable {
  return { status: 400, message };
}
