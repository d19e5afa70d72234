import { defineConfig, type UserConfig } from "tsdown";

/** Inlined, and listed in THIRD-PARTY.md. The build fails when anything else from node_modules gets in. */
const bundled = ["graphql-request", "@graphql-typed-document-node/core"];
/** The same, for the command: its libraries are nothing that users of the package should have to install. */
const bundledForCommand = ["commander", "dotenv", "fast-string-truncated-width"];

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

const common = {
  format: "esm",
  platform: "node",
  target: "node20",
  clean: true,
  hash: false,
  // Function names and lines of dist/ read well enough; maps would triple the download.
  sourcemap: false,
  failOnWarn: true,
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
} satisfies UserConfig;
/** TSDoc belongs to the declarations. Licence comments and `@__PURE__` marks stay. */
const comments = { legal: true, annotation: true, jsdoc: false };

/** What users import. */
export const library = {
  ...common,
  entry: { index: "src/index.ts", cloudtower: "src/cloudtower/index.ts", lumoauth: "src/lumoauth/index.ts", luminary: "src/luminary/index.ts", testing: "src/testing/index.ts" },
  dts: true,
  deps: { alwaysBundle: bundled, onlyBundle: bundled, neverBundle: ["msw", "open"] },
  // Beside an entry of the same name a chunk would take that name.
  outputOptions: {
    chunkFileNames: "chunks/[name].js",
    comments,
    // By itself the bundler makes a file for each set of users that modules have: a dozen small ones, which take longer to
    // load than to run. With this, `keylight` loads two: its own, and what it shares, without what is for REST
    // and for people who log in.
    codeSplitting: {
      groups: [{ name: "shared", test: /\/src\/(?:version|(?:core|errors|lumar)\/(?!login\/)(?!.*\brest\b).*(?<!\.d))\.ts$/, tags: ["$initial"], minShareCount: 2 }],
    },
  },
  plugins: [withoutGraphql],
} satisfies UserConfig;

/** The command imports the package as its users do, by its name, so that nothing of it is there twice. */
const command = {
  ...common,
  entry: { cli: "src/cli/main.ts" },
  dts: false,
  deps: { alwaysBundle: bundledForCommand, onlyBundle: bundledForCommand, neverBundle: [/^keylight(\/|$)/] },
  outputOptions: {
    chunkFileNames: "cli/[name].js",
    comments,
    banner: (chunk) => (chunk.isEntry ? "#!/usr/bin/env node" : ""),
  },
} satisfies UserConfig;

export default defineConfig([library, command]);
