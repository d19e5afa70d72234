import type { Command } from "commander";
import type { Context } from "./context.ts";
import type { Outcome } from "./outcome.ts";

/** Runs the work of a command with what it needs, and prints what it comes to. */
export type Act = (command: Command, work: (context: Context) => Promise<Outcome>) => Promise<void>;

/** Adds examples to a command's help. */
export function examples(command: Command, ...lines: readonly (readonly [command: string, what: string])[]): Command {
  const text = lines.map(([call, what]) => `  # ${what}\n  $ ${call}`).join("\n\n");
  return command.addHelpText("after", `\nExamples:\n${text}`);
}
