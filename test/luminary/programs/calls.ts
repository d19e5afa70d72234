/** Makes calls at once, when it is told to. */
import { LuminaryClient } from "../../../src/luminary/index.ts";
import { optionsOf, task } from "./task.ts";

const { calls = 1 } = task;
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
const client = new LuminaryClient(optionsOf(task));
const results = await Promise.allSettled(Array.from({ length: calls }, () => client.request("GET", "pipelines")));
for (const result of results) if (result.status === "rejected") process.stderr.write(`${String(result.reason)}\n`);
process.stdout.write(`succeeded ${String(results.filter(({ status }) => status === "fulfilled").length)}\n`);
