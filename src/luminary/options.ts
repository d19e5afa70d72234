import { ConfigurationError } from "../errors/index.ts";
import type { CredentialValue } from "../core/credentials/source.ts";
import { credentialText } from "../core/credentials/text.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { own, type CommonOptions } from "../core/options.ts";
import type { LuminaryAuth } from "./auth.ts";
import { readHost } from "./host.ts";

/** Options of a Luminary Cloud client. Without `apiKey` and `accessToken` it goes on with the login that is stored, if there is one. */
export interface LuminaryOptions extends CommonOptions {
  /**
   * Host of the API, bare or with a port. Variable: `LC_DOMAIN`.
   * @defaultValue "apis.luminarycloud.com"
   */
  domain?: string;
  /** An API key of the web application. Variable: `LC_API_KEY`. */
  apiKey?: CredentialValue;
  /** An access token; never renewed. */
  accessToken?: CredentialValue;
  /**
   * Whether the first call that finds no login may ask a person to log in. With `false` such a call fails with
   * `INTERACTION_REQUIRED`; `login()` works all the same.
   * @defaultValue false
   */
  interactive?: boolean;
  /** How a person logs in. */
  auth?: LuminaryAuth;
  /**
   * Where logins are kept, in a file named `config`. Excludes `sessionStore`. Variable: `LC_CREDENTIALS_DIR`.
   * @defaultValue `.luminarycloud` in the home directory
   */
  cacheDirectory?: string;
  /**
   * What the paths of calls lie below. Observed; there is no documentation.
   * @defaultValue "/rest/v0/"
   */
  restPath?: string;
}

/** A credential that was given, checked as far as it can be before it is used. */
export interface LuminaryCredential {
  readonly kind: "apiKey" | "accessToken";
  readonly value: CredentialValue;
  /** The option or the variable. */
  readonly name: string;
}

export const luminaryVariables = [
  "LC_API_KEY",
  "LC_DOMAIN",
  "LC_AUTH_DOMAIN",
  "LC_AUTH_CLIENT_ID",
  "LC_AUTH_SERVICE_ID",
  "LC_CREDENTIALS_DIR",
  "HOME",
  "USERPROFILE",
] as const;

const defaultDomain = "apis.luminarycloud.com";

/** The web applications, where keys are made, of the API's hosts that are known. The second is observed. */
const webApplications = new Map([
  [defaultDomain, "https://app.luminarycloud.com/"],
  ["apis-itar.luminarycloud.com", "https://app-itar.luminarycloud.com/"],
]);

export function webApplicationOf({ hostname }: URL): string {
  return webApplications.get(hostname) ?? "https://app.luminarycloud.com/";
}

/** The host of the API. */
export interface Domain {
  readonly url: URL;
  /** Whether it and the host of the environment are two different environments of the vendor's: a key is of one of them only. */
  readonly isForeign: boolean;
  readonly isDefault: boolean;
}

/** @throws {@link ConfigurationError} naming the option or the variable. */
export function readDomain(options: LuminaryOptions, env: Environment, secrets: LiveSecrets): Domain {
  const option = own(options, "domain");
  const environments = readHost(env("LC_DOMAIN") ?? defaultDomain, "LC_DOMAIN", secrets);
  const url = option === undefined ? environments : readHost(option, "domain", secrets);
  const isForeign = url.origin !== environments.origin && webApplications.has(url.hostname) && webApplications.has(environments.hostname);
  return { url, isForeign, isDefault: url.hostname === defaultDomain };
}

/**
 * Options before the environment: where one gives a credential, none is read from the environment.
 *
 * @throws {@link ConfigurationError}
 */
export function readCredential(options: LuminaryOptions, env: Environment, domain: Domain): LuminaryCredential | undefined {
  const [first, second] = (["apiKey", "accessToken"] as const).filter((name) => own(options, name) !== undefined);
  if (second !== undefined) throw new ConfigurationError(`${first} and ${second} exclude each other`, { hint: "Give the one that this client is to use." });
  if (first !== undefined) {
    const value = own(options, first);
    return { kind: first, value: typeof value === "function" ? value : checkedText(value ?? "", first), name: first };
  }
  const key = env("LC_API_KEY");
  if (key === undefined) return undefined;
  if (domain.isForeign) {
    throw new ConfigurationError("LC_API_KEY is not sent to the host that domain names: the environment's key belongs to the environment's host", {
      hint: "Give the key of this host as apiKey; or name the host by LC_DOMAIN.",
    });
  }
  return { kind: "apiKey", value: checkedText(key, "LC_API_KEY"), name: "LC_API_KEY" };
}

function checkedText(value: Parameters<typeof credentialText>[0], name: string): string {
  const text = credentialText(value, name);
  refuseForeign(text, name);
  return text;
}

/** @throws {@link ConfigurationError} for a key that is known to be another service's. */
export function refuseForeign(text: string, name: string): void {
  if (!text.startsWith("lmr_sa_")) return;
  throw new ConfigurationError(`${name} is a key of Lumar: it begins with lmr_sa_`, {
    hint: "Both services read LC_API_KEY. Give Luminary Cloud's key as apiKey, or an environment of its own as env.",
  });
}

/** @throws {@link ConfigurationError} */
export function readRoot(options: LuminaryOptions, { url }: Domain): URL {
  const path = own(options, "restPath") ?? "/rest/v0/";
  if (typeof path !== "string" || !/^\/(?!\/)[\w./-]*$/.test(path)) throw new ConfigurationError("restPath must be a path that begins with a slash");
  return new URL(path.endsWith("/") ? path : `${path}/`, url);
}
