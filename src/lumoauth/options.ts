import { ConfigurationError } from "../errors/index.ts";
import type { CredentialValue } from "../core/credentials/source.ts";
import { credentialText } from "../core/credentials/text.ts";
import type { Environment } from "../core/environment.ts";
import { own, type CommonOptions } from "../core/options.ts";

/** Options of a LumoAuth client. One of `apiKey`, `accessToken` and `login` is its credential. */
export interface LumoAuthOptions extends CommonOptions {
  /**
   * The server: `https://app.lumoauth.dev`, `https://eu.app.lumoauth.dev`, or one of your own, also below a path. Variable:
   * `LUMOAUTH_URL`.
   * @defaultValue "https://app.lumoauth.dev"
   */
  baseUrl?: string;
  /** The tenant's slug. Variable: `LUMOAUTH_TENANT`. Not needed where `pathPrefix` names it. */
  tenant?: string;
  /**
   * A tenant's API key; may be a function, which is asked for each call, and once more when the server refused what it gave:
   * so a key that was rotated in the portal, where the old one dies at once, costs one more request and no restart.
   * Variable: `LUMOAUTH_API_KEY`.
   */
  apiKey?: CredentialValue;
  /** An OAuth access token, sent as `Authorization: Bearer`; a function as with `apiKey`. */
  accessToken?: CredentialValue;
  /** Acts as a person, who logs in with `client.login()` and a code that is entered in a browser on any machine. */
  login?: LumoAuthLogin;
  /**
   * The header that the API key goes out in: `authorization` (as `Bearer`) or `x-api-key`; never both. Newer servers may want
   * the latter.
   * @defaultValue "authorization"
   */
  header?: "authorization" | "x-api-key";
  /**
   * What stands between the server and the resources. Newer servers use `/orgs/{orgId}/api/v1`, with the id of the
   * organization. `{tenant}` in it stands for the tenant.
   * @defaultValue "/t/{tenant}/api/v1"
   */
  pathPrefix?: string;
}

/** How a person logs in. The session is kept in `sessionStore`, and renewed as long as the server lets it. */
export interface LumoAuthLogin {
  /** Id of an OAuth client of yours, a public one that may use the device flow and refresh tokens. */
  clientId: string;
  /**
   * OAuth scopes. The admin API wants `admin`, or `admin:<resource>:<read|write>`.
   * @defaultValue those that the server gives the client
   */
  scopes?: readonly string[];
}

/** The credential that was given, with the option or variable that it came from. */
export interface GivenCredential {
  readonly kind: "apiKey" | "accessToken";
  readonly value: CredentialValue;
  readonly name: string;
  readonly header: "authorization" | "x-api-key";
}

/** A login that was asked for, checked. */
export interface CheckedLogin {
  readonly kind: "login";
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export const lumoAuthVariables = ["LUMOAUTH_URL", "LUMOAUTH_TENANT", "LUMOAUTH_API_KEY"] as const;

const credentials = ["apiKey", "accessToken", "login"] as const;

/**
 * Options before the environment: where one gives a credential, none is read from the environment.
 *
 * @throws {@link ConfigurationError}
 */
export function readCredential(options: LumoAuthOptions, env: Environment): GivenCredential | CheckedLogin | undefined {
  const header = own(options, "header");
  if (header !== undefined && header !== "authorization" && header !== "x-api-key") throw new ConfigurationError('header must be "authorization" or "x-api-key"');
  const [first, second] = credentials.filter((name) => own(options, name) !== undefined);
  if (first !== undefined && second !== undefined) {
    throw new ConfigurationError(`${first} and ${second} exclude each other`, { hint: "Give the one that this client is to act as." });
  }
  if (first === "accessToken" || first === "login") {
    if (header === "x-api-key") throw new ConfigurationError("header is for the API key: an access token goes out as Authorization: Bearer");
    return first === "login" ? readLogin(own(options, "login")) : given("accessToken", own(options, "accessToken"), "accessToken", "authorization");
  }
  const option = own(options, "apiKey");
  const name = option === undefined ? "LUMOAUTH_API_KEY" : "apiKey";
  const value = option === undefined ? env("LUMOAUTH_API_KEY") : option;
  return value === undefined ? undefined : given("apiKey", value, name, header ?? "authorization");
}

function given(kind: GivenCredential["kind"], value: CredentialValue | undefined, name: string, header: GivenCredential["header"]): GivenCredential {
  return { kind, value: typeof value === "function" ? value : credentialText(value ?? "", name), name, header };
}

function readLogin(login: unknown): CheckedLogin {
  if (typeof login !== "object" || login === null) throw new ConfigurationError("login must be an object with the id of an OAuth client");
  const { clientId, scopes = [] }: { clientId?: unknown; scopes?: unknown } = login;
  if (typeof clientId !== "string" || !/^[\x21-\x7e]{1,1024}$/.test(clientId)) {
    throw new ConfigurationError("login.clientId must be the id of an OAuth client", { hint: "Make a public one with clients.create or in the portal; there is no default." });
  }
  if (!Array.isArray(scopes) || !scopes.every(isScope)) throw new ConfigurationError("login.scopes must be a list of OAuth scopes");
  return { kind: "login", clientId, scopes: [...scopes] };
}

function isScope(value: unknown): value is string {
  return typeof value === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value);
}
