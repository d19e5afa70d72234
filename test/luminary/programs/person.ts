/** Logs in as a person does who starts it in a terminal, and makes a call. */
import { LuminaryClient } from "../../../src/luminary/index.ts";
import { optionsOf, task } from "./task.ts";

const client = new LuminaryClient({ ...optionsOf(task), interactive: true });
try {
  const pipelines = await client.request("GET", "pipelines");
  process.stdout.write(`pipelines ${JSON.stringify(pipelines)}\n`);
} catch (error) {
  const { code, message } = error as { code?: string; message?: string };
  process.stdout.write(`failed ${String(code)} ${String(message)}\n`);
}
