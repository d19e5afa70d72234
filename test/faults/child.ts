import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
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
export function start(program: string, task: object, variables: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const file = fileURLToPath(new URL(`programs/${program}.ts`, import.meta.url));
  const flags = ["--unhandled-rejections=strict", "--trace-warnings", "--import", "tsx"];
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

export function run(program: string, task: object, variables?: Record<string, string>): Promise<Ended> {
  return start(program, task, variables).ended;
}
