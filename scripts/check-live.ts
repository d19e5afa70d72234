/**
 * Checks keylight's operations against a real schema of the server: `npm run check:live -- --schema <file or url>`.
 * Exit code: 0 everything fits, 1 something would break, 2 nothing was checked.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildSchema, type GraphQLSchema } from "graphql";
import { differencesOf } from "./check-live/compare.ts";
import { readMarks, readOperations } from "./check-live/operations.ts";
import { loadSchema, UnusableSchemaError } from "./check-live/schema.ts";

const usage = "Usage: npm run check:live -- --schema <file or url of SDL or introspection JSON>";
const folder = relative(process.cwd(), join(import.meta.dirname, "../graphql/lumar"));

interface Output {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

export async function main(args: string[], { out, error }: Output): Promise<0 | 1 | 2> {
  const from = schemaArgument(args);
  if (from === undefined) {
    error(usage);
    return 2;
  }
  try {
    return checkAgainst(await loadSchema(from), from, out);
  } catch (problem) {
    if (!(problem instanceof UnusableSchemaError)) throw problem;
    error(problem.message);
    return 2;
  }
}

function checkAgainst(theirs: GraphQLSchema, from: string, out: Output["out"]): 0 | 1 {
  const ourText = readFileSync(join(folder, "schema.graphql"), "utf8");
  const marks = readMarks(ourText);
  const ours = buildSchema(ourText);
  let broken = 0;
  const operations = readOperations(join(folder, "operations"));
  for (const operation of operations) {
    const differences = differencesOf(operation, ours, theirs);
    const breaks = differences.some(({ kind }) => kind === "breaks");
    if (breaks) broken += 1;
    out(`${breaks ? "BREAKS" : "ok    "} ${operation.name}`);
    for (const { kind, place, message, coordinate } of differences) {
      out(`         ${place}  ${kind === "note" ? "note: " : ""}${message}`);
      const mark = marks.get(coordinate ?? "");
      if (mark !== undefined) out(`           ${coordinate ?? ""} is marked: ${mark}`);
    }
  }
  out(`${operations.length - broken} of ${operations.length} operations fit ${from}`);
  return broken === 0 ? 0 : 1;
}

function schemaArgument(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { schema: { type: "string" } } }).values.schema;
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), { out: console.log, error: console.error });
}
