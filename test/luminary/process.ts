import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { transportName } from "../support/transport.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** It has said `ready`, or has ended. */
  readonly ready: Promise<void>;
  go(): void;
  readonly ended: Promise<Ended>;
  /** What it has said on both outputs so far. */
  readonly said: () => string;
}

/**
 * A program of `programs/`, in a process of its own that has nothing of this one's environment, over the same transport.
 *
 * @param terminal - gives it a terminal for all three of its streams, which `script` of util-linux makes.
 */
export function startProcess(program: string, task: object, { terminal = false, variables = {} }: { terminal?: boolean; variables?: Record<string, string> } = {}): Running {
  const file = fileURLToPath(new URL(`programs/${program}.ts`, import.meta.url));
  const { PATH, TMPDIR } = process.env;
  const env = { PATH, TMPDIR, ...variables, TASK: JSON.stringify({ ...task, transport: transportName }) };
  const command = [process.execPath, "--unhandled-rejections=strict", "--trace-warnings", "--import", "tsx", file];
  const child = terminal
    ? spawn("script", ["--quiet", "--return", "--flush", "--command", command.map((part) => `'${part}'`).join(" "), "/dev/null"], { env, stdio: ["pipe", "pipe", "pipe"] })
    : spawn(command[0] ?? "", command.slice(1), { env, stdio: ["pipe", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  child.stdout.on("data", (chunk) => {
    output.stdout += String(chunk);
    if (output.stdout.includes("ready\n")) isReady();
  });
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => {
      isReady();
      resolve({ code, signal, ...output });
    });
  });
  ended.catch(() => undefined);
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ready, ended, go: () => void child.stdin.write("go\n"), said: () => output.stdout + output.stderr };
}
