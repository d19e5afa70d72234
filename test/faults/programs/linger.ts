import { Client, memorySessionStore, type ClientOptions } from "keylight";
import { task } from "./task.ts";

// One call, then nothing more to do: prints how many milliseconds pass until the process ends by itself.
const { endpoint, credential, agedToken, calls = {} } = task<{ endpoint: string; credential: ClientOptions; agedToken?: string; calls?: ClientOptions }>();

// A session that is still good and soon over, so that it is refreshed in the background.
const obtainedAt = new Date(Date.now() - 30 * 24 * 3_600_000 + 60_000).toISOString();
const stored = agedToken === undefined ? undefined : { token: agedToken, obtainedAt };
const client = new Client({ endpoint, ...credential, sessionStore: { ...memorySessionStore(), get: () => Promise.resolve(stored) } });
// Logins go the way of the first client.
await client.with(calls).me();
const done = performance.now();
process.once("exit", () => {
  console.log(Math.round(performance.now() - done));
});
