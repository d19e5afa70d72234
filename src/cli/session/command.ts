import { Command } from "commander";
import { examples, type Act } from "../act.ts";

export function loginCommand(act: Act): Command {
  const command = new Command("login")
    .summary("log in with a user key, and keep the session")
    .description(
      "Logs in with the user key in LC_USER_KEY_ID and LC_USER_KEY_SECRET, and keeps the session in a file that only you can read (in LC_CREDENTIALS_DIR, else your configuration directory). Commands log in by themselves where they must.",
    )
    .action((_options: object, self: Command) => act(self, async (context) => (await import("../work.ts")).login(context)));
  return examples(command, ["keylight login", "with the user key in the environment or in .env"], ["keylight login --dotenv production.env", "with the one in another file"]);
}

export function logoutCommand(act: Act): Command {
  const command = new Command("logout")
    .summary("end the session that is kept")
    .description("Ends the session, in the file and at the server. Without a session it does nothing.")
    .action((_options: object, self: Command) => act(self, async (context) => (await import("../work.ts")).logout(context)));
  return examples(command, ["keylight logout", "end the session"]);
}

export function whoamiCommand(act: Act): Command {
  const command = new Command("whoami")
    .summary("show who you are to the server")
    .description("Shows who you are, by which credential, and which accounts you can see.")
    .action((_options: object, self: Command) => act(self, async (context) => (await import("../work.ts")).whoami(context)));
  return examples(command, ["keylight whoami", "who am I?"], ["keylight whoami --json | jq -r .accounts[0].id", "the id of the first account"]);
}
