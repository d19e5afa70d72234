import { ConfigurationError } from "../errors/index.ts";
import type { Attempt } from "../errors/index.ts";
import { checkWay, groundOf, type Ground } from "../core/base-client.ts";
import { keySource } from "../core/credentials/key.ts";
import type { CredentialOrigin, CredentialSource } from "../core/credentials/source.ts";
import { codeLogin } from "../core/login/code-login.ts";
import { InteractiveSession } from "../core/login/interactive-session.ts";
import type { Open } from "../core/login/show.ts";
import { own, type RequestOptions } from "../core/options.ts";
import { RestConnection, type RestAnswer } from "../core/rest-connection.ts";
import { memorySessionStore } from "../core/session/memory-store.ts";
import { isRecord } from "../core/transport/json.ts";
import type { QueryParameters } from "../core/transport/rest.ts";
import { version } from "../version.ts";
import { checkOpen, readAuth, type CheckedAuth } from "./auth.ts";
import { cacheKey, cacheOf } from "./cache.ts";
import { luminaryDialect } from "./dialect.ts";
import { luminaryVariables, readCredential, readDomain, readRoot, refuseForeign, webApplicationOf, type Domain, type LuminaryCredential, type LuminaryOptions } from "./options.ts";

/** The methods of the REST API. */
export type LuminaryMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Options of one call. */
export interface LuminaryRequestOptions extends RequestOptions {
  query?: QueryParameters;
  /** Sent as JSON. */
  body?: unknown;
}

/** Options of an interactive login. */
export interface LuminaryLoginOptions {
  /** Ends the waiting; the login itself ends when nobody waits for it. */
  signal?: AbortSignal;
  /** How long a person may take, in milliseconds, instead of `auth.timeout`. */
  timeout?: number;
  /** Shows the address of the login to the person, instead of `auth.open`. A login that is running is joined, and has been shown. */
  open?: Open;
}

/** An answer with all that came with it. */
export interface LuminaryResponse<T> {
  /** What `request` resolves with. */
  readonly data: T;
  /** The JSON as the server sent it; undefined where it sent none. */
  readonly body: unknown;
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string | undefined;
  readonly attempts: readonly Attempt[];
}

/** How long an access token lives, in milliseconds, where the server does not say: as long as a login, which is documented. */
const tokenLifetime = 30 * 86_400_000;

/**
 * A client of Luminary Cloud's REST API, with an API key, an access token, or the login of a person.
 *
 * A key or token that is given is never renewed, and never falls back to a login. A login is kept in a file, shared with
 * other processes, and renewed by its refresh token; a person is asked again when the identity provider wants it, after 30
 * days at the latest (documented).
 *
 * @example
 * const client = new LuminaryClient();   // LC_API_KEY
 * const pipelines = await client.request("GET", "pipelines");
 *
 * @see https://app.luminarycloud.com/docs/api
 */
export class LuminaryClient implements AsyncDisposable {
  /** What the paths of calls lie below. */
  readonly endpoint: string;
  /** Where a person makes, revokes and deletes keys: My Account, Profile, API Keys. No call does that. */
  readonly keysUrl: string;
  readonly #ground: Ground;
  readonly #rest: RestConnection;
  readonly #auth: CheckedAuth;
  readonly #session: InteractiveSession | undefined;

