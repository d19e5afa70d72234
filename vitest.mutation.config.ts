import base from "./vitest.config.ts";

/**
 * The tests that the mutants of src/core meet: those of the core, of its diagnostics and of sessions. Left out are those that start
 * processes and servers of their own: they take longer than all the others together.
 */
export default {
  ...base,
  test: {
    ...base.test,
    include: ["test/core/**/*.test.ts", "test/errors/**/*.test.ts", "test/diagnostics/**/*.test.ts", "test/lumar/{login,logout,session,hostile}.test.ts"],
    exclude: ["test/core/session/processes.test.ts", "test/core/session/keyv-store.test.ts"],
    typecheck: { enabled: false },
  },
};
