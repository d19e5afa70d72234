import { ConfigurationError, type RateLimit } from "../errors/index.ts";
import { checkWay, groundOf, type Ground } from "../core/base-client.ts";
import { Checks } from "../core/checks.ts";
import { keySource } from "../core/credentials/key.ts";
import type { CredentialSource } from "../core/credentials/source.ts";
import { own, type RequestOptions } from "../core/options.ts";
import { RestConnection, type RestAnswer, type RestRequest } from "../core/rest-connection.ts";
import { revealed } from "../core/secret.ts";
import type { QueryParameters } from "../core/transport/rest.ts";
import { Clients, registeredClient, registrationPlan, type ClientMetadata, type RegisteredClient, type RegisterOptions } from "./clients.ts";
import { keyPattern, lumoAuthDialect, rateLimit } from "./dialect.ts";
import { lumoAuthVariables, readCredential, readPlaces, type LumoAuthCredential, type LumoAuthOptions } from "./options.ts";
import { Resource, type Gateway } from "./resource.ts";
import type { CreateGroupInput, CreateRoleInput, CreateUserInput, Group, Role, User } from "./types.ts";

/** Options of a call to any path. */
export interface LumoAuthRequestOptions extends RequestOptions {
  query?: QueryParameters;
  /** Sent as JSON. */
  body?: unknown;
}

/**
 * A client of one LumoAuth tenant: its admin API, and dynamic client registration. API keys themselves are managed in the
 * portal only, at {@link apiKeysPortalUrl}.
 *
 * @example
 * const client = new LumoAuthClient({ tenant: "acme", apiKey: () => readFile("/run/secrets/lumoauth", "utf8") });
 * for await (const user of client.users.list({ blocked: true })) console.log(user.email);
 *
 * @see https://docs.lumoauth.dev
 */
export class LumoAuthClient implements AsyncDisposable {
  /** What all paths lie below: the server with the path prefix. */
  readonly endpoint: string;
  /** Where people create, rotate, revoke and delete API keys. */
  readonly apiKeysPortalUrl: string;
  readonly users: Resource<User, CreateUserInput>;
  readonly roles: Resource<Role, CreateRoleInput>;
  readonly groups: Resource<Group, CreateGroupInput>;
  readonly clients: Clients;
  readonly #ground: Ground;
  readonly #rest: RestConnection;
  readonly #gateway: Gateway;
  #rateLimit: RateLimit | undefined;

  /** @throws {@link ConfigurationError} naming the option or variable that is wrong. */
  constructor(options: LumoAuthOptions = {}) {
    this.#ground = groundOf(options, lumoAuthVariables, keyPattern);
    const { env, settings, secrets, lines } = this.#ground;
    const credential = readCredential(options, env);
    const text = revealed(credential?.value) ?? credential?.value;
    if (typeof text === "string") secrets.add(text);
    const { api, portal } = readPlaces(options, env, secrets);
    checkWay(this.#ground, api);
    const source = credential === undefined ? undefined : sourceOf(credential, secrets);
    this.#rest = new RestConnection({ endpoint: api, settings, dialect: lumoAuthDialect, secrets, headers: {}, lines, credential: source, noCredential });
    this.endpoint = api.href;
    this.apiKeysPortalUrl = portal.href;
    this.#gateway = {
      ask: (request, callOptions, read, plan) => this.#rest.ask(request, callOptions, (answer) => read(this.#noted(answer)), plan),
      hide: (secret) => {
        secrets.addMade(secret);
      },
    };
    const same = <T extends object>(data: Record<string, unknown>): T => data as T;
    this.users = new Resource<User, CreateUserInput>(this.#gateway, "users", ["email"], same);
    this.roles = new Resource<Role, CreateRoleInput>(this.#gateway, "roles", ["name"], same);
    this.groups = new Resource<Group, CreateGroupInput>(this.#gateway, "groups", ["name"], same);
    this.clients = new Clients(this.#gateway);
  }

  /** What the last successful answer said of the server's limits, where it said anything; a `RateLimitError` has its own. */
  get rateLimit(): RateLimit | undefined {
    return this.#rateLimit;
  }

  /**
   * Registers an OAuth client (RFC 7591), with the client's credential, with an initial access token, or with none where this
   * client has none and the tenant is open. Never sent twice: each success makes a client.
   *
   * @throws {@link AmbiguousMutationError} when the answer was lost.
   */
  async registerClient(metadata: ClientMetadata, options?: RegisterOptions): Promise<RegisteredClient> {
    const checks = new Checks("registerClient");
    const { redirect_uris: uris } = checks.object(metadata, "metadata");
    if (!Array.isArray(uris) || uris.length === 0) checks.fail("redirect_uris", "must be a list of at least one URL");
    checks.done();
    const request: RestRequest = { method: "POST", path: "connect/register", body: metadata };
    const plan = { ...registrationPlan, credential: this.#registrar(options) };
    return this.#gateway.ask(request, options, ({ value }) => registeredClient(this.#gateway, value), plan);
  }

  /**
   * Calls any path below the prefix: `request("GET", "admin/permissions")`. Resolves with the answer as it is, undefined
   * where it has no body.
   *
   * @param method - GET, POST, PUT, PATCH or DELETE. GET is retried; the others only with `idempotent`.
   */
  async request<T = unknown>(method: string, path: string, options: LumoAuthRequestOptions = {}): Promise<T> {
    const { query, body } = options;
    return this.#gateway.ask({ method, path, query, body }, options, ({ value }) => value as T);
  }

  /** Ends the calls in flight and closes the connections. Every later call throws a `ClientClosedError`. */
  close(): Promise<void> {
    this.#rest.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #noted(answer: RestAnswer): RestAnswer {
    this.#rateLimit = rateLimit(answer.response) ?? this.#rateLimit;
    return answer;
  }

  #registrar(options: RegisterOptions | undefined): "none" | "required" | CredentialSource {
    const token = options === undefined ? undefined : own(options, "initialAccessToken");
    if (token !== undefined) return sourceOf({ kind: "accessToken", value: token, name: "initialAccessToken", header: "authorization" }, this.#ground.secrets);
    return this.#rest.options.credential === undefined ? "none" : "required";
  }
}

function noCredential(): ConfigurationError {
  return new ConfigurationError("there is no credential", { hint: "Set LUMOAUTH_API_KEY, or give apiKey or accessToken." });
}

function sourceOf({ kind, value, name, header }: LumoAuthCredential, secrets: Ground["secrets"]): CredentialSource {
  const origin = {
    kind,
    source: /^[A-Z]/.test(name) ? name : `option ${name}`,
    header,
    prefix: header === "authorization" ? "Bearer " : undefined,
    variable: "LUMOAUTH_API_KEY",
  };
  const rejection =
    kind === "apiKey"
      ? ({
          code: "KEY_REJECTED",
          message: "the server rejected the API key",
          hint: `Check in the portal that the key was not rotated, revoked or deleted, and that it is of this tenant.${header === "authorization" ? ' Newer servers may want it in another header: header: "x-api-key".' : ""}`,
        } as const)
      : ({ code: "SESSION_EXPIRED", message: "the server rejected the access token", hint: "Get a new one; give a function to have it asked for." } as const);
  return keySource({ value, name, origin, secrets, rejection });
}
