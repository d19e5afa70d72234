import type { ExecutionResult } from "graphql";
import { schemaText } from "../generated/lumar-schema.ts";
import { json, type Answer } from "../shared/answer.ts";
import { loadEngine, type Engine, type Prepared } from "../shared/graphql/engine.ts";
import { Refusal } from "./refusal.ts";
import { makeStrict } from "./scalars.ts";

/** graphql-js with Lumar's schema and these resolvers. */
export function loadLumarEngine(rootValue: object): Promise<Engine> {
  return loadEngine({ service: "Lumar", schemaText, rootValue, onScalar: makeStrict });
}

/** The answer to a document that cannot run. The document itself is at fault here, so the answer says where. */
export function refusedDocument({ failed, errors }: Extract<Prepared, { failed: unknown }>): Answer {
  const code = failed === "parse" ? "GRAPHQL_PARSE_FAILED" : "GRAPHQL_VALIDATION_FAILED";
  return json(400, { errors: errors.map(({ message, locations }) => ({ message, locations, extensions: { code } })) });
}

/** The answer to an operation that ran. */
export function toAnswer({ errors = [], data }: ExecutionResult): Answer {
  if (data === undefined) {
    return json(400, { errors: errors.map(({ message }) => ({ message, extensions: { code: "BAD_USER_INPUT" } })) });
  }
  if (errors.length === 0) return json(200, { data });
  const refusal = errors.map((error) => error.originalError).find((error) => error instanceof Refusal);
  return json(refusal?.status ?? 200, {
    errors: errors.map(({ message, path, extensions }) => {
      return { message, path, extensions: { ...extensions, code: extensions["code"] ?? "INTERNAL_SERVER_ERROR" } };
    }),
    data,
  });
}
