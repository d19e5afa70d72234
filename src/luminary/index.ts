import { defaultClientOf } from "../core/default-client.ts";
import { LuminaryClient } from "./client.ts";

export { LuminaryClient };
export type { LuminaryLoginOptions, LuminaryMethod, LuminaryRequestOptions, LuminaryResponse } from "./client.ts";
export type { LuminaryAuth } from "./auth.ts";
export type { LuminaryOptions } from "./options.ts";

const { setDefaultClient, getDefaultClient, withClient } = defaultClientOf<LuminaryClient>("luminary", () => new LuminaryClient(), ["request", "keysUrl"]);
export { setDefaultClient, getDefaultClient, withClient };
