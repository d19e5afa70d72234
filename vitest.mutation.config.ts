import base, { overFetch, overNode } from "./vitest.config.ts";

/** The tests that the mutants of one room of src/core meet: scripts/mutation.ts names them. */
const include = [process.env["MUTATION_TESTS"] ?? "test/core/**/*.test.ts"];

// Over the transport that is changed: elsewhere a second run would take as long again and meet the same changes.
const projects = process.env["MUTATION_ROOM"] === "fetch" ? [overFetch] : [overNode];

export default {
  ...base,
  test: { ...base.test, projects: projects.map((project) => ({ ...project, test: { ...project.test, include, typecheck: { enabled: false } } })) },
};
