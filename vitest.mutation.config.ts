import base from "./vitest.config.ts";

/** The tests that the mutants of one room of src/core meet: scripts/mutation.ts names them. */
export default {
  ...base,
  test: { ...base.test, include: [process.env["MUTATION_TESTS"] ?? "test/core/**/*.test.ts"], typecheck: { enabled: false } },
};
