import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const tests = ["test/**/*.test.ts", "examples/**/*.test.ts"];

/** These send nothing through keylight, or bring a transport of their own: they run once. */
const once = [
  "test/{cli,docs,errors,examples,fleet,lint,oracle,package,readme,scripts,testing}/**",
  "test/core/*.test.ts",
  "test/core/credentials/**",
  "test/core/login/{loopback,provider}.test.ts",
  "test/core/session/{file-or-keyv,first-token,live-session,login,manager*,memory-store,model,shared-sessions,store}.test.ts",
  "test/core/transport/{backoff,classify*,document,graphql,print,rest*,scan,scope,wire}.test.ts",
  "test/core/**/*-edges.test.ts",
  "test/lumar/{credential-refusals,input}.test.ts",
  "test/luminary/browser.test.ts",
];

/** Over the built-in transport. */
export const overNode = {
  extends: true,
  test: {
    name: "node",
    include: tests,
    provide: { transport: "node:http" },
    typecheck: { enabled: true, include: ["test/types/**/*.test-d.ts"], ignoreSourceErrors: true },
  },
} satisfies TestProjectInlineConfiguration;

/** As on a runtime without `node:http`: the built-in transport is missing, and the runtime's own `fetch` takes its place. */
export const overFetch = {
  extends: true,
  resolve: { alias: [{ find: /^.*\/node-http\.ts$/, replacement: source("./test/support/no-node-http.ts") }] },
  test: { name: "fetch", include: tests, exclude: once, provide: { transport: "fetch" } },
} satisfies TestProjectInlineConfiguration;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^keylight$/, replacement: source("./src/index.ts") },
      { find: /^keylight\/cloudtower$/, replacement: source("./src/cloudtower/index.ts") },
      { find: /^keylight\/lumoauth$/, replacement: source("./src/lumoauth/index.ts") },
      { find: /^keylight\/luminary$/, replacement: source("./src/luminary/index.ts") },
      { find: /^keylight\/testing$/, replacement: source("./src/testing/index.ts") },
    ],
  },
  test: {
    testTimeout: 20_000,
    // One a core, since many tests wait for something most of their time.
    maxWorkers: "100%",
    setupFiles: ["./test/oracle/setup.ts"],
    projects: [overNode, overFetch],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // The command's main file is a process of its own; its tests run it as one. The page of the sandbox runs in a browser: test/cli/sandbox/browser.test.ts.
      exclude: ["src/**/generated/**", "src/cli/main.ts", "src/cli/sandbox/page/**"],
      reporter: ["text-summary", "text"],
      reportOnFailure: true,
      thresholds: { statements: 95, branches: 95 },
    },
  },
});
