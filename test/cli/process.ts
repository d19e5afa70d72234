import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { programFile } from "../support/program.ts";
import { temporaryDirectory, type Site } from "./support.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

/** A folder for PATH that holds the command by its name. */
export async function binFolder(): Promise<string> {
  const program = await programFile(new URL("../../src/cli/main.ts", import.meta.url));
  const folder = temporaryDirectory();
  const file = join(folder, "keylight");
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(file, 0o755);
  return folder;
}

/** Variables of a process that finds the command, and nothing of this one's environment. */
export function variables(bin: string, site?: Site): NodeJS.ProcessEnv {
  return { PATH: `${bin}:${process.env["PATH"] ?? ""}`, HOME: bin, TERM: "xterm-256color", LANG: "C.UTF-8", ...site?.env };
}

/** Runs a line of the shell in which `keylight` is the command. */
export function shell(line: string, env: NodeJS.ProcessEnv, { cwd, terminal = false, program = "bash" }: { cwd?: string; terminal?: boolean; program?: string } = {}): Running {
  const command = terminal ? ["script", "--quiet", "--return", "--flush", "--command", line, "/dev/null"] : [program, "-c", line];
  const child = spawn(command[0] ?? "", command.slice(1), { env, stdio: ["pipe", "pipe", "pipe"], ...(cwd === undefined ? {} : { cwd }) });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  ended.catch(() => undefined);
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, said: () => output.stdout + output.stderr, ended };
}

/** Why a test of this program cannot run; undefined where it is there. Says so once. */
export function missing(program: string): boolean {
  const isMissing = spawnSync(program, ["--version"]).error !== undefined;
  if (isMissing) console.warn(`tests with ${program} are skipped: it is not installed here`);
  return isMissing;
}
