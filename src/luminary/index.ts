import { defaultClientOf } from "../core/default-client.ts";
import { LuminaryClient } from "./client.ts";

export { LuminaryClient };
export type { LuminaryLoginOptions, LuminaryMethod, LuminaryRequestOptions, LuminaryResponse } from "./client.ts";
export type { LuminaryAuth } from "./auth.ts";
export type { LuminaryOptions } from "./options.ts";

const defaults = defaultClientOf<LuminaryClient>("luminary", () => new LuminaryClient(), ["request", "keysUrl"]);

/** Makes a client the default of the whole process; undefined resets it. */
export const setDefaultClient = defaults.setDefaultClient;

/** The client of the innermost `withClient`, else the one that was set, else one that is built from the environment and kept. */
export const getDefaultClient = defaults.getDefaultClient;

/** Runs `fn` with this client as the default inside it, across its awaits; other code keeps its own. Returns what `fn` returns. */
export const withClient = defaults.withClient;
