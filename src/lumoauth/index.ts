import { defaultClientOf } from "../core/default-client.ts";
import { LumoAuthClient } from "./client.ts";

export { LumoAuthClient };
export type { DevicePrompt } from "../core/login/device-login.ts";
export type { LumoAuthLoginOptions, LumoAuthRequestOptions } from "./client.ts";
export type { Clients, CreatedOAuthClient } from "./clients.ts";
export type { Groups } from "./groups.ts";
export type { LumoAuthLogin, LumoAuthOptions } from "./options.ts";
export type { ClientMetadata, RegisteredClient, RegisterOptions } from "./registration.ts";
export type { Resource } from "./resource.ts";
export type { Roles } from "./roles.ts";
export type {
  CreateClientInput,
  CreateGroupInput,
  CreateRoleInput,
  CreateUserInput,
  Group,
  GroupMember,
  ListQuery,
  LumoAuthId,
  Named,
  OAuthClient,
  Role,
  RoleQuery,
  User,
  UserQuery,
} from "./types.ts";
export type { Users } from "./users.ts";

const defaults = defaultClientOf<LumoAuthClient>("lumoauth", () => new LumoAuthClient(), ["users", "registerClient"]);

/** Makes a client the default of the whole process; undefined resets it. */
export const setDefaultClient = defaults.setDefaultClient;

/** The client of the innermost `withClient`, else the one that was set, else one that is built from the environment and kept. */
export const getDefaultClient = defaults.getDefaultClient;

/** Runs `fn` with this client as the default inside it, across its awaits; other code keeps its own. Returns what `fn` returns. */
export const withClient = defaults.withClient;
