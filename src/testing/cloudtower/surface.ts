import type { MfaType, UserRolePreset, UserSource } from "../../cloudtower/generated/operations.ts";
import type { FakeServer } from "../shared/fake-server.ts";
import type { FakeCloudTowerLogin } from "./login.ts";

/** What a user logs in with. */
export interface FakeCloudTowerUser {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly source: UserSource;
  /** The id of the login strategy of a user who is not local. */
  readonly authConfigId?: string;
}

/** What a new user is to be like. */
export interface FakeCloudTowerUserInput {
  /** @defaultValue a made-up one */
  readonly username?: string;
  /** @defaultValue a made-up one */
  readonly password?: string;
  /** Where the user comes from. @defaultValue "LOCAL" */
  readonly source?: UserSource;
  /**
   * The login strategy of a user who is not local.
   * @defaultValue the first one, for the source LDAP the first one of the type LDAP
   */
  readonly authConfigId?: string;
  /** The preset of the user's role; null for a role that an administrator made. @defaultValue "READ_ONLY" */
  readonly role?: UserRolePreset | null;
  /** What the role allows. @defaultValue `["MANAGE_API_KEY"]` for the presets ROOT and ADMIN, else nothing */
  readonly permissions?: readonly string[];
  /** The channel of the second factor, true meaning mail. @defaultValue false */
  readonly mfa?: boolean | MfaType;
}

/** An API key that exists. */
export interface FakeCloudTowerApiKey {
  readonly id: string;
  /** The secret. */
  readonly key: string;
  readonly name: string;
  /** The user whose permissions it has. */
  readonly userId: string;
}

/** A stateful stand-in for CloudTower's GraphQL and REST APIs, made by `createFakeCloudTower`. */
export interface FakeCloudTower extends FakeServer {
  /** The base URL that the handlers answer below. */
  readonly endpoint: string;
  /** The local user of the role ROOT who exists from the start. */
  readonly user: FakeCloudTowerUser;
  /**
   * Makes another user.
   * @throws Error for a name that another user of this source has, and for a strategy that does not exist.
   */
  createUser(input?: FakeCloudTowerUserInput): FakeCloudTowerUser;
  /** Deletes a user: the tokens are refused from now on, and so are the keys. @throws Error if there is no such user. */
  deleteUser(id: string): void;
  /** Changes a user's password. Tokens live on. @throws Error if there is no such user. */
  setPassword(id: string, password: string): void;
  /**
   * Logs a user in by hand, with whatever second factor.
   * @param userId default {@link FakeCloudTower.user}.
   * @returns the token.
   * @throws Error if there is no such user.
   */
  issueToken(userId?: string): string;
  /**
   * Lets all tokens of now be refused, or those of one user; a later login gives a new one.
   * @throws Error if there is no such user.
   */
  revokeTokens(userId?: string): void;
  /** All attempts to log in so far, by either API. */
  readonly logins: readonly FakeCloudTowerLogin[];
  /** Locks a user: logins are refused, also with the right password. @throws Error if there is no such user. */
  lockUser(id: string): void;
  /** Lets a user log in again. @throws Error if there is no such user. */
  unlockUser(id: string): void;
  /**
   * Makes an API key.
   * @param input `userId`: default {@link FakeCloudTower.user}; `name`: default a made-up one.
   * @throws Error if there is no such user.
   */
  createApiKey(input?: { readonly userId?: string; readonly name?: string }): FakeCloudTowerApiKey;
  /** Deletes an API key, named by itself or by its id. @throws Error if there is no such key. */
  deleteApiKey(keyOrId: string): void;
  /** The API keys that exist now, the oldest first. */
  listApiKeys(): FakeCloudTowerApiKey[];
  /** The login strategies that are configured. */
  readonly strategies: readonly { readonly id: string; readonly type: string }[];
  /** Makes the server one of another version. @throws RangeError for a text that is none. */
  setVersion(version: string): void;
  /** The virtual machines, two to begin with, which `/get-vms` lists. */
  readonly vms: readonly { readonly id: string; readonly name: string }[];
  /** Makes another virtual machine. */
  createVm(name: string): { readonly id: string; readonly name: string };
  /** Lets `/remove-vm-disk` be refused with `ResourceLocked` for this virtual machine. */
  lockVm(id: string): void;
  /** Ends {@link FakeCloudTower.lockVm}. */
  unlockVm(id: string): void;
  /**
   * Defines a further REST call, or replaces one.
   * @param name what follows `/v2/api/` in its path, such as `get-clusters`.
   * @param operation gives the answer's JSON for a request's, once its credential has been found good; what it throws is
   * answered with status 500.
   */
  serve(name: string, operation: (body: unknown) => unknown): void;
}
