import type { Command, Option } from "commander";

export interface Reached {
  readonly command: Command;
  /** How many arguments were given to it. */
  readonly given: number;
  /** The option that still wants its value. */
  readonly waiting: Option | undefined;
}

/** Where in the tree of commands these words lead. */
export function reached(program: Command, words: readonly string[]): Reached {
  let command = program;
  let given = 0;
  let waiting: Option | undefined;
  for (const word of words) {
    if (waiting !== undefined) {
      waiting = undefined;
    } else if (word.startsWith("-")) {
      const option = optionsOf(command).find(({ long, short }) => word === long || word === short);
      waiting = option?.required === true ? option : undefined;
    } else {
      const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (below === undefined) given += 1;
      else command = below;
    }
  }
  return { command, given, waiting };
}

/** The options of a command and of those above it. */
export function optionsOf(command: Command): Option[] {
  return [...command.options, ...(command.parent === null ? [] : optionsOf(command.parent))];
}

/** What a person types to get to a command. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
