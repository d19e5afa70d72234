import { Command } from "commander";
import { examples, type Act } from "../act.ts";

export function doctorCommand(act: Act): Command {
  const command = new Command("doctor")
    .summary("find out what is in the way")
    .description(
      "Looks at everything that a call needs: versions, variables, the credential and where it comes from, the endpoint, the session, the clock. Shows no secret. Exits with 0 when calls should work, else with the code of the first problem.",
    )
    .action((_options: object, self: Command) => act(self, async (context) => (await import("../work.ts")).doctor(context)));
  return examples(command, ["keylight doctor", "what works, and what is in the way"], ["keylight doctor --json | jq '.checks[] | select(.status == \"fail\")'", "only what is in the way"]);
}
