import type { Answer } from "../shared/answer.ts";
import type { Engine, Prepared } from "../shared/graphql/engine.ts";
import { readRequestBody, type RequestBody } from "../shared/graphql/request-body.ts";
import { operationOf, selectedFields, selectsField } from "../shared/graphql/selection.ts";
import type { ReadCall } from "../shared/pipeline.ts";
import type { Received } from "../shared/received.ts";
import { failure, unauthorized } from "./answers.ts";
import { authenticate, type Caller } from "./auth.ts";
import { refusedDocument, toAnswer } from "./engine.ts";
import type { Settings } from "./options.ts";
import type { State } from "./state.ts";
import type { Context } from "./views.ts";

// What a caller without any credential may ask for.
const publicFields = new Set(["version", "createSessionUsingUserKey", "__typename", "__schema", "__type"]);

/** Reads one request; its execution is left for later, because a fault may come in between. */
export function readCall(received: Received, engine: Engine, state: State, settings: Settings): ReadCall {
  const body = readRequestBody(received);
  if ("status" in body) {
    const answer = failure(body.status, "BAD_REQUEST", body.message, body.headers);
    return { operationName: undefined, variables: {}, execute: () => Promise.resolve(answer) };
  }
  const prepared = engine.prepare(body.query);
  const named = "document" in prepared ? operationOf(prepared.document, body.operationName)?.name?.value : undefined;
  return {
    operationName: body.operationName ?? named,
    variables: body.variables,
    execute: async () => {
      const caller = authenticate(received.headers, state, settings.now());
      if (caller.kind === "rejected") return unauthorized;
      if (caller.kind === "both") {
        return failure(400, "BAD_REQUEST", "Send either x-auth-token or x-api-key, never both.");
      }
      return execute(prepared, body, caller, engine);
    },
  };
}

async function execute(prepared: Prepared, body: RequestBody, caller: Caller, engine: Engine): Promise<Answer> {
  if ("failed" in prepared) return refusedDocument(prepared);
  const { document } = prepared;
  const { operationName, variables } = body;
  const operation = operationOf(document, operationName);
  if (caller.kind === "nobody" && operation !== undefined) {
    const fields = selectedFields(operation.selectionSet, document);
    if (![...fields].every((field) => publicFields.has(field))) return unauthorized;
  }
  const context: Context = { caller, selectsSecret: (fields) => selectsField(fields, "secret", document) };
  return toAnswer(await engine.execute({ document, operationName, variables, context }));
}
