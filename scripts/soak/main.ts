/**
 * Steady calls against a server with random faults and revocations: `npm run soak -- --seconds 600`.
 *
 * Prints logins against revocations, errors by class, heap growth after garbage collection and what is left open. Exits
 * with 1 when one of them is not as it must be.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client, isKeylightError } from "keylight";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "120" }, concurrency: { type: "string", default: "20" } } });
const seconds = Number(values.seconds);
const concurrency = Number(values.concurrency);
if (!(seconds > 0 && concurrency > 0)) throw new RangeError("--seconds and --concurrency take positive numbers");

interface Counts {
  readonly requests: number;
  readonly logins: number;
  readonly revocations: number;
  readonly connections: number;
  readonly open: number;
}

const server = fork(fileURLToPath(new URL("server.ts", import.meta.url)), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
const { endpoint, userKey } = await said<{ endpoint: string; userKey: { id: number; secret: string } }>(server);
const client = new Client({ endpoint, userKey, env: {}, timeout: 10_000 });
const outcomes = new Map<string, number>();
const unexpected: unknown[] = [];

console.log(`${concurrency} at a time for ${seconds} s, a revocation every second`);
const end = performance.now() + seconds * 1_000;
const warm = performance.now() + Math.min(10_000, seconds * 250);
let heapWarm = 0;
await Promise.all([...Array.from({ length: concurrency }, worker), measure()]);
const counts = await ask(server);
await client.close();
const heapEnd = heapAfterCollection();
server.send("stop");
await new Promise((resolve) => server.once("exit", resolve));
await new Promise((resolve) => setTimeout(resolve, 200));
report(counts, process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap)$/.test(name)));

async function worker(): Promise<void> {
  while (performance.now() < end) {
    const outcome = await client.me().then(
      () => "ok",
      (error: unknown) => {
        if (!isKeylightError(error)) unexpected.push(error);
        return isKeylightError(error) ? `${error.name} ${error.code}` : "not an error of keylight";
      },
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    // A window after a failed login is answered at once: without this pause it would be a loop of refusals.
    if (outcome !== "ok") await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function measure(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, warm - performance.now())));
  heapWarm = heapAfterCollection();
}

function heapAfterCollection(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function report({ requests, logins, revocations, connections, open }: Counts, left: readonly string[]): void {
  const calls = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  const failedLogins = logins * 0.1;
  const growth = (heapEnd - heapWarm) / 1_048_576;
  console.log(`calls        ${calls} (${Math.round(calls / seconds)} a second), ${requests} requests over ${connections} connections, ${open} open at the end`);
  console.log(`logins       ${logins}, for ${revocations} revocations and the first one`);
  for (const [outcome, count] of [...outcomes].sort(([, a], [, b]) => b - a)) console.log(`  ${outcome.padEnd(45)} ${count}`);
  console.log(`heap         ${growth.toFixed(2)} MiB more than after the first seconds, after collection`);
  console.log(`left open    ${left.length === 0 ? "nothing" : left.join(", ")}`);
  const faults = [
    logins > revocations + 1 + Math.max(10, failedLogins * 2) ? "more logins than revocations and failed logins explain" : "",
    unexpected.length > 0 ? `errors that are not keylight's: ${String(unexpected[0])}` : "",
    growth > 8 ? "the heap grows" : "",
    left.length > 0 ? "something is left open" : "",
  ].filter((fault) => fault !== "");
  for (const fault of faults) console.log(`WRONG        ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function said<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once("message", (message) => { resolve(message as T); }));
}

function ask(child: ChildProcess): Promise<Counts> {
  const answer = said<Counts>(child);
  child.send("counts");
  return answer;
}
