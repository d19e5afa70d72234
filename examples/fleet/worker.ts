/**
 * One worker of the fleet that `main.ts` starts. It takes jobs from there and answers each. All workers have the same
 * user key, and share its session through Redis: one of them logs in, and the others find what it has stored. While
 * Redis is away, each goes on with a session of its own.
 */
import KeyvRedis from "@keyv/redis";
import { Keyv } from "keyv";
import { Client, keyvSessionStore } from "keylight";

/** What a worker is sent. */
export interface Job {
  readonly id: number;
  readonly accountId: string;
}

/** What it answers, once for each job. */
export type Result = { readonly id: number; readonly serviceAccounts: number } | { readonly id: number; readonly failed: string };

const name = process.env["WORKER_NAME"] ?? `worker-${process.pid}`;
const say = (message: string): void => console.error(`${name}: ${message}`);

const redis = new KeyvRedis(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379");
const client = new Client({
  sessionStore: keyvSessionStore(new Keyv(redis, { namespace: "fleet" })),
  clientName: name,
  // Tells of each login, and once when Redis is not available.
  logger: { error: say, warn: say, info: say, debug: say },
  logLevel: "info",
});

async function resultOf({ id, accountId }: Job): Promise<Result> {
  try {
    return { id, serviceAccounts: (await client.serviceAccounts.list(accountId)).length };
  } catch (error) {
    return { id, failed: String(error) };
  }
}

const working = new Set<Promise<void>>();

process.on("message", (job: Job) => {
  const work = resultOf(job).then((result) => {
    if (process.connected) process.send?.(result);
    working.delete(work);
  });
  working.add(work);
});

// Who gives out the jobs has no more, or is gone: what is under way is finished, and the process ends by itself.
process.once("disconnect", () => {
  void Promise.all(working).then(async () => {
    await client.close();
    // By force, since a Redis that is away would be waited for.
    await redis.disconnect(true);
  });
});

// Ctrl+C reaches the whole fleet at once. `main.ts` says when it is over.
process.on("SIGINT", () => undefined);

process.send?.("ready");
