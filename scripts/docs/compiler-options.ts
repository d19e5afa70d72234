import { join } from "node:path";
import ts from "typescript";

/** The settings of this repository, without its files. */
export function compilerOptions(folder: string): ts.CompilerOptions {
  const file = join(folder, "tsconfig.json");
  const read: { config?: unknown } = ts.readConfigFile(file, (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(read.config, { ...ts.sys, readDirectory: () => [] }, folder, undefined, file).options;
}
