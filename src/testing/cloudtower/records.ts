import type { MfaType, UserRolePreset, UserSource } from "../../cloudtower/generated/operations.ts";

/** A user's one role. */
export interface RoleRecord {
  readonly id: string;
  readonly name: string;
  /** Null for a role that an administrator made. */
  readonly preset: UserRolePreset | null;
  /** What the role allows, such as `MANAGE_API_KEY`. */
  readonly permissions: ReadonlySet<string>;
}

export interface UserRecord {
  readonly id: string;
  readonly username: string;
  readonly source: UserSource;
  /** The login strategy of a user who is not local. */
  readonly authConfigId: string | null;
  readonly role: RoleRecord;
  /** The channel of the second factor, if there is one. */
  readonly secondFactor: MfaType | null;
  password: string;
  /** Wrong passwords since the last login. */
  failures: number;
  /** In ms since 1970. */
  lockedUntil: number;
}

export interface KeyRecord {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly user: UserRecord;
}

export interface StrategyRecord {
  readonly id: string;
  readonly type: string;
}

/** A virtual machine, with the members that the specification requires. */
export interface VmRecord {
  readonly id: string;
  readonly name: string;
  readonly [member: string]: unknown;
}
