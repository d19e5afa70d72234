import type { LoginInput, MfaType, UserSource } from "../../cloudtower/generated/operations.ts";
import type { Settings } from "./options.ts";
import type { UserRecord } from "./records.ts";
import type { State } from "./state.ts";

/** The codes that tell why a login was refused. */
export type LoginRefusal = "USER_NOT_FOUND" | "USER_PASSWORD_INCORRECT" | "LOGIN_FAILED";

/** One attempt to log in. */
export interface FakeCloudTowerLogin {
  readonly username: string;
  readonly source: UserSource;
  /** Which of the two logins was used. */
  readonly api: "rest" | "graphql";
  /** A token was given, a second factor was wanted, or why it was refused. */
  readonly outcome: "token" | "second-factor" | LoginRefusal;
  /** When it was tried by the fake's clock, in ms since 1970. */
  readonly at: number;
}

/** What comes of an attempt. */
export type LoginResult =
  | { readonly outcome: "token"; readonly token: string }
  | { readonly outcome: "second-factor"; readonly user: UserRecord; readonly channel: MfaType }
  | { readonly outcome: LoginRefusal };

/** Tries a login, and remembers it. */
export type LogIn = (input: LoginInput, api: FakeCloudTowerLogin["api"]) => LoginResult;

const messages: Record<LoginRefusal, string> = {
  USER_NOT_FOUND: "there is no such user",
  USER_PASSWORD_INCORRECT: "the password is wrong",
  LOGIN_FAILED: "this user cannot log in now",
};

/** A text that tells the code too, because the REST API may have no other place for it. */
export function refusalText(code: LoginRefusal): string {
  return `${code}: ${messages[code]}.`;
}

/** The one login behind both APIs, so that they count failures together. */
export function createLogIn(state: State, settings: Settings, logins: FakeCloudTowerLogin[]): LogIn {
  return (input, api) => {
    const result = attempt(input, state, settings);
    const { username, source } = input;
    logins.push({ username, source: source ?? "LOCAL", api, outcome: result.outcome, at: settings.now() });
    return result;
  };
}

function attempt(input: LoginInput, state: State, settings: Settings): LoginResult {
  const user = state.users.find((candidate) => candidate.username === input.username && isFrom(candidate, input));
  if (user === undefined) return { outcome: "USER_NOT_FOUND" };
  if (user.source === "SSO" || settings.now() < user.lockedUntil) return { outcome: "LOGIN_FAILED" };
  if (user.password !== input.password) {
    countFailure(user, settings);
    return { outcome: "USER_PASSWORD_INCORRECT" };
  }
  user.failures = 0;
  if (user.secondFactor === null) return { outcome: "token", token: state.tokenFor(user) };
  return { outcome: "second-factor", user, channel: input.mfa_type ?? user.secondFactor };
}

/** Whether the login is meant for this user: an LDAP user is also found by the strategy. */
function isFrom(user: UserRecord, { source, auth_config_id }: LoginInput): boolean {
  if (source !== "AUTHN") return user.source === (source ?? "LOCAL");
  return user.authConfigId !== null && user.authConfigId === auth_config_id;
}

function countFailure(user: UserRecord, { lockout, now }: Settings): void {
  user.failures += 1;
  if (lockout === false || user.failures < lockout.failures) return;
  user.failures = 0;
  user.lockedUntil = now() + lockout.forMs;
}
