import { Client, memorySessionStore, type ClientOptions, type SessionStore } from "keylight";
import { task, transport } from "./task.ts";

// A script as users write it: one call, no close(), nothing that waits for anything.
const { endpoint, credential, agedToken } = task<{ endpoint: string; credential: ClientOptions; agedToken?: string }>();

/** A store that holds a session which is still good and soon over, so that it is refreshed in the background. */
function aged(token: string): SessionStore {
  const obtainedAt = new Date(Date.now() - 30 * 24 * 3_600_000 + 60_000).toISOString();
  return { ...memorySessionStore(), get: () => Promise.resolve({ token, obtainedAt }) };
}

const client = new Client({
  endpoint,
  ...credential,
  ...transport,
  ...(agedToken === undefined ? {} : { sessionStore: aged(agedToken) }),
});
await client.me();
