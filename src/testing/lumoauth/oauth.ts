import { json, type Answer } from "../shared/answer.ts";
import { authorize, redeemCode } from "./authorize.ts";
import { formBody, required, type Call, type Route } from "./call.ts";
import { authorizeDevice, deviceGrantType, pollDevice } from "./device.ts";
import { authenticateClient, requestedScopes, requireGrantType, tokenAnswer } from "./oauth-client.ts";
import type { Settings } from "./options.ts";
import type { ClientRecord } from "./records.ts";
import { badClient, Refusal } from "./refusal.ts";

type GrantHandler = (call: Call, form: URLSearchParams, client: ClientRecord, settings: Settings) => Answer | Promise<Answer>;

const grants = new Map<string, GrantHandler>([
  ["authorization_code", redeemCode],
  ["refresh_token", refresh],
  ["client_credentials", giveToClient],
  [deviceGrantType, pollDevice],
]);

/** The OAuth endpoints that the fake has: neither userinfo nor introspection, and no id tokens. */
export function createOAuthRoutes(settings: Settings): Route[] {
  return [
    { methods: ["POST"], path: "/oauth/token", handle: (call) => giveTokens(call, settings) },
    { methods: ["POST"], path: "/oauth/device_authorization", handle: (call) => authorizeDevice(call, settings) },
    { methods: ["POST"], path: "/oauth/revoke", handle: revoke },
    { methods: ["GET"], path: "/oauth/authorize", handle: (call) => authorize(call, settings) },
    { methods: ["GET"], path: "/.well-known/openid-configuration", handle: (call) => discover(call, settings) },
  ];
}

async function giveTokens(call: Call, settings: Settings): Promise<Answer> {
  const form = formBody(call);
  const grantType = required(form, "grant_type");
  const grant = grants.get(grantType);
  if (grant === undefined) throw new Refusal(400, "unsupported_grant_type", `The grant type ${grantType} is not supported`);
  const client = authenticateClient(call, form);
  requireGrantType(client, grantType);
  return grant(call, form, client, settings);
}

// Documented: each use gives a new refresh token, and the old one is dead.
function refresh({ tenant }: Call, form: URLSearchParams, client: ClientRecord): Answer {
  const token = required(form, "refresh_token");
  const grant = tenant.tokens.grantOf(token);
  if (grant?.client !== client) throw new Refusal(400, "invalid_grant", "The refresh token is invalid or expired");
  const scopes = requestedScopes(form, grant.scopes);
  tenant.tokens.deleteRefresh(token);
  return tokenAnswer(tenant, grant, scopes);
}

function giveToClient({ tenant }: Call, form: URLSearchParams, client: ClientRecord): Answer {
  if (!client.isConfidential) throw badClient();
  return tokenAnswer(tenant, { client, user: undefined, scopes: requestedScopes(form, client.scopes) });
}

// 200 for any token, so that nobody learns which ones exist.
function revoke(call: Call): Answer {
  const form = formBody(call);
  call.tenant.tokens.revoke(required(form, "token"), authenticateClient(call, form));
  return json(200, {});
}

function discover({ apiUrl }: Call, { issuer = apiUrl }: Settings): Answer {
  return json(200, {
    issuer,
    authorization_endpoint: `${apiUrl}/oauth/authorize`,
    token_endpoint: `${apiUrl}/oauth/token`,
    device_authorization_endpoint: `${apiUrl}/oauth/device_authorization`,
    revocation_endpoint: `${apiUrl}/oauth/revoke`,
    registration_endpoint: `${apiUrl}/connect/register`,
    response_types_supported: ["code"],
    grant_types_supported: [...grants.keys()],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256", "plain"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
  });
}
