import { run } from "./run.ts";

/** Numbers of the signals, as shells count them: the exit code is 128 more. */
const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

const ending = new AbortController();
let exitCode: number | undefined;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const code = 128 + numbers[signal];
    // Asked twice, it goes at once.
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    ending.abort();
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
}).then((ended) => {
  // Not by exit(): what a pipe has not taken yet would be lost.
  process.exitCode = ended === 0 ? 0 : (exitCode ?? ended);
});
