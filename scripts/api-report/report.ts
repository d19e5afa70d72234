import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage, type IConfigFile } from "@microsoft/api-extractor";
import type { Entry } from "../entries.ts";
import { withoutUnreachable } from "./blocks.ts";

const quiet = { default: { logLevel: ExtractorLogLevel.None } };

function configOf(entry: Entry, folder: string, temporary: string): IConfigFile {
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"],
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    types: [],
  };
  return {
    projectFolder: folder,
    mainEntryPointFilePath: entry.types,
    newlineKind: "lf",
    compiler: { overrideTsconfig: { compilerOptions, files: [entry.types] } },
    apiReport: {
      enabled: true,
      includeForgottenExports: true,
      reportVariants: ["public"],
      reportFileName: entry.fileName,
      reportFolder: temporary,
      reportTempFolder: join(temporary, "extractor"),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    // What TypeScript finds wrong in a declaration stops the report; how it is documented is not its business.
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      extractorMessageReporting: quiet,
      tsdocMessageReporting: quiet,
    },
  };
}

function extract(entry: Entry, folder: string, temporary: string): string {
  const errors: string[] = [];
  const messageCallback = (message: ExtractorMessage): void => {
    message.handled = true;
    if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.formatMessageWithLocation(folder));
  };
  const config = ExtractorConfig.prepare({
    configObject: configOf(entry, folder, temporary),
    configObjectFullPath: join(folder, "api-extractor.json"),
    packageJsonFullPath: join(folder, "package.json"),
  });
  Extractor.invoke(config, { localBuild: true, messageCallback });
  if (errors.length > 0) throw new Error(`No report of ${entry.specifier}:\n${errors.join("\n")}`);
  const written = readFileSync(join(temporary, `${entry.fileName}.public.api.md`), "utf8");
  const declarations = /```ts\n([\s\S]*)```/.exec(written)?.[1] ?? "";
  // Remarks on what is not documented: to document it changes nothing for a program.
  return declarations.replaceAll(/^ *\/\/ \((?:undocumented|No @packageDocumentation.*)\)\n| \(undocumented\)$/gm, "");
}

async function valuesOf(entry: Entry): Promise<string[]> {
  const module: unknown = await import(pathToFileURL(entry.code).href);
  return typeof module === "object" && module !== null ? Object.keys(module).sort() : [];
}

/**
 * What a user of an entry can see, as Markdown: its declarations in the order of their names, whatever files they are
 * built into, and which of them are there at run time.
 *
 * @param folder - the package's folder; `.tmp/` in it is written to.
 */
export async function reportOf(entry: Entry, folder: string): Promise<string> {
  const temporary = join(folder, ".tmp/api-extractor");
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const declarations = withoutUnreachable(extract(entry, folder, temporary));
  const values = await valuesOf(entry);
  return [
    `# What \`${entry.specifier}\` gives`,
    "Written by `npm run api`. A change here is a change for users: say so in CHANGELOG.md.",
    `At run time: ${values.map((name) => `\`${name}\``).join(", ")}.`,
    `\`\`\`ts\n${declarations}\n\`\`\`\n`,
  ].join("\n\n");
}
