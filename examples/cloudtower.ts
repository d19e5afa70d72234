import { CloudTowerClient } from "keylight/cloudtower";

// CLOUDTOWER_ENDPOINT, CLOUDTOWER_USERNAME and CLOUDTOWER_PASSWORD: the first call logs in.
const tower = new CloudTowerClient();

// Issuing an API key takes a login. The key is shown this once, and prints as [redacted]: key.reveal() goes into a vault.
const { key, roles } = await tower.apiKeys.create({ name: "nightly report" });
console.log(`key ${String(key)}, role ${roles.map(({ preset }) => preset ?? "custom").join(", ")}`);

// Using it: in place of a login, also where a second factor is on.
const robot = new CloudTowerClient({ apiKey: key });
for (const { name } of await robot.post<{ name: string }[]>("get-vms", { where: {} })) console.log(name);

// Deleting it: from now on it is refused.
await tower.apiKeys.delete({ key });
const refusal: unknown = await robot.post("get-vms").catch((error: unknown) => error);
console.log(String(refusal));
