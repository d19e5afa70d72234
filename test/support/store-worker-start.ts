import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll } from "vitest";
import { programFile } from "./program.ts";
import { transportName, type TransportName } from "./transport.ts";

/** What a worker is to do, and what its requests go over: the same as those of the test. */
export type WorkerTask = Task & { transport: TransportName };

type Task =
  | { task: "set"; directory: string; mask: string }
  | { task: "read-only"; directory: string }
  | { task: "calls"; endpoint: string; calls: number; directory?: string; redis?: string; namespace?: string }
  | { task: "claim"; directory: string; keys: string[]; ledger: string };

export interface Worker {
  readonly child: ChildProcess;
  /** Says `ready`, and waits for {@link go}. */
  readonly ready: Promise<void>;
  go(): void;
  /** Everything it printed, once it has ended well. */
  readonly done: Promise<string>;
}

const running = new Set<ChildProcess>();
// A case that failed leaves its processes behind.
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

function note(child: ChildProcess): void {
  running.add(child);
  child.once("close", () => running.delete(child));
}

export async function startWorker(task: Task): Promise<Worker> {
  const script = await programFile(new URL("store-worker.ts", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify({ ...task, transport: transportName } satisfies WorkerTask)], { stdio: ["pipe", "pipe", "pipe"] });
  note(child);
  let printed = "";
  let complaints = "";
  const { promise: ready, resolve: isReady } = deferred();
  child.stdout.on("data", (data) => {
    printed += String(data);
    if (printed.includes("ready\n")) isReady();
  });
  child.stderr.on("data", (data) => (complaints += String(data)));
  child.stdin.on("error", () => undefined);
  const done = once(child, "close").then(() => {
    isReady();
    if (child.exitCode !== 0 || complaints !== "") throw new Error(`worker: exit ${String(child.exitCode)} ${String(child.signalCode)} ${complaints}`);
    return printed.replace("ready\n", "");
  });
  // One that is killed has no one who waits for it.
  done.catch(() => undefined);
  return { child, ready, done, go: () => void child.stdin.write("go\n") };
}

/** One that writes; see `write-worker.ts`. */
export async function startWriter(...values: string[]): Promise<ChildProcess> {
  const script = await programFile(new URL("write-worker.ts", import.meta.url));
  const child = spawn(process.execPath, [script, ...values], { stdio: ["ignore", "pipe", "inherit"] });
  note(child);
  return child;
}

export async function runWorker(task: Task): Promise<{ printed: string }> {
  const { done } = await startWorker(task);
  return { printed: await done };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
