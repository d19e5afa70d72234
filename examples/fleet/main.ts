/**
 * Starts a fleet of workers, and gives them jobs for some seconds, or until Ctrl+C:
 *
 *     npx tsx examples/fleet/main.ts [workers = 20] [seconds = 10]
 *
 * LC_API_URL, LC_USER_KEY_ID, LC_USER_KEY_SECRET and LC_ACCOUNT_ID say where and for whom, REDIS_URL where the session
 * is shared. Meanwhile end the session, or Redis: no job fails, and `logged in` shows once for each session of the fleet.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Job, Result } from "./worker.ts";

const [workers = 20, seconds = 10] = process.argv.slice(2).map(Number);
const accountId = process.env["LC_ACCOUNT_ID"] ?? "";
/** Milliseconds from an answer to the worker's next job. In place of this there would be your queue. */
const pace = 250;

const total = { ready: 0, given: 0, done: 0 };
const failures: string[] = [];
let over = false;
const stop = (): void => {
  over = true;
};

async function runWorker(name: string): Promise<void> {
  const worker = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), { env: { ...process.env, WORKER_NAME: name } });
  const next = (): void => {
    if (!worker.connected) return;
    if (over) worker.disconnect();
    else worker.send({ id: (total.given += 1), accountId } satisfies Job);
  };
  worker.on("message", (told: "ready" | Result) => {
    if (told === "ready") {
      total.ready += 1;
      // The time is counted from when all are there, and holds nobody up who ends earlier.
      if (total.ready === workers) setTimeout(stop, seconds * 1000).unref();
      next();
    } else {
      if ("failed" in told) failures.push(`${name}, job ${told.id}: ${told.failed}`);
      else total.done += 1;
      setTimeout(next, pace);
    }
  });
  const code = await new Promise((resolve) => worker.once("exit", resolve));
  if (code !== 0) failures.push(`${name} ended with ${String(code)}`);
  stop();
}

process.once("SIGINT", stop);
await Promise.all(Array.from({ length: workers }, (_, index) => runWorker(`worker-${index + 1}`)));

for (const failure of failures.slice(0, 10)) console.error(failure);
console.log(`${workers} workers, ${total.given} jobs: ${total.done} done, ${total.given - total.done} not`);
process.exitCode = failures.length === 0 && total.done === total.given ? 0 : 1;
