import type { Argument, Command, Option } from "commander";
import { optionsOf, reached } from "./reached.ts";

/** Stands for the names of files, which the shell knows best. */
export const files = ":files";

/**
 * What may stand in the place of the last word, one candidate a line: the word, a tab, what it is.
 *
 * @param words - what stands behind the command's name, the last one perhaps unfinished or empty.
 */
export function complete(program: Command, words: readonly string[]): string {
  const unfinished = words.at(-1) ?? "";
  const { command, given, waiting } = reached(program, words.slice(0, -1));
  const candidates = waiting !== undefined ? valuesOf(waiting) : unfinished.startsWith("-") ? optionsFor(command) : wordsFor(command, given);
  return candidates.filter((candidate) => candidate === files || candidate.startsWith(unfinished)).map((candidate) => `${candidate}\n`).join("");
}

function valuesOf({ argChoices, flags }: Option): string[] {
  return argChoices ?? (/<(file|path)>/.test(flags) ? [files] : []);
}

function optionsFor(command: Command): string[] {
  const options = optionsOf(command).flatMap(({ long, description, hidden }) => (typeof long === "string" && !hidden ? [`${long}\t${firstLine(description)}`] : []));
  return [...options, "--help\tshow help"];
}

function wordsFor(command: Command, given: number): string[] {
  const commands = command.createHelp().visibleCommands(command);
  if (commands.length > 0) return given > 0 ? [] : commands.map((one) => `${one.name()}\t${firstLine(one.summary() || one.description())}`);
  const argument: Argument | undefined = command.registeredArguments[given];
  return argument?.argChoices ?? [];
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
