import { spawn, type ChildProcess } from "node:child_process";
import { afterAll } from "vitest";
import { programFile } from "../support/program.ts";
import { transportName } from "../support/transport.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();
// A case that failed leaves its process behind.
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** A program of `programs/`, in a process of its own that has nothing of this one's environment, but the given variables, and goes over the same transport. */
export async function start(program: string, task: object, variables: Record<string, string> = {}): Promise<{ child: ChildProcess; ended: Promise<Ended> }> {
  const file = await programFile(new URL(`programs/${program}.ts`, import.meta.url));
  const flags = ["--unhandled-rejections=strict", "--trace-warnings"];
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [...flags, file], { env: { ...variables, PATH, HOME, TMPDIR, TASK: JSON.stringify({ ...task, transport: transportName }) }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => {
      resolve({ code, signal, ...output });
    });
  });
  running.add(child);
  void ended.finally(() => running.delete(child)).catch(() => undefined);
  return { child, ended };
}

export async function run(program: string, task: object, variables?: Record<string, string>): Promise<Ended> {
  const { ended } = await start(program, task, variables);
  return ended;
}
