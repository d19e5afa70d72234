import type { ExecutionResult, GraphQLError } from "graphql";
import { schemaText } from "../generated/cloudtower-schema.ts";
import { json, type Answer } from "../shared/answer.ts";
import { loadEngine, type Engine, type Prepared } from "../shared/graphql/engine.ts";
import { readRequestBody, type RequestBody } from "../shared/graphql/request-body.ts";
import { operationOf, selectedFields } from "../shared/graphql/selection.ts";
import type { ReadCall } from "../shared/pipeline.ts";
import type { Received } from "../shared/received.ts";
import { graphqlError, graphqlRefusal, Refusal } from "./answers.ts";
import { authenticate } from "./auth.ts";
import { createResolvers, type Context } from "./resolvers.ts";
import { hasFeature, type Feature } from "./version.ts";
import type { Workshop } from "./workshop.ts";

// What a caller without any credential may ask for.
const publicFields = new Set(["authnStrategies", "login", "__typename", "__schema", "__type"]);

/** The fields that older versions do not have. */
const newFields = new Map<string, Feature>([
  ["authnStrategies", "authnStrategies"],
  ["createApiKey", "apiKeys"],
  ["deleteApiKey", "apiKeys"],
]);

/** The GraphQL API of one fake. The engine is loaded with the first request. */
export function createGraphql(workshop: Workshop): (received: Received) => Promise<ReadCall> {
  let engine: Promise<Engine> | undefined;
  return async (received) => {
    engine ??= loadEngine({ service: "CloudTower", schemaText, rootValue: createResolvers(workshop) });
    return readCall(received, await engine, workshop);
  };
}

function readCall(received: Received, engine: Engine, workshop: Workshop): ReadCall {
  const body = readRequestBody(received);
  if ("status" in body) {
    const answer = json(body.status, { errors: [{ message: body.message }] }, body.headers);
    return { operationName: undefined, variables: {}, execute: () => Promise.resolve(answer) };
  }
  const prepared = engine.prepare(body.query);
  const named = "document" in prepared ? operationOf(prepared.document, body.operationName)?.name?.value : undefined;
  return {
    operationName: body.operationName ?? named,
    variables: body.variables,
    execute: () => execute({ received, body, prepared }, engine, workshop),
  };
}

interface Call {
  readonly received: Received;
  readonly body: RequestBody;
  readonly prepared: Prepared;
}

async function execute({ received, body, prepared }: Call, engine: Engine, workshop: Workshop): Promise<Answer> {
  if ("failed" in prepared) return refusedDocument(prepared.errors, workshop);
  const { document } = prepared;
  const { operationName, variables } = body;
  const operation = operationOf(document, operationName);
  const fields = [...selectedFields(operation?.selectionSet, document)];
  const missing = fields.filter((field) => isMissing(field, workshop.state.version));
  if (missing.length > 0) {
    const type = operation?.operation === "query" ? "Query" : "Mutation";
    return refusedDocument(missing.map((field) => unknownField(field, type)), workshop);
  }
  const caller = authenticate(received.headers, workshop.state);
  if (caller === undefined && !fields.every((field) => publicFields.has(field))) return rejected(workshop);
  const context: Context = { caller };
  return toAnswer(await engine.execute({ document, operationName, variables, context }), workshop);
}

function isMissing(field: string, version: string): boolean {
  const feature = newFields.get(field);
  return feature !== undefined && !hasFeature(version, feature);
}

// As graphql-js would say it of a schema without the field.
function unknownField(field: string, type: string): Pick<GraphQLError, "message" | "locations"> {
  return { message: `Cannot query field "${field}" on type "${type}".`, locations: undefined };
}

/** The answer to a credential that is missing or bad. */
export function rejected({ refuse, settings }: Pick<Workshop, "refuse" | "settings">): Answer {
  return graphqlRefusal(refuse("graphqlCredential", "Failed to load the token."), settings);
}

function refusedDocument(errors: readonly Pick<GraphQLError, "message" | "locations">[], { refuse, settings }: Workshop): Answer {
  const refusals = errors.map(({ message }) => refuse("document", message));
  return json(refusals[0]?.status ?? 400, {
    errors: refusals.map(({ message, code }, index) => ({ ...graphqlError(message, code, settings), locations: errors[index]?.locations })),
  });
}

function toAnswer({ errors = [], data }: ExecutionResult, workshop: Workshop): Answer {
  // Nothing was executed: the variables or the operation's name do not fit.
  if (data === undefined) return refusedDocument(errors, workshop);
  if (errors.length === 0) return json(200, { data });
  const refusalOf = ({ originalError }: GraphQLError): Refusal | undefined => (originalError instanceof Refusal ? originalError : undefined);
  const isEmpty = data === null || Object.values(data).every((value) => value === null);
  return json(errors.map(refusalOf).find((refusal) => refusal !== undefined)?.status ?? 200, {
    errors: errors.map((error) => graphqlError(error.message, refusalOf(error)?.code, workshop.settings)),
    data: isEmpty ? null : data,
  });
}
