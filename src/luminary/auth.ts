import { ConfigurationError } from "../errors/index.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import type { OAuthProvider } from "../core/login/provider.ts";
import type { Open } from "../core/login/show.ts";
import { own, wholeNumber } from "../core/options.ts";
import { readHost } from "./host.ts";

/**
 * How a person logs in. The first three have no default: whether another program may use the vendor's own OAuth client is
 * for the vendor to say. Where one of them is given, none of them is read from the environment.
 */
export interface LuminaryAuth {
  /** Host of the identity provider. Variable: `LC_AUTH_DOMAIN`. */
  domain?: string;
  /** Id of the OAuth client, a public one. Variable: `LC_AUTH_CLIENT_ID`. */
  clientId?: string;
  /** The OAuth audience; `""` sends none. Variable: `LC_AUTH_SERVICE_ID`. */
  audience?: string;
  /** @defaultValue `["openid", "profile", "email", "offline_access"]` */
  scopes?: readonly string[];
  /**
   * The ports on 127.0.0.1 that the login may come back to: the first that is free is taken. The identity provider has to
   * know them. 0 stands for any.
   * @defaultValue `[10001, 9876, 22223, 5000]`
   */
  ports?: readonly number[];
  /**
   * The path there.
   * @defaultValue "/callback"
   */
  path?: string;
  /**
   * How long a person may take, in milliseconds.
   * @defaultValue 300000 (5 minutes)
   */
  timeout?: number;
  /**
   * Shows the address of the login to the person.
   * @defaultValue prints it on standard error, and opens a browser where the optional package `open` is installed
   */
  open?: Open;
}

/** The same, checked. */
export interface CheckedAuth {
  readonly provider: OAuthProvider | undefined;
  /** The first thing that a login lacks. */
  readonly missing: () => ConfigurationError;
  readonly ports: readonly number[];
  readonly path: string;
  readonly timeout: number;
  readonly open: Open | undefined;
}

const identity = [
  ["domain", "LC_AUTH_DOMAIN"],
  ["clientId", "LC_AUTH_CLIENT_ID"],
  ["audience", "LC_AUTH_SERVICE_ID"],
] as const;

/** @throws {@link ConfigurationError} for what is wrong; what is missing is not wrong before somebody wants to log in. */
export function readAuth(given: unknown, env: Environment, secrets: LiveSecrets): CheckedAuth {
  if (given !== undefined && (typeof given !== "object" || given === null)) throw new ConfigurationError("auth must be an object");
  const auth: LuminaryAuth = given ?? {};
  const explicit = identity.some(([name]) => own(auth, name) !== undefined);
  const [domain, clientId, audience] = identity.map(([name, variable]) => text(explicit ? own(auth, name) : env(variable), explicit ? `auth.${name}` : variable));
  const lacking = identity.filter((_, index) => [domain, clientId, audience][index] === undefined);
  const scopes = scopesOf(own(auth, "scopes") ?? ["openid", "profile", "email", "offline_access"]);
  const issuer = domain === undefined ? undefined : readHost(domain, explicit ? "auth.domain" : "LC_AUTH_DOMAIN", secrets);
  const complete = issuer !== undefined && clientId !== undefined && audience !== undefined;
  return {
    provider: complete ? providerOf(issuer, clientId, audience, scopes) : undefined,
    missing: () => missingError(lacking),
    ports: portsOf(own(auth, "ports") ?? [10001, 9876, 22223, 5000]),
    path: pathOf(own(auth, "path") ?? "/callback"),
    timeout: wholeNumber(own(auth, "timeout"), "auth.timeout", 1, 2_147_483_647) ?? 300_000,
    open: checkOpen(own(auth, "open"), "auth.open"),
  };
}

/** The paths are those of Auth0, which answers there. Observed; there is no documentation. */
function providerOf(issuer: URL, clientId: string, audience: string, scopes: readonly string[]): OAuthProvider {
  const endpoints = { authorization: new URL("/authorize", issuer), token: new URL("/oauth/token", issuer) };
  return { issuer, endpoints, clientId, scopes, audience: audience === "" ? undefined : audience };
}

function missingError(lacking: readonly (typeof identity)[number][]): ConfigurationError {
  const names = lacking.map(([name, variable]) => `auth.${name} (or ${variable})`).join(", ");
  return new ConfigurationError(`an interactive login needs ${names}`, { hint: "Luminary Cloud's OAuth client is the vendor's to name; without one, use an API key: LC_API_KEY, or apiKey." });
}

/** @throws {@link ConfigurationError} */
export function checkOpen(open: unknown, name: string): Open | undefined {
  if (open === undefined || isOpen(open)) return open;
  throw new ConfigurationError(`${name} must be a function that takes an address`);
}

function isOpen(open: unknown): open is Open {
  return typeof open === "function";
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined || (typeof value === "string" && /^[\x21-\x7e]{0,1024}$/.test(value))) {
    if (value !== "" || name === "auth.audience") return value;
  }
  throw new ConfigurationError(`${name} must be text without white space`);
}

function scopesOf(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every(isScope)) return value;
  throw new ConfigurationError("auth.scopes must be a list of OAuth scopes");
}

function isScope(value: unknown): value is string {
  return typeof value === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value);
}

function portsOf(value: unknown): readonly number[] {
  if (Array.isArray(value) && value.length > 0 && value.every(isPort)) return value;
  throw new ConfigurationError("auth.ports must be a list of ports, 0 to 65535");
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

function pathOf(value: unknown): string {
  if (typeof value === "string" && /^\/(?!\/)[\w./-]*$/.test(value) && new URL(value, "http://x").pathname === value) return value;
  throw new ConfigurationError("auth.path must be a path that begins with a slash");
}
