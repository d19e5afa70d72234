import { Client, isKeylightError } from "keylight";
import { task, transport } from "./task.ts";

// Takes one small answer, to have everything loaded, and then a big one; tells how far the process grew.
const { endpoint, apiKey, maxResponseBytes } = task<{ endpoint: string; apiKey: string; maxResponseBytes: number }>();
const client = new Client({ endpoint, apiKey, maxResponseBytes, ...transport });
await client.me();
const before = process.memoryUsage().rss;
let highest = before;
const watching = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 5);
const error: unknown = await client.me().catch((thrown: unknown) => thrown);
clearInterval(watching);
highest = Math.max(highest, process.memoryUsage().rss, process.resourceUsage().maxRSS * 1024);
const told = isKeylightError(error) ? { code: error.code, byteLength: Reflect.get(error, "byteLength") as unknown } : {};
console.log(JSON.stringify({ ...told, grown: highest - before }));
