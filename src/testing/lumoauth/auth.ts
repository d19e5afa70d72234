import type { Call, Route } from "./call.ts";
import type { Settings } from "./options.ts";
import { badCredential, badRequest, Refusal } from "./refusal.ts";
import type { State } from "./state.ts";

/** The one credential that came with a request. */
export interface Credential {
  readonly header: "authorization" | "x-api-key";
  readonly text: string;
}

/** What a caller may do. */
export type Scopes = readonly string[] | "everything";

/** The credential of a request, if it has one that can be read. @throws Refusal 400 for two of them */
export function credentialOf(headers: Headers): Credential | undefined {
  const [authorization, apiKey] = [headers.get("authorization"), headers.get("x-api-key")];
  if (authorization !== null && apiKey !== null) throw badRequest("Send either Authorization or X-API-Key, never both.");
  if (apiKey !== null) return { header: "x-api-key", text: apiKey };
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  return bearer === undefined ? undefined : { header: "authorization", text: bearer };
}

/** Refuses a call of the admin API that comes without the scope for it. */
export function authorizeAdmin(call: Call, { path }: Route, state: State, settings: Settings): void {
  const credential = credentialOf(call.request.headers);
  const granted = credential && (tokenScopes(credential, call) ?? keyScopes(credential, call, state, settings));
  if (granted === undefined) throw badCredential();
  const [, , resource = ""] = path.split("/");
  const action = call.request.method === "GET" ? "read" : "write";
  requireScope(`admin:${resource}:${action}`, granted);
}

/** The scopes of the live API key that this is; undefined if it is none, or was sent in a header that takes none. */
export function keyScopes({ header, text }: Credential, { tenant }: Call, state: State, { keyHeaders }: Settings): Scopes | undefined {
  if (keyHeaders !== "both" && keyHeaders !== header) return undefined;
  const key = state.liveKey(tenant, text);
  return key && (key.scopes ?? "everything");
}

/** @throws Refusal 403, which tells the scopes. */
export function requireScope(required: string, granted: Scopes): void {
  if (granted === "everything") return;
  const [all = "", resource = "", action = ""] = required.split(":");
  const accepted = [all, `${all}:${action}`, `${all}:${resource}`, required];
  if (granted.some((scope) => accepted.includes(scope))) return;
  throw new Refusal(403, "insufficient_scope", "The credential lacks a required scope", {
    details: { required_scopes: [required], granted_scopes: granted },
  });
}

function tokenScopes({ header, text }: Credential, { tenant }: Call): Scopes | undefined {
  return header === "authorization" ? tenant.tokens.scopesOf(text) : undefined;
}
