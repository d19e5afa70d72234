import { Command, CommanderError } from "commander";
import type { Act } from "./act.ts";
import { completionCommand } from "./completion/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { timeout } from "./duration.ts";
import { keysCommand } from "./keys/command.ts";
import { sandboxCommand, type SandboxHost } from "./sandbox/command.ts";
import { serviceAccountsCommand } from "./service-accounts/command.ts";
import { loginCommand, logoutCommand, whoamiCommand } from "./session/command.ts";
import { createStyle } from "./show/style.ts";

/** The code of the error that --version ends with. */
export const versionAsked = "keylight.version";

const { title } = createStyle(true);

const about = `
Credentials come from variables, or from .env in the current directory:
  LC_USER_KEY_ID + LC_USER_KEY_SECRET  a user key: logs in; needed to manage service accounts and keys
  LC_API_KEY                           a service account key: may read
  LC_SESSION_TOKEN                     a session token
They are never taken as arguments, which other users of the machine can see.

Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 not found, 4 permission, 5 rate limited.

Start with:
  $ keylight sandbox     # no account needed
  $ keylight doctor
  $ keylight service-accounts list --help`;

/** All commands. What they do is loaded when it is done. */
export function createProgram(act: Act, host: SandboxHost): Command {
  const program = new Command("keylight")
    .description("Service accounts and keys of Lumar, from the command line.")
    .option("--endpoint <url>", "where requests go (LC_API_URL, else https://api.lumar.io/graphql)")
    .option("--timeout <duration>", "for each call: seconds, or 500ms, 2m (default: 30s)", timeout)
    .option("--api-key-file <file>", "take the service account key from a file")
    .option("--dotenv <file>", "read variables from this file (default: .env, if there is one)")
    .option("--json", "print data for programs: one JSON value")
    .option("--no-color", "use no colors (also NO_COLOR)")
    .option("--debug", "show more on errors, and what is sent")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      throw new CommanderError(0, versionAsked, "");
    })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 10, styleTitle: title })
    .addHelpText("after", about);
  const commands = [
    doctorCommand(act),
    loginCommand(act),
    logoutCommand(act),
    whoamiCommand(act),
    serviceAccountsCommand(act),
    keysCommand(act),
    completionCommand(act),
    sandboxCommand(host),
  ];
  for (const command of commands) program.addCommand(command);
  return program;
}

/** Commands that were made by themselves do not have what the program was told about output and exits. */
export function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
}
