import { json, type Answer } from "../shared/answer.ts";
import type { Received } from "../shared/received.ts";
import { oauthError, tokens, type Refuse } from "./answers.ts";
import { challengeOf, createJwt } from "./encoding.ts";
import type { Grants, Login, Outcome } from "./grants.ts";
import type { Settings } from "./options.ts";
import { readBody, type Parameters } from "./parameters.ts";

/** The tokens of one answer. */
export interface TokenSet {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly token_type: "Bearer";
}

/** What `/oauth/token` is made of. */
export interface TokenEndpoint {
  readonly settings: Settings;
  readonly grants: Grants;
  readonly refuse: Refuse;
}

/** Makes tokens for a login that has just begun, or for one that goes on. */
export function issueTokens({ settings, grants }: Omit<TokenEndpoint, "refuse">, login: Login, issuer: string, isNew: boolean): TokenSet {
  const { now, accessTokenLifetime, clientId, audience, offlineAccess, refreshRotation } = settings;
  const scopes = login.scopes.filter((scope) => offlineAccess || scope !== "offline_access");
  const iat = Math.floor(now() / 1000);
  const exp = iat + Math.floor(accessTokenLifetime / 1000);
  const common = { iss: issuer, sub: "auth0|fake-user", iat, exp };
  const scope = scopes.join(" ");
  const accessToken = createJwt({ ...common, aud: [audience], azp: clientId, scope, jti: globalThis.crypto.randomUUID() });
  grants.addAccessToken(accessToken, exp * 1000);
  const nonce = isNew && login.nonce !== undefined ? { nonce: login.nonce } : {};
  return {
    access_token: accessToken,
    ...(scopes.includes("offline_access") && (isNew || refreshRotation) ? { refresh_token: grants.addRefreshToken(login) } : {}),
    ...(scopes.includes("openid") ? { id_token: createJwt({ ...common, aud: clientId, email: "user@example.com", ...nonce }) } : {}),
    scope,
    expires_in: exp - iat,
    token_type: "Bearer",
  };
}

/** Which grant a request to `/oauth/token` asks for. */
export function grantTypeOf(received: Received): string | undefined {
  return readBody(received)?.get("grant_type");
}

/** Answers `/oauth/token`. */
export async function answerToken(endpoint: TokenEndpoint, received: Received): Promise<Answer> {
  if (received.method !== "POST") {
    return json(405, { error: "invalid_request", error_description: "Only POST is supported." }, { allow: "POST" });
  }
  const parameters = readBody(received);
  if (parameters === undefined) return oauthError(400, "invalid_request", "The body must be a form or a JSON object.");
  if (parameters.get("client_id") !== endpoint.settings.clientId) return oauthError(401, "invalid_client", "Unknown client.");
  const grantType = parameters.get("grant_type");
  if (grantType !== "authorization_code" && grantType !== "refresh_token") {
    return oauthError(400, "unsupported_grant_type", "The grant_type must be authorization_code or refresh_token.");
  }
  const isNew = grantType === "authorization_code";
  const outcome = isNew ? await redeem(endpoint.grants, parameters) : renew(endpoint.grants, parameters);
  if (outcome === undefined) return oauthError(400, "invalid_request", "A parameter is missing.");
  if ("refused" in outcome) return endpoint.refuse("invalidGrant", outcome.refused);
  return tokens(issueTokens(endpoint, outcome.login, `${received.url.origin}/`, isNew));
}

async function redeem(grants: Grants, parameters: Parameters): Promise<Outcome | undefined> {
  const [code, redirectUri, verifier] = ["code", "redirect_uri", "code_verifier"].map((name) => parameters.get(name));
  if (code === undefined || redirectUri === undefined || verifier === undefined) return undefined;
  // Worked out before the code is looked at: of two that come at once only one may find it unused.
  return grants.redeem(code, { redirectUri, challenge: await challengeOf(verifier) });
}

function renew(grants: Grants, parameters: Parameters): Outcome | undefined {
  const refreshToken = parameters.get("refresh_token");
  return refreshToken === undefined ? undefined : grants.renew(refreshToken);
}
