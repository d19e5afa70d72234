const room = process.env.MUTATION_ROOM ?? "all";

/** Read through scripts/mutation.ts, which says per room what is changed and which tests look. Texts are left as they are. */
export default {
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.ts" },
  plugins: ["@stryker-mutator/vitest-runner"],
  mutate: (process.env.MUTATION_FILES ?? "src/core/**/*.ts").split(","),
  ignoreStatic: true,
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `reports/mutation-${room}.json` },
  tempDirName: ".tmp/stryker",
  incremental: true,
  incrementalFile: `reports/stryker-${room}.json`,
  mutator: { excludedMutations: ["StringLiteral"] },
};
