import { json, type Answer } from "../shared/answer.ts";
import type { Call } from "./call.ts";
import { clientById } from "./clients.ts";
import type { ClientRecord, TenantRecord, UserRecord } from "./records.ts";
import { badClient, badRequest, Refusal } from "./refusal.ts";
import type { Grant } from "./tokens.ts";

/** The client that a form or an `Authorization: Basic` header authenticates. @throws Refusal */
export function authenticateClient({ request, tenant }: Call, form: URLSearchParams): ClientRecord {
  const basic = basicCredential(request.headers.get("authorization"));
  const secretInForm = form.get("client_secret") ?? undefined;
  if (basic !== undefined && secretInForm !== undefined) throw badRequest("The client must authenticate in one way only.");
  const clientId = basic?.id ?? form.get("client_id");
  if (clientId === null) throw badRequest("The parameter 'client_id' is missing.");
  const client = clientById(tenant, clientId);
  if (client?.isActive !== true || (client.isConfidential && client.secret !== (basic?.secret ?? secretInForm))) throw badClient();
  return client;
}

/** The scopes that a form or query asks for; by default all that the client may have. @throws Refusal */
export function requestedScopes(parameters: URLSearchParams, allowed: readonly string[]): readonly string[] {
  const scopes = (parameters.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  if (scopes.length === 0) return allowed;
  if (!scopes.every((scope) => allowed.includes(scope))) throw new Refusal(400, "invalid_scope", "The requested scope is invalid or unknown");
  return scopes;
}

/** @throws Refusal if the client was not registered for this grant type. */
export function requireGrantType(client: ClientRecord, grantType: string): void {
  if (client.grantTypes.includes(grantType)) return;
  throw new Refusal(400, "unauthorized_client", `The client may not use the grant type ${grantType}`);
}

/** The tokens for a grant; the refresh token only for a client that may use it, acting for a person. */
export function tokenAnswer({ tokens }: TenantRecord, grant: Grant, scopes: readonly string[] = grant.scopes): Answer {
  const { client, user } = grant;
  const mayRefresh = user !== undefined && client.grantTypes.includes("refresh_token");
  const body = {
    access_token: tokens.addAccess(grant, scopes),
    token_type: "Bearer",
    expires_in: client.accessTokenLifetime,
    ...(mayRefresh ? { refresh_token: tokens.addRefresh(grant) } : {}),
    scope: scopes.join(" "),
  };
  return json(200, body, { "cache-control": "no-store", pragma: "no-cache" });
}

/** The person who is at the browser of this fake: the oldest user who may log in. */
export function personOf({ users }: TenantRecord): UserRecord | undefined {
  return [...users.values()].find(mayLogIn);
}

export function mayLogIn(user: UserRecord | undefined): boolean {
  return user?.isActive === true && !user.blocked;
}

/** Counts a login of a grant's user. */
export function noteLogin({ user }: Grant, now: number): void {
  if (user === undefined) return;
  user.lastLoginAt = now;
  user.loginCount += 1;
}

function basicCredential(header: string | null): { readonly id: string; readonly secret: string } | undefined {
  const [, encoded] = /^Basic +([\w+/]+=*)$/i.exec(header ?? "") ?? [];
  if (encoded === undefined) return undefined;
  try {
    const [id = "", secret = ""] = atob(encoded).split(":").map(decodeForm);
    return { id, secret };
  } catch {
    throw badClient();
  }
}

// Ids and secrets are encoded as in a form before they are joined: RFC 6749, section 2.3.1.
function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
