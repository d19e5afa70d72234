import type { Answer } from "../faults.ts";
import { failure } from "./answers.ts";

/** What a GraphQL request over HTTP consists of. */
export interface RequestBody {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Reads a request, or gives the answer that says why it is none. */
export async function readRequestBody(request: Request): Promise<RequestBody | Answer> {
  // Read in every case, so that a real connection is never left with an unread request.
  const text = await request.text();
  if (request.method !== "POST") return failure(405, "BAD_REQUEST", "Only POST is supported.", { allow: "POST" });
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return failure(415, "BAD_REQUEST", "The content type must be application/json.");
  }
  const body = parseJson(text);
  if (!isRecord(body)) return failure(400, "BAD_REQUEST", "The body must be a JSON object.");
  const { query, operationName, variables } = body;
  if (typeof query !== "string") return failure(400, "BAD_REQUEST", "'query' must be a string.");
  if (operationName != null && typeof operationName !== "string") {
    return failure(400, "BAD_REQUEST", "'operationName' must be a string.");
  }
  if (variables != null && !isRecord(variables)) return failure(400, "BAD_REQUEST", "'variables' must be an object.");
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