  /** @throws {@link ConfigurationError} naming the option or variable that is wrong. */
  constructor(options: LuminaryOptions = {}) {
    this.#ground = groundOf(options, luminaryVariables);
    const { env, settings, secrets, lines } = this.#ground;
    const domain = readDomain(options, env, secrets);
    const credential = readCredential(options, env, domain);
    const endpoint = readRoot(options, domain);
    // Whoever has a key needs no login, and nothing that the environment says of one.
    this.#auth = readAuth(own(options, "auth"), credential === undefined ? env : () => undefined, secrets);
    this.endpoint = endpoint.href;
    this.keysUrl = webApplicationOf(domain.url);
    const issuer = this.#auth.provider?.issuer;
    checkWay(this.#ground, endpoint, ...(issuer === undefined ? [] : [issuer]));
    const interactive = readFlag(own(options, "interactive"));
    if (credential === undefined) this.#session = this.#sessionOf(options, domain, interactive);
    else if (credential.name === "LC_API_KEY" && !domain.isDefault) settings.log.warn("LC_API_KEY goes to a host that is not the default one");
    this.#rest = new RestConnection({
      endpoint,
      settings,
      dialect: luminaryDialect,
      secrets,
      headers: { "x-client-version": `keylight-${version}` },
      lines,
      credential: credential === undefined ? this.#session?.credential : givenSource(credential, this.#ground, this.keysUrl),
      noCredential: () => new ConfigurationError("there is no credential", { hint: this.#hint() }),
    });
  }

  /**
   * Logs in now, with a person at a browser, or joins the login that is running. The session is stored, and this and later
   * clients go on with it.
   *
   * @throws {@link ConfigurationError} when the client has a key or token, or names no OAuth client.
   * @throws {@link AuthenticationError} `LOGIN_FAILED`; `INTERACTION_REQUIRED` where nobody would see what to do.
   * @throws {@link TimeoutError} when nobody logged in in time.
   */
  async login(options: LuminaryLoginOptions = {}): Promise<void> {
    const session = this.#session;
    if (session === undefined) throw new ConfigurationError("a client with an API key or an access token does not log in", { hint: "Make another one without." });
    if (typeof options !== "object" || options === null) throw new ConfigurationError("the options of a login must be an object");
    await this.#logIn(session, own(options, "signal"), own(options, "timeout"), checkOpen(own(options, "open"), "open"));
  }

  /** Forgets the login, in the file too. No call ends it at the identity provider, as far as is known. Nothing to do for a key or token. */
  async logout(): Promise<void> {
    const session = this.#session;
    await this.#rest.within(undefined, (scope) => (session === undefined ? Promise.resolve() : scope.race(session.end())));
  }

  /**
   * Calls the API: `request("GET", "pipelines")`. Resolves with the member `data` of the answer where it has one, else with the
   * answer as it is. GET reads, and is retried; all others may write.
   *
   * With `interactive`, a call that finds no login waits for a person first; that is not part of its time.
   */
  async request<T = unknown>(method: LuminaryMethod, path: string, options?: LuminaryRequestOptions): Promise<T> {
    return dataOf<T>(await this.#send(method, path, options));
  }

  /** Like `request`, with all of the answer. */
  async rawRequest<T = unknown>(method: LuminaryMethod, path: string, options?: LuminaryRequestOptions): Promise<LuminaryResponse<T>> {
    const answer = await this.#send(method, path, options);
    const { value, response, attempts } = answer;
    return {
      data: dataOf<T>(answer),
      body: value,
      status: response.status,
      headers: response.headers(),
      requestId: response.header(luminaryDialect.requestIdHeader),
      attempts,
    };
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

  async #send(method: LuminaryMethod, path: string, options: LuminaryRequestOptions | undefined): Promise<RestAnswer> {
    const { query, body, signal } = readParts(options);
    const call = (): Promise<RestAnswer> => this.#rest.send({ method, path: belowRoot(path, this.endpoint), query, body }, options);
    const session = this.#session;
    if (session === undefined) return call();
    return session.through(call, () => this.#logIn(session, signal, undefined, undefined));
  }

  async #logIn(session: InteractiveSession, signal: AbortSignal | undefined, timeout: number | undefined, open: Open | undefined): Promise<void> {
    const { ports, path, timeout: usual, open: usually } = this.#auth;
    const { log } = this.#ground.settings;
    await this.#rest.within({ ...(signal === undefined ? {} : { signal }), timeout: timeout ?? usual }, (waiter) =>
      session.login(waiter, (oauth, scope) => codeLogin(oauth, { ports, path, open: open ?? usually, log }, scope)),
    );
  }

  #sessionOf(options: LuminaryOptions, domain: Domain, interactive: boolean): InteractiveSession {
    const { provider, missing } = this.#auth;
    if (interactive && provider === undefined) throw missing();
    const { env, settings } = this.#ground;
    const cache = cacheOf(options, env, settings.sessionStore);
    return new InteractiveSession({
      ground: this.#ground,
      origin: { kind: "login", source: "the stored login", header: "authorization", prefix: "Bearer ", variable: "ACCESS_TOKEN" },
      provider,
      missing,
      // Without an OAuth client no login can be told from another.
      store: provider === undefined ? memorySessionStore() : cache,
      storeKey: () => cacheKey(domain.url, provider),
      lifetime: tokenLifetime,
      mayAsk: interactive,
      hint: this.#hint(),
    });
  }

  #hint(): string {
    return `Set LC_API_KEY (or apiKey) to a key from ${this.keysUrl}; or let a person log in: call login(), or say interactive: true.`;
  }
}

function givenSource({ kind, value, name }: LuminaryCredential, { secrets }: Ground, keysUrl: string): CredentialSource {
  const isKey = kind === "apiKey";
  const origin: CredentialOrigin = {
    kind,
    source: name === kind ? `option ${kind}` : name,
    variable: isKey ? "LC_API_KEY" : "ACCESS_TOKEN",
    ...(isKey ? { header: "x-api-key" } : { header: "authorization", prefix: "Bearer " }),
  };
  const rejection = isKey
    ? ({ code: "KEY_REJECTED", message: "the server rejected the API key", hint: `Revoked, expired and deleted keys all look like this. Make a new one at ${keysUrl}: My Account, Profile, API Keys.` } as const)
    : ({ code: "SESSION_EXPIRED", message: "the server rejected the access token", hint: "Give a new one; or leave it out, and log in: a login is renewed." } as const);
  return keySource({ value, name, origin, secrets, check: refuseForeign, rejection });
}

function readFlag(value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value === true;
  throw new ConfigurationError("interactive must be true or false");
}

function readParts(options: LuminaryRequestOptions = {}): { query: QueryParameters | undefined; body: unknown; signal: AbortSignal | undefined } {
  if (typeof options !== "object" || options === null) throw new ConfigurationError("the options of a call must be an object");
  return { query: own(options, "query"), body: own(options, "body"), signal: own(options, "signal") };
}

/** A path as the documents write it, from the root of the host, means the same. */
function belowRoot(path: string, endpoint: string): string {
  const root = new URL(endpoint).pathname;
  const whole = typeof path === "string" && !path.startsWith("/") ? `/${path}` : path;
  return typeof whole === "string" && whole.startsWith(root) ? whole.slice(root.length) : path;
}

/** The one place where an answer takes the type that its caller promises. */
function dataOf<T>({ value }: RestAnswer): T {
  return (isRecord(value) && Object.hasOwn(value, "data") ? value["data"] : value) as T;
}
