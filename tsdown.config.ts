import { defineConfig } from "tsdown";

/** Inlined, and listed in THIRD-PARTY.md. The build fails when anything else from node_modules gets in. */
const bundled = ["graphql-request", "@graphql-typed-document-node/core"];

/**
 * graphql-request imports a parser and a printer for documents that are not sent as text; ours always are. In their place
 * stands what throws, should they be called all the same; should it want more of graphql, the build fails.
 *
 * The fakes load the user's own graphql, when they need it, with `import("graphql")`: that one stays as it is.
 */
const withoutGraphql = {
  name: "without-graphql",
  resolveId: {
    order: "pre" as const,
    filter: { id: /^graphql$/ },
    handler: (id: string, _importer: string | undefined, { kind }: { kind: string }) =>
      kind === "dynamic-import" ? { id, external: true } : "\0without-graphql",
  },
  load: {
    filter: { id: /^\0without-graphql$/ },
    handler: () => `
      const never = () => { throw new TypeError("keylight sends documents as text"); };
      export { never as parse, never as print };
      export const Kind = {};
    `,
  },
};

export default defineConfig({
  entry: { index: "src/index.ts", cloudtower: "src/cloudtower/index.ts", lumoauth: "src/lumoauth/index.ts", luminary: "src/luminary/index.ts", testing: "src/testing/index.ts" },
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
  deps: { alwaysBundle: bundled, onlyBundle: bundled, neverBundle: ["msw", "open"] },
  // TSDoc belongs to the declarations. Licence comments and `@__PURE__` marks stay.
  // Beside an entry of the same name a chunk would take that name.
  outputOptions: {
    chunkFileNames: "chunks/[name].js",
    comments: { legal: true, annotation: true, jsdoc: false },
    // By itself the bundler makes a file for each set of users that modules have: a dozen small ones, which take longer to
    // load than to run. With this, `keylight` loads two: its own, and what it shares, without what is for REST
    // and for people who log in.
    codeSplitting: {
      groups: [{ name: "shared", test: /\/src\/(?:version|(?:core|errors|lumar)\/(?!login\/)(?!.*\brest\b).*(?<!\.d))\.ts$/, tags: ["$initial"], minShareCount: 2 }],
    },
  },
  plugins: [withoutGraphql],
});
