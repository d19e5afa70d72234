import base from "./vitest.config.ts";

/** The tests that the mutants of src/core meet: those of the core, and those that show it from outside in one process. */
export default {
  ...base,
  test: {
    ...base.test,
    include: ["test/core/**/*.test.ts", "test/errors/**/*.test.ts", "test/diagnostics/**/*.test.ts", "test/lumar/**/*.test.ts"],
    exclude: ["**/processes*.test.ts", "**/redis*.test.ts"],
    typecheck: { enabled: false },
  },
};
