import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLScalarType, GraphQLSchema } from "graphql";

type GraphQL = typeof import("graphql");

/** A document that was parsed and validated, or why it cannot run. */
export type Prepared =
  | { readonly document: DocumentNode }
  | { readonly failed: "parse" | "validate"; readonly errors: readonly GraphQLError[] };

/** One operation to run. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Given to every resolver. */
  readonly context: unknown;
}

/** graphql-js with a service's schema and resolvers. */
export interface Engine {
  prepare(text: string): Prepared;
  /**
   * Runs an operation. Without `data`, not even `null`, graphql-js has refused the variables or the operation's name and
   * executed nothing.
   */
  execute(execution: Execution): Promise<ExecutionResult>;
}

/** What a service brings to its engine. */
export interface EngineParts {
  /** The service's name, for a message. */
  readonly service: string;
  readonly schemaText: string;
  /** The resolvers of the fields of `Query` and `Mutation`. */
  readonly rootValue: object;
  /** Gets hold of each scalar, because `buildSchema` leaves the service's own accepting anything. */
  readonly onScalar?: (type: GraphQLScalarType) => void;
}

// Enough for the documents of any test suite, and a bound for one that makes up a new text for every call.
const mostDocuments = 500;

/** Loads graphql-js, an optional peer, and sets it up for a service. */
export async function loadEngine({ service, schemaText, rootValue, onScalar }: EngineParts): Promise<Engine> {
  const graphql = await loadGraphQL(service);
  const schema = graphql.buildSchema(schemaText);
  for (const type of Object.values(schema.getTypeMap())) {
    if (graphql.isScalarType(type)) onScalar?.(type);
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
      return graphql.execute({
        schema,
        document,
        rootValue,
        contextValue: context,
        variableValues: variables,
        operationName: operationName ?? null,
      });
    },
  };
}

async function loadGraphQL(service: string): Promise<GraphQL> {
  try {
    return await import("graphql");
  } catch (cause) {
    throw new Error(`The fake ${service} server needs the package graphql (16 or 17): npm install --save-dev graphql`, { cause });
  }
}

function prepare({ parse, validate, GraphQLError }: GraphQL, schema: GraphQLSchema, text: string): Prepared {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { failed: "parse", errors: [error] };
  }
  const errors = validate(schema, document);
  return errors.length === 0 ? { document } : { failed: "validate", errors };
}
