import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { CreatedServiceAccountKey } from "keylight";
import type { Context } from "../context.ts";
import { failed } from "../failure.ts";
import type { OpenSink, Purpose } from "./sink.ts";

/** A command of the shell that takes the key from its standard input. What it prints goes to standard error. */
export const execSink =
  (command: string): OpenSink =>
  (context, purpose) =>
    Promise.resolve({
      place: { exec: command },
      told: "The command has taken the key.",
      put: (key) => handOver(command, key, context, purpose),
      // It has not run, or has failed.
      abandon: () => Promise.resolve(),
    });

async function handOver(command: string, key: CreatedServiceAccountKey, { host, terminal }: Context, purpose: Purpose): Promise<void> {
  const secret = key.apiKey.reveal();
  const env = { ...host.env, ...facts(key, purpose) };
  const child = spawn(command, { shell: true, cwd: host.directory, env, stdio: ["pipe", "pipe", "pipe"], signal: host.signal });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input, crlfDelay: Infinity }).on("line", (line) => terminal.passOn(line.replaceAll(secret, "[redacted]")));
  }
  // A command that has read enough closes it: its exit code tells whether it was content.
  child.stdin.on("error", () => undefined);
  // Without a line break, which vaults would take for a part of the key.
  child.stdin.end(secret);
  const trouble = await endOf(child, host.signal);
  if (trouble === undefined) return;
  // What the command has started may hold on to them.
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  throw failed("SINK_FAILED", `the command of --exec failed (${trouble})`, "See what it said above, and run it again when it works.");
}

/** Why a command failed; undefined when it did not. By then all that it printed has been passed on. */
function endOf(child: ChildProcess, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(signal.aborted ? "it was interrupted" : `it could not be run: ${"code" in error ? String(error.code) : error.name}`));
    child.once("close", (code, by) => resolve(code === 0 ? undefined : by === null ? `exit code ${String(code)}` : `ended by ${by}`));
  });
}

/** What a command may want to know besides the key. */
function facts(key: CreatedServiceAccountKey, { serviceAccountId, accountId, oldKeyId }: Purpose): Record<string, string> {
  return {
    KEYLIGHT_KEY_ID: key.id,
    KEYLIGHT_SERVICE_ACCOUNT_ID: serviceAccountId,
    ...(key.name === null ? {} : { KEYLIGHT_KEY_NAME: key.name }),
    ...(key.expiresAt === null ? {} : { KEYLIGHT_KEY_EXPIRES_AT: key.expiresAt }),
    ...(accountId === undefined ? {} : { KEYLIGHT_ACCOUNT_ID: accountId }),
    ...(oldKeyId === undefined ? {} : { KEYLIGHT_OLD_KEY_ID: oldKeyId }),
  };
}
