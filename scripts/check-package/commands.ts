import { spawn } from "node:child_process";

let failures = 0;

/** Whether a check failed. */
export const anyFailed = (): boolean => failures > 0;

/**
 * Prints one line for a check, and gives whether it passed.
 *
 * @param run - throws when the check fails; what it returns, if it is a text, is printed as a note.
 */
export async function check(name: string, run: () => unknown): Promise<boolean> {
  try {
    const note = await run();
    console.log(`ok      ${name}${typeof note === "string" ? ` (${note})` : ""}`);
    return true;
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

export function expectNone(what: string, found: readonly string[]): void {
  if (found.length > 0) throw new Error(`${what}: ${found.join(", ")}`);
}

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, while this process goes on; rejects with all that it printed when it fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 });
    const printed = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) child[stream].setEncoding("utf8").on("data", (text: string) => (printed[stream] += text));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${[command, ...args].join(" ")}: exit ${String(code)}\n${printed.stdout}\n${printed.stderr}`));
    });
  });
}

/** Runs JavaScript and expects it to succeed and to print nothing. */
export async function runQuietly(file: string, args: readonly string[], cwd: string): Promise<void> {
  const { stdout, stderr } = await run(process.execPath, [file, ...args], cwd);
  if (stdout !== "" || stderr !== "") throw new Error(`${file} printed\n${stdout}\n${stderr}`);
}
