/** Milliseconds that the import of a module takes in a fresh process; without a module, of an empty one. */
import { finish, taskOf } from "./process.ts";

export interface ImportTask {
  readonly module: string;
}

export interface ImportResult {
  readonly milliseconds: number;
}

const { module } = taskOf<ImportTask>();
const started = performance.now();
await import(module);
finish({ milliseconds: performance.now() - started } satisfies ImportResult);
