import { ConfigurationError } from "../errors/index.ts";
import type { CredentialValue } from "../core/credentials/source.ts";
import { credentialText } from "../core/credentials/text.ts";
import { readEndpoint } from "../core/endpoint.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { own, type CommonOptions } from "../core/options.ts";

/** Options of a LumoAuth client. One of `apiKey` and `accessToken` is its credential. */
export interface LumoAuthOptions extends CommonOptions {
  /**
   * The server: `https://app.lumoauth.dev`, `https://eu.app.lumoauth.dev`, or one of your own. Variable: `LUMOAUTH_URL`.
   * @defaultValue "https://app.lumoauth.dev"
   */
  baseUrl?: string;
  /** The tenant's slug. Variable: `LUMOAUTH_TENANT`. Not needed where `pathPrefix` names it. */
  tenant?: string;
  /**
   * A tenant's API key; may be a function, which is asked for each call, and once more when the server refused its answer: so a
   * key that was rotated in the portal, where the old one dies at once, costs one more request and no restart.
   * Variable: `LUMOAUTH_API_KEY`.
   */
  apiKey?: CredentialValue;
  /** An OAuth access token, sent as `Authorization: Bearer`; a function as with `apiKey`. */
  accessToken?: CredentialValue;
  /**
   * The header that the API key goes out in: `authorization` (as `Bearer`) or `x-api-key`; never both. Newer servers may want
   * the latter.
   * @defaultValue "authorization"
   */
  header?: "authorization" | "x-api-key";
  /**
   * What stands between the server and the resources. Newer servers use `/orgs/{orgId}/api/v1`.
   * @defaultValue "/t/{tenant}/api/v1"
   */
  pathPrefix?: string;
}

/** The credential that was given, with the option or variable that it came from. */
export interface LumoAuthCredential {
  readonly kind: "apiKey" | "accessToken";
  readonly value: CredentialValue;
  readonly name: string;
  readonly header: "authorization" | "x-api-key";
}

export const lumoAuthVariables = ["LUMOAUTH_URL", "LUMOAUTH_TENANT", "LUMOAUTH_API_KEY"] as const;

const defaultUrl = "https://app.lumoauth.dev";

/** @throws {@link ConfigurationError} */
export function readCredential(options: LumoAuthOptions, env: Environment): LumoAuthCredential | undefined {
  const header = own(options, "header") ?? "authorization";
  if (header !== "authorization" && header !== "x-api-key") throw new ConfigurationError('header must be "authorization" or "x-api-key"');
  const apiKey = own(options, "apiKey");
  const accessToken = own(options, "accessToken");
  if (apiKey !== undefined && accessToken !== undefined) {
    throw new ConfigurationError("apiKey and accessToken exclude each other", { hint: "Give the one that this client is to act as." });
  }
  if (accessToken !== undefined) {
    if (header === "x-api-key") throw new ConfigurationError("header is for the API key: an access token goes out as Authorization: Bearer");
    return { kind: "accessToken", value: given(accessToken, "accessToken"), name: "accessToken", header };
  }
  if (apiKey !== undefined) return { kind: "apiKey", value: given(apiKey, "apiKey"), name: "apiKey", header };
  const key = env("LUMOAUTH_API_KEY");
  return key === undefined ? undefined : { kind: "apiKey", value: given(key, "LUMOAUTH_API_KEY"), name: "LUMOAUTH_API_KEY", header };
}

function given(value: CredentialValue, name: string): CredentialValue {
  return typeof value === "function" ? value : credentialText(value, name);
}

/** The addresses of one tenant. */
export interface Places {
  /** What all paths lie below. */
  readonly api: URL;
  /** Where people manage API keys. */
  readonly portal: URL;
}

/** @throws {@link ConfigurationError} naming the option or the variable. */
export function readPlaces(options: LumoAuthOptions, env: Environment, secrets: LiveSecrets): Places {
  const option = own(options, "baseUrl");
  const server = option === undefined ? readEndpoint(env("LUMOAUTH_URL") ?? defaultUrl, "LUMOAUTH_URL", secrets) : readEndpoint(option, "baseUrl", secrets);
  const base = server.pathname.replace(/\/+$/, "");
  const prefix = prefixOf(options, env);
  // Documented for the default prefix, and observed for the newer one.
  const portal = `${prefix.replace(/\/api\/v1$/, "")}/portal/settings/api-keys`;
  return { api: new URL(`${base}${prefix}/`, server.origin), portal: new URL(base + portal, server.origin) };
}

function prefixOf(options: LumoAuthOptions, env: Environment): string {
  const prefix: unknown = own(options, "pathPrefix");
  if (prefix !== undefined) {
    if (typeof prefix === "string" && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~%-]+)+\/?$/.test(prefix)) return prefix.replace(/\/$/, "");
    throw new ConfigurationError("pathPrefix must be a path, such as /orgs/{orgId}/api/v1");
  }
  const tenant: unknown = own(options, "tenant") ?? env("LUMOAUTH_TENANT");
  if (tenant === undefined) throw new ConfigurationError("there is no tenant", { hint: "Set LUMOAUTH_TENANT, or give tenant; or give pathPrefix, which may name it." });
  const name = own(options, "tenant") === undefined ? "LUMOAUTH_TENANT" : "tenant";
  // A key in the place of the tenant would be part of every address, which is no secret.
  if (typeof tenant !== "string" || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(tenant) || tenant.startsWith("lmk_")) {
    throw new ConfigurationError(`${name} must be the slug of a tenant: letters, digits, hyphens`);
  }
  return `/t/${tenant}/api/v1`;
}
