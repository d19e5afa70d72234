import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Client, isKeylightError } from "keylight";
import { task, transport } from "./task.ts";

// What a nightly job does: rotates one key, keeps the new one in a file, and is run again when it was killed.
interface Task {
  readonly endpoint: string;
  readonly sessionToken: string;
  readonly serviceAccountId: string;
  readonly keyId: string;
  readonly file: string;
  /** Told before or after the new key is written, to be killed there. */
  readonly tell?: "before-store" | "after-store";
}

const { endpoint, sessionToken, serviceAccountId, keyId, file, tell } = task<Task>();
const client = new Client({ endpoint, sessionToken, ...transport });

async function at(step: Task["tell"]): Promise<void> {
  if (tell === step) await client.request(`query ${step === "before-store" ? "BeforeStore" : "AfterStore"} { version }`);
}

try {
  await client.serviceAccounts.keys.rotate(keyId, {
    serviceAccountId,
    store: async ({ id, apiKey }) => {
      await at("before-store");
      writeFileSync(`${file}.new`, JSON.stringify({ id, apiKey: apiKey.reveal() }), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      await at("after-store");
    },
  });
} catch (error) {
  // The run before had come to the end: the old key is revoked, and the new one is stored.
  if (!isKeylightError(error, "BAD_USER_INPUT")) throw error;
  readFileSync(file);
}
