import { AuthenticationError, ConfigurationError, type RateLimit } from "../errors/index.ts";
import { checkWay, groundOf, type Ground } from "../core/base-client.ts";
import type { CredentialSource } from "../core/credentials/source.ts";
import { deviceLogin, type DevicePrompt } from "../core/login/device-login.ts";
import type { InteractiveSession } from "../core/login/interactive-session.ts";
import { own, type RequestOptions } from "../core/options.ts";
import { RestConnection } from "../core/rest-connection.ts";
import { revealed } from "../core/secret.ts";
import type { QueryParameters } from "../core/transport/rest.ts";
import type { WireResponse } from "../core/transport/wire.ts";
import { Clients } from "./clients.ts";
import { givenSource, initialAccessSource, noCredential, sessionOf } from "./credential.ts";
import { keyPattern, lumoAuthDialect, rateLimit } from "./dialect.ts";
import { shortestSecret, type Gateway } from "./gateway.ts";
import { Groups } from "./groups.ts";
import { lumoAuthVariables, readCredential, type LumoAuthOptions } from "./options.ts";
import { readPlaces, type HoldsKey } from "./places.ts";
import { credentialWanted, registeredClient, registration, registrationPlan, type ClientMetadata, type RegisteredClient, type RegisterOptions } from "./registration.ts";
import { Roles } from "./roles.ts";
import { Users } from "./users.ts";

/** Options of a call to any path. */
export interface LumoAuthRequestOptions extends RequestOptions {
  query?: QueryParameters;
  /** Sent as JSON. */
  body?: unknown;
}

/** Options of a login. */
export interface LumoAuthLoginOptions {
  signal?: AbortSignal;
  /**
   * How long the person may take, in milliseconds. The code may end before that.
   * @defaultValue 1800000 (30 minutes)
   */
  timeout?: number;
  /**
   * Tells the person where to go and which code to enter.
   * @defaultValue prints it on standard error, where that is a terminal
   */
  show?: (prompt: DevicePrompt) => void | Promise<void>;
}

/** Longer than that no documented code lives, in milliseconds. */
const longestLogin = 1_800_000;

