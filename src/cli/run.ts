import { CommanderError, type Command } from "commander";
import { pathOf, reached } from "./completion/reached.ts";
import { complete } from "./completion/complete.ts";
import type { GlobalOptions } from "./context.ts";
import { exitCodes, interrupted, saysOnlyInterrupted, usage, type CliError, type ExitCode } from "./failure.ts";
import type { Host } from "./host.ts";
import { createProgram, inheritSettings, versionAsked } from "./program.ts";
import { hasColor } from "./show/style.ts";
import { Terminal } from "./show/terminal.ts";

/** Runs the command, and gives its exit code. Throws nothing, and leaves nothing open. */
export async function run(host: Host): Promise<ExitCode> {
  const { args } = host;
  // As far as can be told before they are understood.
  const terminal = new Terminal(host, { json: args.includes("--json"), debug: args.includes("--debug"), color: !args.includes("--no-color") });
  try {
    return await dispatch(host, terminal);
  } catch (error) {
    // A call that was in flight may have more to say than that it was ended.
    return terminal.fail(saysOnlyInterrupted(error, host.signal) ? interrupted("interrupted", "What was under way may have been done: look before you run it again.") : error);
  }
}

async function dispatch(host: Host, terminal: Terminal): Promise<ExitCode> {
  const { args } = host;
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(async (command, work) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    terminal.options = { json: options.json === true, debug: options.debug === true, color: options.color !== false };
    const { createContext } = await import("./work.ts");
    const context = await createContext(host, options, terminal);
    try {
      exitCode = await terminal.show(await work(context));
    } finally {
      await context.close();
    }
  }, { stdout: host.stdout, stderr: host.stderr, signal: host.signal });
  const help = collectHelp(program, host, terminal.options.color);
  if (args[0] === "__complete") {
    await terminal.print(complete(program, args.slice(args[1] === "--" ? 2 : 1)));
    return exitCode;
  }
  refuseSecrets(args);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === versionAsked) help.push(`${(await import("keylight")).version}\n`);
    if (error.exitCode === 0) await terminal.print(help.join(""));
    else if (help.length > 0 && !terminal.options.json) terminal.advise(help.join(""));
    else throw misuse(error, program, args);
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** Lets the program throw instead of exiting, and say nothing by itself. Gives the texts that it would have printed. */
function collectHelp(program: Command, host: Host, color: boolean): string[] {
  const help: string[] = [];
  const width = (): number => host.stdout.columns ?? 80;
  const colors = (): boolean => hasColor(host, host.stdout, color);
  program.exitOverride().configureOutput({
    writeOut: (text) => help.push(text),
    writeErr: (text) => help.push(text),
    // Told as all other errors are.
    outputError: () => undefined,
    getOutHelpWidth: width,
    getErrHelpWidth: width,
    getOutHasColors: colors,
    getErrHasColors: colors,
  });
  inheritSettings(program);
  return help;
}

/** Arguments are for all to see: in the list of processes, and in the history of the shell. */
function refuseSecrets(args: readonly string[]): void {
  if (!args.some((argument) => /lmr_sa_\d+_/.test(argument))) return;
  throw usage(
    "a key was given as an argument, where other users of this machine can see it",
    "Put keys into LC_API_KEY, into .env, or into a file for --api-key-file. Consider this one known: rotate it.",
  );
}

function misuse(error: CommanderError, program: Command, args: readonly string[]): CliError {
  const help = `\`${pathOf(reached(program, args).command)} --help\` shows what there is.`;
  // What was given to an unknown option may be a secret.
  const message = error.message.replace(/^error: /, "").replace(/(--[\w-]+)=[^']*'/, "$1'");
  if (error.code === "commander.help") return usage("a command is missing", help);
  const aboutSecret = error.code === "commander.unknownOption" && /'--?[\w-]*(key|secret|token|pass)/i.test(message);
  return usage(message, aboutSecret ? `Secrets are not taken as arguments: put them into variables, into .env, or into a file for --api-key-file. ${help}` : help);
}
