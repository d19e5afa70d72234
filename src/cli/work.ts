/** What the commands do. Loaded as one when a command runs, so that help and completion are quick. */
export { scripts } from "./completion/scripts.ts";
export { createContext } from "./context.ts";
export { doctor } from "./doctor/doctor.ts";
export { audit } from "./keys/audit.ts";
export { create as createKey } from "./keys/create.ts";
export { list as listKeys } from "./keys/list.ts";
export { revoke } from "./keys/revoke.ts";
export { rotate } from "./keys/rotate.ts";
export { disable, enable, remove, update } from "./service-accounts/change.ts";
export { create as createServiceAccount } from "./service-accounts/create.ts";
export { get, list as listServiceAccounts } from "./service-accounts/list.ts";
export { login } from "./session/login.ts";
export { logout } from "./session/logout.ts";
export { whoami } from "./session/whoami.ts";
