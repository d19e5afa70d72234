import type { CodegenConfig } from "@graphql-codegen/cli";

// Run with: npx graphql-codegen --config own-documents.codegen.ts
const config: CodegenConfig = {
  schema: "https://api.lumar.io/schema.graphql",
  documents: "src/**/*.graphql",
  generates: {
    "src/generated/lumar.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        useTypeImports: true,
        scalars: { ObjectID: { input: "string | number", output: "string" }, DateTime: "string" },
      },
    },
  },
};

export default config;
