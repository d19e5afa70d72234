import { defaultClientOf } from "../core/default-client.ts";
import { CloudTowerClient } from "./client.ts";

export { CloudTowerClient };
export type { ApiKeys, CreatedApiKey } from "./api-keys.ts";
export type { UserRolePreset } from "./generated/operations.ts";
export type { CloudTowerLogin, CloudTowerOptions, UserSource } from "./options.ts";

const defaults = defaultClientOf<CloudTowerClient>("cloudtower", () => new CloudTowerClient(), ["apiKeys", "post"]);

/** Makes a client the default of the whole process; undefined resets it. */
export const setDefaultClient = defaults.setDefaultClient;

/** The client of the innermost `withClient`, else the one that was set, else one that is built from the environment and kept. */
export const getDefaultClient = defaults.getDefaultClient;

/** Runs `fn` with this client as the default inside it, across its awaits; other code keeps its own. Returns what `fn` returns. */
export const withClient = defaults.withClient;
