import { ConfigurationError } from "../errors/index.ts";
import { readEndpoint } from "../core/endpoint.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { own, type CommonOptions } from "../core/options.ts";
import type { Attempt, GraphQLErrorEntry } from "../errors/index.ts";
import { version } from "../version.ts";
import type { CredentialOptions } from "./credentials.ts";

/** Options of a Lumar client. All are optional: `new Client()` takes the credential from the environment. */
export interface ClientOptions extends CommonOptions, CredentialOptions {
  /**
   * Variable: `LC_API_URL`. `https`, or plain `http` to this machine.
   * @defaultValue "https://api.lumar.io/graphql"
   */
  endpoint?: string;
  /** Sent as `apollographql-client-name`. @defaultValue "keylight" */
  clientName?: string;
  /** Sent as `apollographql-client-version`. @defaultValue keylight's version */
  clientVersion?: string;
}

/** A whole answer. */
export interface RawResponse<TData> {
  readonly data: TData;
  /** Empty, unless the call said `allowPartial`. */
  readonly errors: readonly GraphQLErrorEntry[];
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string | undefined;
  /** One entry for each request that the call took. */
  readonly attempts: readonly Attempt[];
}

/** A live session, without its token. Instants are ISO 8601 in UTC. */
export interface SessionInfo {
  readonly obtainedAt: string;
  readonly expiresAt: string;
}

const defaultEndpoint = "https://api.lumar.io/graphql";

/** @throws {@link ConfigurationError} naming the option or the variable. */
export function endpointOf(options: ClientOptions, env: Environment, secrets: LiveSecrets): URL {
  const option = own(options, "endpoint");
  if (option !== undefined) return readEndpoint(option, "endpoint", secrets);
  return readEndpoint(env("LC_API_URL") ?? defaultEndpoint, "LC_API_URL", secrets);
}

/** The headers that name the client to the service. */
export function clientHeaders(options: ClientOptions): Record<string, string> {
  return {
    "apollographql-client-name": headerText(options, "clientName") ?? "keylight",
    "apollographql-client-version": headerText(options, "clientVersion") ?? version,
  };
}

function headerText(options: ClientOptions, name: "clientName" | "clientVersion"): string | undefined {
  const text: unknown = own(options, name);
  if (text === undefined || (typeof text === "string" && /^[\x20-\x7e]*$/.test(text))) return text;
  throw new ConfigurationError(`${name} must be text that a header can carry: printable ASCII`);
}

/**
 * The overrides that change something. One that is undefined counts as left out: it neither brings a default back nor
 * takes the session to another endpoint.
 */
export function changesOf(overrides: ClientOptions): ClientOptions {
  if (typeof overrides !== "object" || overrides === null) throw new ConfigurationError("the options of a client must be an object");
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** The options as they are now, for clients that are derived later. */
export function snapshot(options: ClientOptions): ClientOptions {
  const { headers, retry, userKey, ca } = options;
  return {
    ...options,
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(retry === undefined ? {} : { retry: { ...retry } }),
    ...(userKey === undefined ? {} : { userKey: { ...userKey } }),
    ...(ca instanceof Uint8Array ? { ca: new Uint8Array(ca) } : {}),
  };
}

/** What a derived client keeps of the options that it came from: not what the changes take the place of. */
export function inherited(options: ClientOptions, changes: ClientOptions): ClientOptions {
  const kept = { ...options };
  const has = (name: keyof ClientOptions): boolean => Object.hasOwn(changes, name);
  const drop = (...names: (keyof ClientOptions)[]): void => {
    for (const name of names) Reflect.deleteProperty(kept, name);
  };
  if (has("apiKey") || has("sessionToken") || has("userKey")) drop("apiKey", "sessionToken", "userKey");
  if (has("fetch")) drop("proxy", "ca");
  return kept;
}
