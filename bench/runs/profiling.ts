import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

/** Begins a CPU profile of this process. Resolves with the function that ends it and writes the file. */
export async function startProfiling(file: string): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 100 });
  await session.post("Profiler.start");
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    writeFileSync(file, JSON.stringify(profile));
    session.disconnect();
  };
}
