import { readFile } from "node:fs/promises";
import { getDefaultClient, LuminaryClient, setDefaultClient, withClient } from "keylight/luminary";

// LC_API_KEY: from the environment, or from a file .env that `node --env-file=.env` loads.
setDefaultClient(new LuminaryClient());
const pipelines = await getDefaultClient().request<{ id: string; name: string }[]>("GET", "pipelines");
for (const { id, name } of pipelines) console.log(`${id}: ${name}`);

// Keys last three months, unless made for longer. Given by a function, a new one is picked up when the old one is refused.
const keyFile = process.env["LC_API_KEY_FILE"] ?? "/run/secrets/luminary";
const rotating = new LuminaryClient({ apiKey: () => readFile(keyFile, "utf8") });
await withClient(rotating, async () => {
  const { name } = await getDefaultClient().request<{ name: string }>("POST", "pipelines", { body: { name: "Wing" } });
  console.log(`made ${name}; keys are made at ${rotating.keysUrl}`);
});
