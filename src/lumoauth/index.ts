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

const { setDefaultClient, getDefaultClient, withClient } = defaultClientOf<LumoAuthClient>("lumoauth", () => new LumoAuthClient(), ["users", "registerClient"]);
export { setDefaultClient, getDefaultClient, withClient };
