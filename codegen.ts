import type { CodegenConfig } from "@graphql-codegen/cli";
import type { DocumentNode } from "graphql";

/** Stored beside each document's text, so that nothing has to be parsed at run time. */
function operationOf(document: DocumentNode): { kind: string; name: string } {
  for (const definition of document.definitions) {
    if (definition.kind === "OperationDefinition" && definition.name !== undefined) {
      return { kind: definition.operation, name: definition.name.value };
    }
  }
  throw new Error("a document without a named operation");
}

const header = { add: { content: "// Written by `npm run codegen` from graphql/. Do not edit." } };

const config: CodegenConfig = {
  schema: "graphql/lumar/schema.graphql",
  generates: {
    "src/lumar/generated/operations.ts": {
      documents: "graphql/lumar/operations/*.graphql",
      plugins: [header, "typescript-operations", "typed-document-node"],
      config: {
        documentMode: "string",
        unstable_onExecutableDocumentNode: operationOf,
        enumsAsTypes: true,
        enumType: "string-literal",
        useTypeImports: true,
        strictScalars: true,
        skipTypename: true,
        pureMagicComment: true,
        scalars: {
          ObjectID: { input: "string | number", output: "string" },
          DateTime: { input: "string", output: "string" },
        },
      },
    },
    "src/testing/generated/lumar-schema.ts": {
      plugins: [header, "./scripts/codegen-schema-text.cjs"],
    },
  },
};

export default config;
