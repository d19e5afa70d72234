import { json, type Answer } from "../shared/answer.ts";
import { randomUrlSafe } from "../shared/random.ts";
import { credentialOf, keyScopes, requireScope } from "./auth.ts";
import { jsonBody, type Call, type Route } from "./call.ts";
import type { Settings } from "./options.ts";
import type { ClientRecord } from "./records.ts";
import { flawOf } from "./redirect-uris.ts";
import { badRegistrationCredential, Refusal } from "./refusal.ts";
import type { State } from "./state.ts";

const path = "/connect/register";
const authMethods = ["client_secret_basic", "client_secret_post", "none"];
/** What is taken over as it came; anything else is ignored, as the standard allows. */
const passedThrough = [
  "client_uri",
  "logo_uri",
  "scope",
  "frontchannel_logout_uri",
  "frontchannel_logout_session_required",
  "backchannel_logout_uri",
  "backchannel_logout_session_required",
  "post_logout_redirect_uris",
];

/** The endpoints of dynamic client registration. */
export function createRegistrationRoutes(state: State, settings: Settings): Route[] {
  return [
    {
      methods: ["POST"],
      path,
      handle: (call) => {
        authorize(call, state, settings);
        return register(call, state, settings);
      },
    },
    { methods: ["GET"], path: `${path}/{id}`, handle: readBack },
  ];
}

function authorize(call: Call, state: State, settings: Settings): void {
  if (settings.registration === "off") {
    const code = settings.errorShape === "code" ? "access_denied" : "registration_not_allowed";
    throw new Refusal(403, code, "Dynamic client registration is not enabled for this tenant");
  }
  const credential = credentialOf(call.request.headers);
  if (credential === undefined && settings.registration === "open") return;
  if (credential?.header === "authorization" && call.tenant.initialAccessTokens.has(credential.text)) return;
  const granted = credential && keyScopes(credential, call, state, settings);
  if (granted === undefined) throw badRegistrationCredential();
  requireScope("admin:clients:register", granted);
}

function register(call: Call, state: State, settings: Settings): Answer {
  const { tenant, apiUrl } = call;
  const metadata = readMetadata(jsonBody(call));
  const client = state.addClient(tenant, {
    name: metadata.client_name ?? "Unnamed client",
    redirectUris: metadata.redirect_uris,
    grantTypes: metadata.grant_types,
    isConfidential: metadata.token_endpoint_auth_method !== "none",
    ...(typeof metadata.passed["scope"] === "string" ? { scopes: metadata.passed["scope"].split(" ") } : {}),
  });
  const { passed, ...standard } = metadata;
  const shown = {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(settings.now() / 1000),
    ...standard,
    ...passed,
    registration_client_uri: `${apiUrl}${path}/${client.clientId}`,
  };
  const accessToken = `reg_${randomUrlSafe(48)}`;
  tenant.registrations.set(client.clientId, { client, accessToken, metadata: shown });
  return json(201, { ...shown, ...secretOf(client), registration_access_token: accessToken }, { "cache-control": "no-store" });
}

function secretOf({ secret }: ClientRecord): object {
  return secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 };
}

function readBack({ request, tenant, id }: Call): Answer {
  const registration = tenant.registrations.get(id);
  const credential = credentialOf(request.headers);
  const isOurs = credential?.header === "authorization" && credential.text === registration?.accessToken;
  // A client that is gone is refused like a wrong token, so that nobody can try out ids.
  if (!isOurs || ![...tenant.clients.values()].includes(registration.client)) throw badRegistrationCredential();
  return json(200, registration.metadata, { "cache-control": "no-store" });
}

function readMetadata(body: Readonly<Record<string, unknown>>) {
  const applicationType = oneOf(body, "application_type", ["web", "native"], "web");
  return {
    redirect_uris: readRedirectUris(body["redirect_uris"], applicationType === "native"),
    client_name: optionalText(body, "client_name"),
    grant_types: texts(body, "grant_types", ["authorization_code"]),
    response_types: texts(body, "response_types", ["code"]),
    application_type: applicationType,
    token_endpoint_auth_method: oneOf(body, "token_endpoint_auth_method", authMethods, "client_secret_basic"),
    passed: Object.fromEntries(passedThrough.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]])),
  };
}

function readRedirectUris(value: unknown, isNative: boolean): readonly string[] {
  const refuse = (message: string): Refusal => new Refusal(400, "invalid_redirect_uri", message);
  if (!isTexts(value) || value.length === 0) throw refuse("redirect_uris must be a list of at least one URI");
  const flaw = value.map((uri) => flawOf(uri, isNative)).find((found) => found !== undefined);
  if (flaw !== undefined) throw refuse(flaw);
  return value;
}

function optionalText(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || typeof value === "string") return value;
  throw badMetadata(name);
}

function texts(body: Readonly<Record<string, unknown>>, name: string, otherwise: readonly string[]): readonly string[] {
  const value = body[name] ?? otherwise;
  if (!isTexts(value)) throw badMetadata(name);
  return value;
}

function oneOf(body: Readonly<Record<string, unknown>>, name: string, allowed: readonly string[], otherwise: string): string {
  const value = optionalText(body, name) ?? otherwise;
  if (!allowed.includes(value)) throw badMetadata(name);
  return value;
}

function badMetadata(name: string): Refusal {
  return new Refusal(400, "invalid_client_metadata", `The value of ${name} is not supported`);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
