import { Argument, Command } from "commander";
import { examples, type Act } from "../act.ts";
import type { Shell } from "./scripts.ts";

export function completionCommand(act: Act): Command {
  const command = new Command("completion")
    .summary("print the completion script of a shell")
    .description("Prints a script that completes commands, options and their values in a shell.")
    .addArgument(new Argument("<shell>", "for which shell").choices(["bash", "zsh", "fish"]))
    .action((shell: Shell, _options: object, self: Command) =>
      act(self, async () => {
        const { scripts } = await import("../work.ts");
        const text = scripts[shell];
        return { data: { shell, script: text }, view: [{ kind: "text", text }] };
      }),
    );
  return examples(
    command,
    ["eval \"$(keylight completion bash)\"", "in ~/.bashrc"],
    ["keylight completion zsh > \"${fpath[1]}/_keylight\"", "once, for zsh"],
    ["keylight completion fish > ~/.config/fish/completions/keylight.fish", "once, for fish"],
  );
}