/**
 * A client of one LumoAuth tenant: its admin API, and dynamic client registration. API keys themselves are managed in the
 * portal only, at {@link LumoAuthClient.apiKeysPortalUrl}.
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
  readonly users: Users;
  readonly roles: Roles;
  readonly groups: Groups;
  readonly clients: Clients;
  readonly #ground: Ground;
  readonly #session: InteractiveSession | undefined;
  readonly #rest: RestConnection;
  readonly #gateway: Gateway;
  #rateLimit: RateLimit | undefined;

  /** @throws {@link ConfigurationError} naming the option or variable that is wrong. */
  constructor(options: LumoAuthOptions = {}) {
    this.#ground = groundOf(options, lumoAuthVariables, keyPattern);
    const { env, settings, secrets, lines } = this.#ground;
    const credential = readCredential(options, env);
    const { api, portal } = readPlaces(options, env, secrets, remembered(credential, secrets));
    checkWay(this.#ground, api);
    const dialect = { ...lumoAuthDialect, rateLimit: (response: WireResponse) => this.#noted(response) };
    this.#session = credential?.kind === "login" ? sessionOf(credential, api, this.#ground) : undefined;
    const source = credential === undefined || credential.kind === "login" ? this.#session?.credential : givenSource(credential, this.#ground);
    this.#rest = new RestConnection({ endpoint: api, settings, dialect, secrets, headers: {}, lines, credential: source, noCredential });
    this.endpoint = api.href;
    this.apiKeysPortalUrl = portal.href;
    this.#gateway = this.#makeGateway();
    this.users = new Users(this.#gateway);
    this.roles = new Roles(this.#gateway);
    this.groups = new Groups(this.#gateway);
    this.clients = new Clients(this.#gateway);
  }

  /**
   * What the last answer that told it said of the server's limits: a success, or the refusal of one request too many, whose
   * `RateLimitError` has it too. Undefined before the first.
   */
  get rateLimit(): RateLimit | undefined {
    return this.#rateLimit;
  }

  /**
   * Lets a person log in with a code (RFC 8628), or joins the login that is running. The session is stored, and this and
   * later clients go on with it; it is renewed by itself, until the server says that the login is over.
   *
   * @throws {@link ConfigurationError} when the client has no `login`.
   * @throws {@link AuthenticationError} `LOGIN_FAILED`; `INTERACTION_REQUIRED` where nobody would see what to do.
   * @throws {@link TimeoutError} when nobody logged in in time.
   */
  async login(options: LumoAuthLoginOptions = {}): Promise<void> {
    const session = this.#needSession();
    if (typeof options !== "object" || options === null) throw new ConfigurationError("the options of a login must be an object");
    const [signal, timeout, show] = [own(options, "signal"), own(options, "timeout"), own(options, "show")];
    if (show !== undefined && typeof show !== "function") throw new ConfigurationError("show must be a function that takes a code and an address");
    await this.#rest.within({ ...(signal === undefined ? {} : { signal }), timeout: timeout ?? longestLogin }, (waiter) =>
      session.login(waiter, (oauth, scope) => deviceLogin(oauth, { show }, scope)),
    );
  }

  /** Forgets the login, in the store too. The server is not told: what it gave stays good there until it ends. */
  async logout(): Promise<void> {
    const session = this.#needSession();
    await this.#rest.within(undefined, (scope) => scope.race(session.end()));
  }

  /**
   * Registers an OAuth client (RFC 7591), with the client's credential, with an initial access token, or with none where this
   * client has none and the tenant is open. Each success makes a client, so that it is sent again only on proof that
   * nothing was made.
   *
   * @throws {@link AmbiguousMutationError} when the answer was lost.
   * @throws {@link PermissionError} where the tenant does not allow it, or the credential has not the scope for it.
   */
  async registerClient(metadata: ClientMetadata, options?: RegisterOptions): Promise<RegisteredClient> {
    const request = registration(metadata);
    const credential = this.#registrar(options);
    const plan = registrationPlan(credential, metadata, this.#rest.options.credential === undefined ? undefined : this.clients);
    try {
      return await this.#gateway.ask(request, options, ({ value }) => registeredClient(this.#gateway, value), plan);
    } catch (error) {
      throw credential === "none" && error instanceof AuthenticationError ? credentialWanted(error) : error;
    }
  }

  /**
   * Calls any path below the prefix: `request("GET", "admin/permissions")`. Resolves with the answer as it is, undefined
   * where it has no body. Secrets in it stand in the open.
   *
   * @param method - GET, POST, PUT, PATCH or DELETE. GET is retried; the others only with `idempotent`, or on proof that nothing ran.
   */
  async request<T = unknown>(method: string, path: string, options?: LumoAuthRequestOptions): Promise<T> {
    const [query, body] = isObject(options) ? [own(options, "query"), own(options, "body")] : [];
    return this.#gateway.ask({ method, path, query, body }, options, ({ value }) => value as T);
  }

  /** Ends the calls and the login in flight, and closes the connections. Every later call throws a `ClientClosedError`. */
  close(): Promise<void> {
    for (const scope of [...this.#ground.open]) scope.end({ cause: "closed" });
    this.#rest.close();
    return Promise.resolve();
  }

  /** What `await using` calls: `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeGateway(): Gateway {
    const { secrets } = this.#ground;
    return {
      ask: (request, options, read, plan) =>
        this.#rest.ask(
          request,
          options,
          (answer) => {
            this.#noted(answer.response);
            return read(answer);
          },
          plan,
        ),
      hide: (secret) => {
        secrets.addMade(secret);
      },
      clean: (value) => secrets.scrubJson(value),
    };
  }

  #noted(response: WireResponse): RateLimit | undefined {
    const told = rateLimit(response);
    this.#rateLimit = told ?? this.#rateLimit;
    return told;
  }

  #needSession(): InteractiveSession {
    if (this.#session !== undefined) return this.#session;
    throw new ConfigurationError("this client does not log in", { hint: "Give login: { clientId } instead of a key or a token." });
  }

  #registrar(options: RegisterOptions | undefined): "none" | "required" | CredentialSource {
    const token = isObject(options) ? own(options, "initialAccessToken") : undefined;
    if (token !== undefined) return initialAccessSource(token, this.#ground);
    return this.#rest.options.credential === undefined ? "none" : "required";
  }
}

/** Keeps a credential that is at hand already out of all messages. @returns what tells a text that holds it. */
function remembered(credential: ReturnType<typeof readCredential>, secrets: Ground["secrets"]): HoldsKey {
  const value = credential?.kind === "login" ? undefined : credential?.value;
  const key = revealed(value) ?? value;
  if (typeof key === "string") secrets.add(key);
  return (text) => text.search(keyPattern) >= 0 || (typeof key === "string" && key.length >= shortestSecret && text.includes(key));
}

function isObject<T extends object>(options: T | undefined): options is T {
  return typeof options === "object" && options !== null;
}
