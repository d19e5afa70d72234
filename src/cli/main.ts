import { exitCodes, Interruption } from "./failure.ts";
import { run } from "./run.ts";

/** As shells tell of them: 128 more than the number of the signal. */
const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

const ending = new AbortController();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Asked twice, it goes at once.
    if (ending.signal.aborted) process.exit(codes[signal]);
    ending.abort(new Interruption(codes[signal]));
  });
}
// Whoever writes hears of it; unheard, it would end the process.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

// Not awaited here: what is loaded on the way imports this file's chunk, and would wait for it to be done.
void run({
  args: process.argv.slice(2),
  env: process.env,
  directory: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: ending.signal,
  node: process.versions.node,
}).then((exitCode) => {
  // Not by exit(): what a pipe has not taken yet would be lost.
  process.exitCode = exitCode;
});
