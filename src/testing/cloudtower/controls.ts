import type { FakeServer } from "../shared/fake-server.ts";
import { randomUrlSafe } from "../shared/random.ts";
import { newId } from "./ids.ts";
import type { KeyRecord, RoleRecord, UserRecord } from "./records.ts";
import type { RestOperations } from "./rest-operations.ts";
import type { State } from "./state.ts";
import type { FakeCloudTower, FakeCloudTowerApiKey, FakeCloudTowerUser, FakeCloudTowerUserInput } from "./surface.ts";
import { checkVersion } from "./version.ts";
import { newVm } from "./vms.ts";

type Controls = Omit<FakeCloudTower, keyof FakeServer | "endpoint" | "logins" | "strategies" | "vms">;

/** What a test does to the server behind its back. */
export function createControls(state: State, operations: RestOperations): Controls {
  const first = addUser(state, { username: "root", role: "ROOT" });
  return {
    user: shownUser(first),
    ...createUserControls(state, first),
    ...createKeyControls(state, first),
    ...createVmControls(state),
    setVersion: (version) => {
      state.version = checkVersion(version);
    },
    serve: (name, operation) => {
      operations.set(name, { method: "POST", isPublic: false, run: operation });
    },
  };
}

type UserControls = "createUser" | "deleteUser" | "setPassword" | "issueToken" | "revokeTokens" | "lockUser" | "unlockUser";

function createUserControls(state: State, first: UserRecord): Pick<Controls, UserControls> {
  return {
    createUser: (input = {}) => shownUser(addUser(state, input)),
    deleteUser: (id) => {
      state.deleteUser(state.user(id));
    },
    setPassword: (id, password) => {
      state.user(id).password = password;
    },
    issueToken: (id = first.id) => state.tokenFor(state.user(id)),
    revokeTokens: (id) => {
      state.deleteTokens(id === undefined ? undefined : state.user(id));
    },
    lockUser: (id) => {
      state.user(id).lockedUntil = Number.POSITIVE_INFINITY;
    },
    unlockUser: (id) => {
      Object.assign(state.user(id), { lockedUntil: 0, failures: 0 });
    },
  };
}

type KeyControls = "createApiKey" | "deleteApiKey" | "listApiKeys";

function createKeyControls(state: State, first: UserRecord): Pick<Controls, KeyControls> {
  return {
    createApiKey: ({ userId = first.id, name = "Example key" } = {}) => shownKey(state.addKey(state.user(userId), name)),
    deleteApiKey: (keyOrId) => {
      const key = state.keys.find((record) => record.key === keyOrId || record.id === keyOrId);
      if (key === undefined) throw new Error("There is no such API key.");
      state.deleteKey(key);
    },
    listApiKeys: () => state.keys.map(shownKey),
  };
}

function createVmControls(state: State): Pick<Controls, "createVm" | "lockVm" | "unlockVm"> {
  return {
    createVm: (name) => {
      const vm = newVm(name);
      state.vms.push(vm);
      return vm;
    },
    lockVm: (id) => {
      state.lockedVms.add(id);
    },
    unlockVm: (id) => {
      state.lockedVms.delete(id);
    },
  };
}

function addUser(state: State, input: FakeCloudTowerUserInput): UserRecord {
  const { source = "LOCAL", mfa = false } = input;
  return state.addUser({
    username: input.username ?? `user-${String(state.users.length + 1)}`,
    password: input.password ?? randomUrlSafe(24),
    source,
    authConfigId: strategyOf(state, source, input.authConfigId),
    role: roleOf(input),
    secondFactor: mfa === true ? "Mail" : mfa === false ? null : mfa,
  });
}

function strategyOf(state: State, source: FakeCloudTowerUser["source"], wanted: string | undefined): string | null {
  if (source === "LOCAL") return null;
  const found = state.strategies.find(({ id, type }) => (wanted === undefined ? source !== "LDAP" || type === "LDAP" : id === wanted));
  if (found === undefined && wanted !== undefined) throw new Error(`There is no login strategy ${wanted}.`);
  return found?.id ?? null;
}

function roleOf({ role = "READ_ONLY", permissions }: FakeCloudTowerUserInput): RoleRecord {
  const isManager = role === "ROOT" || role === "ADMIN";
  return { id: newId(), name: role ?? "Custom role", preset: role, permissions: new Set(permissions ?? (isManager ? ["MANAGE_API_KEY"] : [])) };
}

function shownUser({ id, username, password, source, authConfigId }: UserRecord): FakeCloudTowerUser {
  return { id, username, password, source, ...(authConfigId === null ? {} : { authConfigId }) };
}

function shownKey({ id, key, name, user }: KeyRecord): FakeCloudTowerApiKey {
  return { id, key, name, userId: user.id };
}
