import { AmbiguousMutationError, ResponseFormatError } from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import { revealed, Secret } from "../core/secret.ts";
import { Resource, objectIn, type Gateway } from "./resource.ts";
import type { CreateClientInput, LumoAuthId, OAuthClient } from "./types.ts";

/** A new OAuth client. Public ones have no secret. */
export interface CreatedOAuthClient extends OAuthClient {
  /** Shown this once. */
  readonly secret?: Secret;
}

/** OAuth clients of the tenant. */
export class Clients extends Resource<OAuthClient, CreateClientInput, CreatedOAuthClient> {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    super(gateway, "clients", ["name", "redirectUris"], (data) => withSecrets<CreatedOAuthClient>(gateway, data, ["secret"]), {
      ambiguous: lostClient("Look for a client of this name and delete it, then create again."),
    });
    this.#gateway = gateway;
  }

  /** Makes a new secret; the old one is dead at once. */
  async rotateSecret(id: LumoAuthId, options?: RequestOptions): Promise<{ clientId: string; secret: Secret }> {
    const path = `admin/clients/${encodeURIComponent(id)}/rotate-secret`;
    return this.#gateway.ask({ method: "POST", path, operationName: "POST /admin/clients/{id}/rotate-secret" }, options, ({ value }) => {
      const data = withSecrets<{ clientId: string; secret?: Secret }>(this.#gateway, objectIn(value), ["secret"]);
      if (data.secret === undefined) throw new ResponseFormatError("the answer holds no secret", "application/json", 0, { hint: "Rotate the secret once more." });
      return { clientId: data.clientId, secret: data.secret };
    });
  }
}

/** Metadata of a client, as RFC 7591 names it; other members go out as they are. */
export interface ClientMetadata {
  /** https, except for this machine; no fragment. */
  redirect_uris: readonly string[];
  client_name?: string;
  client_uri?: string;
  logo_uri?: string;
  grant_types?: readonly string[];
  response_types?: readonly string[];
  application_type?: "web" | "native";
  token_endpoint_auth_method?: "client_secret_basic" | "client_secret_post" | "none";
  scope?: string;
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
  readonly [member: string]: unknown;
}

/** Options of `registerClient`. */
export interface RegisterOptions extends RequestOptions {
  /** Goes out as `Authorization: Bearer` instead of the client's own credential. */
  initialAccessToken?: string | Secret;
}

export const registrationPlan: CallPlan = { ambiguous: lostClient("Look for a client of this name among client.clients.list() and delete it, then register again.") };

export function registeredClient(gateway: Gateway, answer: unknown): RegisteredClient {
  const client = withSecrets<RegisteredClient>(gateway, objectIn(answer), ["client_secret", "registration_access_token"]);
  if (typeof client.client_id === "string") return client;
  throw new ResponseFormatError("the answer holds no client_id", "application/json", 0);
}

function lostClient(hint: string): NonNullable<CallPlan["ambiguous"]> {
  return (why, phase) =>
    new AmbiguousMutationError(
      `the answer to the creation of a client was lost (${why}), so a client may exist whose secret nobody knows`,
      phase,
      () => Promise.resolve({ outcome: "undecided", candidates: [] }),
      { hint },
    );
}

/** The object with its secrets wrapped, and without those that are null. */
function withSecrets<T extends object>(gateway: Gateway, data: Record<string, unknown>, names: readonly string[]): T {
  const wrapped = new Map(Object.entries(data));
  for (const name of names) {
    const value = revealed(wrapped.get(name)) ?? wrapped.get(name);
    wrapped.delete(name);
    if (typeof value !== "string" || value === "") continue;
    gateway.hide(value);
    wrapped.set(name, new Secret(value));
  }
  return Object.fromEntries(wrapped) as T;
}
