import { join } from "node:path";
import { compilerOptions } from "./compiler-options.ts";

/** One way into the package, as users import it and as it is here. */
export interface PublicEntry {
  /** `keylight`, `keylight/testing`. */
  readonly specifier: string;
  /** The absolute path of its source. */
  readonly source: string;
}

/** The entries as `paths` of tsconfig.json leads to their sources. */
export function publicEntries(folder: string): PublicEntry[] {
  return Object.entries(compilerOptions(folder).paths ?? {}).map(([specifier, [target = ""]]) => ({ specifier, source: join(folder, target) }));
}
