/** A process that writes to a file store without a pause, until it is killed. */
import { fileSessionStore } from "../../src/core/session/file-store.ts";

const [directory = "", key = ""] = process.argv.slice(2);
const store = fileSessionStore({ directory });
process.stdout.write("ready\n");
for (let count = 0; ; count += 1) {
  const letter = String.fromCharCode(97 + (count % 26));
  await store.set(key, { token: letter.repeat(20_000 + (count % 7) * 1_000), obtainedAt: new Date().toISOString() });
}
