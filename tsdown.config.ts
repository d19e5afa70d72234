import { defineConfig } from "tsdown";

/** Inlined, and listed in THIRD-PARTY.md. The build fails when anything else from node_modules gets in. */
const bundled = ["graphql", "graphql-request", "@graphql-typed-document-node/core"];

/**
 * graphql-request's `import "graphql"` is bundled. The fakes load the user's own graphql, when they need it, with
 * `import("graphql")`: that one stays as it is. One build can then serve both entries and share their chunks.
 */
const dynamicGraphqlStaysExternal = {
  name: "dynamic-graphql-stays-external",
  resolveId: {
    order: "pre" as const,
    filter: { id: /^graphql$/ },
    handler: (id: string, _importer: string | undefined, { kind }: { kind: string }) =>
      kind === "dynamic-import" ? { id, external: true } : null,
  },
};

export default defineConfig({
  entry: { index: "src/index.ts", testing: "src/testing/index.ts" },
  format: "esm",
  platform: "node",
  target: "node20",
  dts: true,
  clean: true,
  hash: false,
  // Function names and lines of dist/ read well enough; maps would triple the download.
  sourcemap: false,
  failOnWarn: true,
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  deps: { alwaysBundle: bundled, onlyBundle: bundled, neverBundle: ["msw"] },
  // graphql would read it while it is imported; keylight reads no environment then.
  define: { "process.env.NODE_ENV": '"production"' },
  // graphql's ES modules can be tree-shaken; its CommonJS build, the default for Node, cannot: 14 kB against 62 kB.
  inputOptions: { resolve: { mainFields: ["module", "main"] } },
  // TSDoc belongs to the declarations. Licence comments and `@__PURE__` marks stay.
  outputOptions: { comments: { legal: true, annotation: true, jsdoc: false } },
  plugins: [dynamicGraphqlStaysExternal],
});
