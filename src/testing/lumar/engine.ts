import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from "graphql";
import type { Answer } from "../faults.ts";
import { schemaText } from "../generated/lumar-schema.ts";
import { json } from "./answers.ts";
import { Refusal } from "./refusal.ts";
import { makeStrict } from "./scalars.ts";
import type { Context } from "./views.ts";

type GraphQL = typeof import("graphql");

/** A document that was parsed and validated, or the answer that says why it cannot run. */
export type Prepared = { readonly document: DocumentNode } | { readonly refused: Answer };

/** One operation to run. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
}

/** graphql-js with Lumar's schema. */
export interface Engine {
  prepare(text: string): Prepared;
  execute(execution: Execution): Promise<Answer>;
}

// Enough for the documents of any test suite, and a bound for one that makes up a new text for every call.
const mostDocuments = 500;

/** Loads graphql-js, an optional peer, and sets it up with the resolvers of `rootValue`. */
export async function loadEngine(rootValue: object): Promise<Engine> {
  const graphql = await loadGraphQL();
  const schema = graphql.buildSchema(schemaText);
  for (const type of Object.values(schema.getTypeMap())) {
    if (graphql.isScalarType(type)) makeStrict(type);
  }
  // Owned by this engine and as long-lived; a text always means the same document, so nothing has to be invalidated.
  const documents = new Map<string, Prepared>();
  return {
    prepare(text) {
      const known = documents.get(text);
      if (known !== undefined) return known;
      const prepared = prepare(graphql, schema, text);
      const [oldest] = documents.keys();
      if (documents.size >= mostDocuments && oldest !== undefined) documents.delete(oldest);
      documents.set(text, prepared);
      return prepared;
    },
    async execute({ document, operationName, variables, context }) {
      const result = await graphql.execute({
        schema,
        document,
        rootValue,
        contextValue: context,
        variableValues: variables,
        operationName: operationName ?? null,
      });
      return toAnswer(result);
    },
  };
}

async function loadGraphQL(): Promise<GraphQL> {
  try {
    return await import("graphql");
  } catch (cause) {
    throw new Error("The fake Lumar server needs the package graphql (16 or 17): npm install --save-dev graphql", { cause });
  }
}

function prepare({ parse, validate, GraphQLError }: GraphQL, schema: GraphQLSchema, text: string): Prepared {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { refused: json(400, { errors: [describe(error, "GRAPHQL_PARSE_FAILED")] }) };
  }
  const errors = validate(schema, document);
  if (errors.length === 0) return { document };
  return { refused: json(400, { errors: errors.map((error) => describe(error, "GRAPHQL_VALIDATION_FAILED")) }) };
}

// The document itself is at fault here, so the answer says where.
function describe({ message, locations }: GraphQLError, code: string): object {
  return { message, locations, extensions: { code } };
}

function toAnswer({ errors = [], data }: ExecutionResult): Answer {
  // Without `data`, not even `null`, graphql-js has refused the variables or the operation's name and executed nothing.
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
