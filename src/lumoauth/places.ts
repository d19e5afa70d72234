import { ConfigurationError } from "../errors/index.ts";
import { readEndpoint } from "../core/endpoint.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { own } from "../core/options.ts";
import type { LumoAuthOptions } from "./options.ts";

/** The addresses of one tenant. */
export interface Places {
  /** What all paths lie below. */
  readonly api: URL;
  /** Where people manage API keys. */
  readonly portal: URL;
}

const defaultUrl = "https://app.lumoauth.dev";
/** What ends the path of an API, and stands in no other address of the service. */
const apiPath = /\/api\/v\d+(?:\/|$)/;

/** Tells a text that holds a key: as part of an address it would be no secret any more. */
export type HoldsKey = (text: string) => boolean;

/** @throws {@link ConfigurationError} naming the option or the variable. */
export function readPlaces(options: LumoAuthOptions, env: Environment, secrets: LiveSecrets, holdsKey: HoldsKey): Places {
  const base = readBase(options, env, secrets, holdsKey);
  const prefix = prefixOf(options, env, holdsKey);
  // Documented for the default prefix, and observed for the newer one.
  const portal = `${prefix.replace(/\/api\/v\d+$/, "")}/portal/settings/api-keys`;
  return { api: new URL(`${base}${prefix}/`), portal: new URL(base + portal) };
}

/** The server, with the path that it may lie below, without a slash at the end. Text, since a path could begin like a host. */
function readBase(options: LumoAuthOptions, env: Environment, secrets: LiveSecrets, holdsKey: HoldsKey): string {
  const option = own(options, "baseUrl");
  const name = option === undefined ? "LUMOAUTH_URL" : "baseUrl";
  const url = readEndpoint(option === undefined ? (env("LUMOAUTH_URL") ?? defaultUrl) : option, name, secrets);
  if (url.search !== "") throw new ConfigurationError(`${name} must have no query`);
  if (holdsKey(url.pathname)) throw new ConfigurationError(`${name} holds a secret`, { hint: "Give credentials by their own options." });
  if (apiPath.test(url.pathname)) {
    throw new ConfigurationError(`${name} must be the server alone, without the path of a tenant`, { hint: "Give the tenant as tenant, or the whole path as pathPrefix." });
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** Steps of plain characters, none of them "." or "..", so that no way of writing it leads elsewhere. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~:@-]+)+\/?$/;

function prefixOf(options: LumoAuthOptions, env: Environment, holdsKey: HoldsKey): string {
  const given: unknown = own(options, "pathPrefix");
  if (given === undefined) return `/t/${tenantOf(options, env, holdsKey)}/api/v1`;
  const prefix = typeof given === "string" && given.includes("{tenant}") ? given.replaceAll("{tenant}", tenantOf(options, env, holdsKey)) : given;
  if (typeof prefix !== "string" || !plainPath.test(prefix) || holdsKey(prefix)) {
    throw new ConfigurationError("pathPrefix must be a plain path", { hint: "Write it as /orgs/{orgId}/api/v1, with the id of the organization in the place of {orgId}." });
  }
  return prefix.replace(/\/$/, "");
}

function tenantOf(options: LumoAuthOptions, env: Environment, holdsKey: HoldsKey): string {
  const option: unknown = own(options, "tenant");
  const tenant = option === undefined ? env("LUMOAUTH_TENANT") : option;
  const name = option === undefined ? "LUMOAUTH_TENANT" : "tenant";
  if (tenant === undefined) throw new ConfigurationError("there is no tenant", { hint: "Set LUMOAUTH_TENANT, or give tenant; or give pathPrefix, which may name it." });
  if (typeof tenant !== "string" || !/^[A-Za-z0-9][\w.-]{0,99}$/.test(tenant) || holdsKey(tenant)) {
    throw new ConfigurationError(`${name} must be the slug of a tenant, as it stands in the portal's address: letters, digits, hyphens`);
  }
  return tenant;
}
