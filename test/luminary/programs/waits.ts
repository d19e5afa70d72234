/** Waits for a login that nobody finishes: to be interrupted. With a time, it gives up by itself, and has nothing left to do then. */
import { LuminaryClient } from "../../../src/luminary/index.ts";
import { optionsOf, task } from "./task.ts";

const client = new LuminaryClient(optionsOf(task));
const login = client.login({ open: () => void process.stdout.write("ready\n"), ...(task.auth.timeout === undefined ? {} : { timeout: task.auth.timeout }) });
await login.catch((error: unknown) => {
  process.stdout.write(`failed ${String((error as { code?: string }).code)}\n`);
});
