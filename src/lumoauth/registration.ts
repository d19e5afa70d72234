import { AuthenticationError, ResponseFormatError } from "../errors/index.ts";
import { Checks } from "../core/checks.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import type { RestRequest } from "../core/rest-connection.ts";
import { Secret } from "../core/secret.ts";
import type { Gateway } from "./gateway.ts";
import { lostAnswer } from "./lost.ts";
import { objectIn } from "./resource.ts";
import { registrationSecrets, sealed } from "./sealed.ts";
import type { Clients } from "./clients.ts";

/** Metadata of a client, as RFC 7591 names it; other members go out as they are. */
export interface ClientMetadata {
  /** https, except for this machine; no fragment. */
  redirect_uris: readonly string[];
  client_name?: string;
  client_uri?: string;
  logo_uri?: string;
  /** @defaultValue `["authorization_code"]`, at the server */
  grant_types?: readonly string[];
  /** @defaultValue `["code"]`, at the server */
  response_types?: readonly string[];
  /** @defaultValue "web", at the server */
  application_type?: "web" | "native";
  token_endpoint_auth_method?: "client_secret_basic" | "client_secret_post" | "none";
  scope?: string;
  frontchannel_logout_uri?: string;
  frontchannel_logout_session_required?: boolean;
  backchannel_logout_uri?: string;
  backchannel_logout_session_required?: boolean;
  post_logout_redirect_uris?: readonly string[];
  readonly [member: string]: unknown;
}

/** A registered client. Members that equal their default may be left out by the server. */
export interface RegisteredClient {
  readonly client_id: string;
  /** Seconds since 1970. */
  readonly client_id_issued_at?: number;
  /** Shown this once; absent for public clients. */
  readonly client_secret?: Secret;
  /** Seconds since 1970; 0 means never. */
  readonly client_secret_expires_at?: number;
  /** Shown this once. */
  readonly registration_access_token?: Secret;
  readonly registration_client_uri?: string;
  readonly client_name?: string;
  readonly redirect_uris?: readonly string[];
  readonly grant_types?: readonly string[];
  readonly response_types?: readonly string[];
  readonly application_type?: string;
  readonly token_endpoint_auth_method?: string;
  readonly scope?: string;
  readonly [member: string]: unknown;
}

/** Options of `registerClient`. */
export interface RegisterOptions extends RequestOptions {
  /** Goes out as `Authorization: Bearer` instead of the client's own credential. */
  initialAccessToken?: string | Secret;
}

/** The request. @throws {@link ValidationError} */
export function registration(metadata: ClientMetadata): RestRequest {
  const checks = new Checks("registerClient");
  const { redirect_uris: uris } = checks.object(metadata, "metadata");
  const isList = Array.isArray(uris) && uris.length > 0 && uris.every((uri) => typeof uri === "string");
  if (!isList) checks.fail("redirect_uris", "must be a list of at least one URL");
  checks.done();
  return { method: "POST", path: "connect/register", body: metadata };
}

/** @param clients - where to look for a client whose answer was lost; undefined where nobody may look. */
export function registrationPlan(credential: CallPlan["credential"], { client_name: name }: ClientMetadata, clients: Clients | undefined): CallPlan {
  const where = clients === undefined ? "in the portal" : "by recover(), which names the clients of this name";
  const ambiguous = lostAnswer("the answer to the registration of a client was lost, so a client may exist whose secret nobody knows", {
    hint: `Look for it ${where}. Delete the one that is too many, then register again.`,
    ...(clients === undefined || name === undefined ? {} : { find: () => clients.list({ search: name }, { timeout: 30_000 }), name }),
  });
  return { ambiguous, ...(credential === undefined ? {} : { credential }) };
}

/** Reads an answer. One that holds a secret is given whatever else it lacks: it is shown this once. */
export function registeredClient(gateway: Gateway, answer: unknown): RegisteredClient {
  const client = sealed(objectIn(answer), registrationSecrets, gateway);
  if (isRegistered(client)) return client;
  throw new ResponseFormatError("the answer holds no client_id", "application/json", 0);
}

function isRegistered(client: Record<string, unknown>): client is Record<string, unknown> & RegisteredClient {
  return typeof client["client_id"] === "string" || client["client_secret"] instanceof Secret;
}

/** What a registration without a credential meets where the server wants one. */
export function credentialWanted({ status, requestId, serviceCode, attempts, operationName }: AuthenticationError): AuthenticationError {
  return new AuthenticationError("the server registers clients only for those who have a credential, and there was none", "INVALID_CREDENTIALS", {
    status,
    requestId,
    serviceCode,
    attempts,
    operationName,
    hint: "Set LUMOAUTH_API_KEY, or give apiKey, or give this call an initialAccessToken.",
  });
}
