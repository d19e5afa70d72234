import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
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

const script = fileURLToPath(new URL("store-worker.ts", import.meta.url));

export function startWorker(task: Task): Worker {
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify({ ...task, transport: transportName } satisfies WorkerTask)], { stdio: ["pipe", "pipe", "pipe"] });
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

/** One that runs a script as it is, without compiling it first; see `write-worker.ts`. */
export function startScript(path: string, ...values: string[]): ChildProcess {
  return spawn(process.execPath, [path, ...values], { stdio: ["ignore", "pipe", "inherit"] });
}

export async function runWorker(task: Task): Promise<{ printed: string }> {
  return { printed: await startWorker(task).done };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
