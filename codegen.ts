import type { CodegenConfig } from "@graphql-codegen/cli";

const header = { add: { content: "// Written by `npm run codegen` from graphql/. Do not edit." } };

type Scalars = Record<string, { input: string; output: string }>;

/** What is written for the service of this name: its client's typed documents, and its schema for the fake. */
function outputsOf(service: string, scalars: Scalars): CodegenConfig["generates"] {
  const schema = `graphql/${service}/schema.graphql`;
  return {
    [`src/${service}/generated/operations.ts`]: {
      schema,
      documents: `graphql/${service}/operations/*.graphql`,
      plugins: [header, "typescript-operations", "typed-document-node"],
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        enumType: "string-literal",
        useTypeImports: true,
        strictScalars: true,
        skipTypename: true,
        pureMagicComment: true,
        scalars,
      },
    },
    [`src/testing/generated/${service}-schema.ts`]: { schema, plugins: [header, "./scripts/codegen-schema-text.cjs"] },
  };
}

const config: CodegenConfig = {
  generates: {
    ...outputsOf("lumar", {
      ObjectID: { input: "string | number", output: "string" },
      DateTime: { input: "string", output: "string" },
    }),
    ...outputsOf("cloudtower", { ID: { input: "string", output: "string" } }),
  },
};

export default config;
