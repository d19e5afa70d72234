import { defaultClientOf } from "../core/default-client.ts";
import { LumoAuthClient } from "./client.ts";

export { LumoAuthClient };
export type { LumoAuthRequestOptions } from "./client.ts";
export type { ClientMetadata, Clients, CreatedOAuthClient, RegisteredClient, RegisterOptions } from "./clients.ts";
export type { LumoAuthOptions } from "./options.ts";
export type { Resource } from "./resource.ts";
export type { CreateClientInput, CreateGroupInput, CreateRoleInput, CreateUserInput, Group, ListQuery, LumoAuthId, Named, OAuthClient, Role, User } from "./types.ts";

const { setDefaultClient, getDefaultClient, withClient } = defaultClientOf<LumoAuthClient>("lumoauth", () => new LumoAuthClient(), ["users", "registerClient"]);
export { setDefaultClient, getDefaultClient, withClient };
