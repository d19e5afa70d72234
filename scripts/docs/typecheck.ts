import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { Block, GivenFile } from "./blocks.ts";
import { compilerOptions } from "./compiler-options.ts";

/** A block as a file of its own, which is on no disk. */
interface Virtual {
  readonly name: string;
  readonly text: string;
  readonly at?: { readonly path: string; readonly line: number; readonly hiddenLines: number };
}

/**
 * Checks each block as a module of its own, all in one program, with the settings and the `paths` of this repository.
 *
 * @returns what is wrong, each as `document:line: message`.
 */
export function typecheck(blocks: readonly Block[], given: readonly GivenFile[], folder: string): string[] {
  const files = new Map([...blocks.map((block) => asFile(block, folder)), ...given.map(({ path, code }) => ({ name: join(folder, path), text: code }))].map((file) => [file.name, file]));
  const options = { ...compilerOptions(folder), noEmit: true };
  const program = ts.createProgram([...files.keys()], options, hostOf(options, files));
  // Not those of the sources, which `npm run typecheck` finds.
  const found = [...files.keys()].flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)));
  return [...new Set(found.map((diagnostic) => complaint(diagnostic, files, folder)))];
}

function asFile({ path, line, code, given }: Block, folder: string): Virtual {
  const before = given === "" ? "" : `${given}\n`;
  // Without an import or an export it would be a script, whose names all others see.
  const text = `${before}${code}\nexport {};\n`;
  return { name: join(folder, `${path}.${line}.ts`), text, at: { path, line, hiddenLines: before.split("\n").length - 1 } };
}

function hostOf(options: ts.CompilerOptions, files: ReadonlyMap<string, Virtual>): ts.CompilerHost {
  // Files may be in folders that are on no disk either.
  const disk = ts.createCompilerHost(options);
  const folders = new Set([...files.keys()].map(dirname));
  return {
    ...disk,
    directoryExists: (name) => folders.has(name) || ts.sys.directoryExists(name),
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    readFile: (name) => files.get(name)?.text ?? disk.readFile(name),
    getSourceFile(name, target, ...rest) {
      const file = files.get(name);
      return file === undefined ? disk.getSourceFile(name, target, ...rest) : ts.createSourceFile(name, file.text, target);
    },
  };
}

function complaint({ file, start = 0, messageText }: ts.Diagnostic, files: ReadonlyMap<string, Virtual>, folder: string): string {
  const message = ts.flattenDiagnosticMessageText(messageText, " ");
  if (file === undefined) return message;
  const line = file.getLineAndCharacterOfPosition(start).line;
  const at = files.get(file.fileName)?.at;
  if (at === undefined) return `${relative(folder, file.fileName)}:${line + 1}: ${message}`;
  const own = line - at.hiddenLines;
  return own < 0 ? `${at.path}:${at.line}: in what is given: ${message}` : `${at.path}:${at.line + own}: ${message}`;
}
