/** The command by itself, as a process. */
import { sandboxCommand } from "../../../../src/cli/sandbox/command.ts";

await sandboxCommand().parseAsync(process.argv.slice(2), { from: "user" });
