import { defaultClientOf } from "../core/default-client.ts";
import { CloudTowerClient } from "./client.ts";

export { CloudTowerClient };
export type { ApiKeys, CreatedApiKey } from "./api-keys.ts";
export type { UserRolePreset } from "./generated/operations.ts";
export type { CloudTowerLogin, CloudTowerOptions, UserSource } from "./options.ts";

const { setDefaultClient, getDefaultClient, withClient } = defaultClientOf<CloudTowerClient>("cloudtower", () => new CloudTowerClient(), ["apiKeys", "post"]);
export { setDefaultClient, getDefaultClient, withClient };
