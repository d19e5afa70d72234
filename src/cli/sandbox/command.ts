import { once } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Host } from "../host.ts";
import { envLines, formats, type Format } from "./env-lines.ts";
import type { Sandbox } from "./start.ts";

/** What the command sees of the outside. Its signal ends the sandbox. */
export type SandboxHost = Pick<Host, "stdout" | "stderr" | "signal">;

interface Options {
  readonly port: number;
  readonly format: Format;
  readonly json?: boolean;
}

const about = `
The page shows what the fakes keep and what they are asked, and has buttons to expire sessions, to let calls fail, and to
make calls. Everything listens on 127.0.0.1 alone, and is forgotten when the sandbox ends. Needs the package graphql.

Examples:
  $ keylight sandbox                        free ports; Ctrl-C ends it
  $ keylight sandbox --port 4600            the page on 4600, the fakes on 4601 to 4604
  $ keylight sandbox --format dotenv >.env  the variables for a file
  $ keylight sandbox --json                 all of it as one JSON object, for programs`;

/** `keylight sandbox`: the four fakes with a page, until Ctrl-C. */
export function sandboxCommand(host: SandboxHost): Command {
  return new Command("sandbox")
    .summary("run fakes of the services, with a page")
    .description("Runs fakes of the four services on this machine, with a page to watch them.")
    .addOption(new Option("--port <number>", "port of the page; the fakes take the next four").argParser(port).default(0, "free ones"))
    .addOption(new Option("--format <shell>", "how variables are printed").choices([...formats]).default("sh"))
    .addHelpText("after", about)
    .action(async (_options: Options, command: Command) => {
      // --json is an option of the whole program.
      await runSandbox(command.optsWithGlobals<Options>(), host);
    });
}

async function runSandbox({ port, format, json = false }: Options, { stdout, stderr, signal }: SandboxHost): Promise<void> {
  const { startSandbox } = await import("./start.ts");
  const sandbox = await startSandbox({ port });
  if (json) stdout.write(`${JSON.stringify({ url: sandbox.url, env: sandbox.env, services: sandbox.services })}\n`);
  else present(sandbox, format, stdout, stderr);
  if (!signal.aborted) await once(signal, "abort");
  await sandbox.close();
}

/** What can be pasted goes to standard output, all else to standard error. */
function present({ url, services, env }: Sandbox, format: Format, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): void {
  const titles = Object.values(services).map(({ title }) => title);
  stderr.write(`\n  keylight sandbox: fakes of ${titles.join(", ")}\n\n  Page      ${url}\n  GraphiQL  ${url}/graphiql\n\n`);
  for (const line of envLines(env, format)) stdout.write(`${line}\n`);
  for (const { title, note, env: own } of Object.values(services)) {
    if (note === undefined) continue;
    const missing = Object.fromEntries(Object.entries(own).filter(([name]) => !Object.hasOwn(env, name)));
    stderr.write(`\n  ${title} also has a key. ${note}\n\n    ${envLines(missing, format).join("\n    ")}\n`);
  }
  stderr.write("\n  Put the variables into another terminal, and try there: npx keylight doctor\n  Ctrl-C ends it.\n\n");
}

function port(text: string): number {
  const number = Number(text);
  const most = 65_535 - 4;
  if (/^\d+$/.test(text) && number <= most) return number;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${String(most)}.`);
}
