import { join } from "node:path";
import ts from "typescript";

/** One way into the package, as users import it and as it is here. */
export interface PublicEntry {
  /** `keylight`, `keylight/testing`. */
  readonly specifier: string;
  /** The absolute path of its source. */
  readonly source: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The entries as `paths` of tsconfig.json leads to their sources. */
export function publicEntries(folder: string): PublicEntry[] {
  const read: { config?: unknown } = ts.readConfigFile(join(folder, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const options = isObject(read.config) ? read.config["compilerOptions"] : undefined;
  const paths = isObject(options) ? options["paths"] : undefined;
  if (!isObject(paths)) throw new Error("tsconfig.json has no paths");
  return Object.entries(paths).map(([specifier, targets]) => ({ specifier, source: join(folder, String(Array.isArray(targets) ? targets[0] : targets)) }));
}
