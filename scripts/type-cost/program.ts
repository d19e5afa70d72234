import ts from "typescript";

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => process.cwd(),
  getNewLine: () => "\n",
};

export interface Compiled {
  readonly program: ts.Program;
  /** Type instantiations of the whole program, as `tsc --extendedDiagnostics` counts them. */
  readonly instantiations: number;
}

/**
 * Checks files as a user's compiler would, with settings of its own: not this checkout's, whose `paths` lead to the
 * sources. `import ... from "keylight"` is found by the `exports` of the package that the files lie in.
 *
 * @throws when they do not compile.
 */
export function compile(files: readonly string[]): Compiled {
  const program = ts.createProgram(files, compilerOptions);
  const diagnostics = ts.getPreEmitDiagnostics(program);
  if (diagnostics.length > 0) {
    throw new Error(`It does not compile:\n${ts.formatDiagnostics(diagnostics, host)}`);
  }
  return { program, instantiations: program.getInstantiationCount() };
}
