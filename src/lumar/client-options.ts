import { readEndpoint } from "../core/endpoint.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { own, type CommonOptions } from "../core/options.ts";
import type { SessionStore } from "../core/session/store.ts";
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
  /**
   * Where sessions are kept between clients and processes.
   * @defaultValue `memorySessionStore()`
   */
  sessionStore?: SessionStore;
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
    "apollographql-client-name": own(options, "clientName") ?? "keylight",
    "apollographql-client-version": own(options, "clientVersion") ?? version,
  };
}
