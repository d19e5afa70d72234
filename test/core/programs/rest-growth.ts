/** Prints by how many bytes the heap grows over 20,000 REST calls. Run with --expose-gc. */
import { LuminaryClient } from "../../../src/luminary/index.ts";

const answer = { ok: true, status: 200, headers: new Headers({ "content-type": "application/json" }), text: () => Promise.resolve("{}") };
const fetch = (() => Promise.resolve(answer)) as unknown as typeof globalThis.fetch;
const client = new LuminaryClient({ fetch, env: {}, apiKey: "key-of-growth", domain: "api.test" });

async function heapAfter(calls: number): Promise<number> {
  for (let done = 0; done < calls; done += 1) await client.request("GET", "things");
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const before = await heapAfter(2_000);
console.log((await heapAfter(20_000)) - before);
