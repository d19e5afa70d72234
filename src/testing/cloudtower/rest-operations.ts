import type { LoginInput, MfaType, UserSource } from "../../cloudtower/generated/operations.ts";
import { refusalText } from "./login.ts";
import { isText, membersOf, optional } from "./members.ts";
import type { UserRecord } from "./records.ts";
import type { Caller } from "./state.ts";
import { hasFeature } from "./version.ts";
import { countVms, getVms, removeVmDisk } from "./vms.ts";
import type { Workshop } from "./workshop.ts";

/** One call of the REST API. What it gives is the answer's JSON; it throws a refusal otherwise. */
export type RestOperation =
  | { readonly method: "GET" | "POST"; readonly isPublic: true; run(body: unknown): unknown }
  | { readonly method: "GET" | "POST"; readonly isPublic: false; run(body: unknown, caller: Caller): unknown };

/** The calls by what stands in their paths after `/v2/api/`. */
export type RestOperations = Map<string, RestOperation>;

/** The calls that every fake has. */
export function createOperations(workshop: Workshop): RestOperations {
  const { state } = workshop;
  return new Map<string, RestOperation>([
    ["login", { method: "POST", isPublic: true, run: (body) => login(body, workshop) }],
    ["get-version", { method: "GET", isPublic: true, run: () => state.version }],
    ["get-my-info", { method: "POST", isPublic: false, run: (_body, { user }) => infoOf(user) }],
    ["get-vms", { method: "POST", isPublic: false, run: (body) => getVms(state, body) }],
    ["get-vms-connection", { method: "POST", isPublic: false, run: (body) => countVms(state, body) }],
    ["remove-vm-disk", { method: "POST", isPublic: false, run: (body) => removeVmDisk(state, body) }],
  ]);
}

function login(body: unknown, { state, settings, refuse, logIn }: Workshop): object {
  const result = logIn(readLogin(body, state.version), "rest");
  if (result.outcome === "token") return answerOf(result.token, settings.loginTaskId);
  if (result.outcome !== "second-factor") throw refuse("restLogin", refusalText(result.outcome));
  if (settings.secondFactorLogin === "refused") throw refuse("secondFactor", "LOGIN_FAILED: a second factor is required.");
  return answerOf(settings.secondFactorLogin === "empty" ? "" : null, settings.loginTaskId);
}

function answerOf(token: string | null, taskId: "null" | "absent"): object {
  return { ...(taskId === "null" ? { task_id: null } : {}), data: { token } };
}

function infoOf({ id, username, source, authConfigId, role }: UserRecord): object {
  return {
    id,
    name: username,
    username,
    display_username: username,
    internal: false,
    source,
    roles: [{ id: role.id, name: role.name }],
    auth_config_id: authConfigId,
    password_expired: false,
  };
}

/** @throws Refusal for a body that the server's version does not take. */
function readLogin(body: unknown, version: string): LoginInput {
  const isModern = hasFeature(version, "loginStrategies");
  const optionalMembers = { auth_config_id: optional(isText), mfa_type: optional(isChannel) };
  const { username, password, source, auth_config_id, mfa_type } = membersOf(body, {
    username: isText,
    password: isText,
    source: isModern ? optional(isSource) : isSource,
    ...(isModern ? optionalMembers : {}),
  });
  return {
    // Texts already, as the checks have found.
    username: String(username),
    password: String(password),
    source: isSource(source) ? source : null,
    auth_config_id: isText(auth_config_id) ? auth_config_id : null,
    mfa_type: isChannel(mfa_type) ? mfa_type : null,
  };
}

const sources: readonly unknown[] = ["LOCAL", "LDAP", "AUTHN", "SSO"] satisfies UserSource[];
const channels: readonly unknown[] = ["Mail", "Sms"] satisfies MfaType[];

function isSource(value: unknown): value is UserSource {
  return sources.includes(value);
}

function isChannel(value: unknown): value is MfaType {
  return channels.includes(value);
}
