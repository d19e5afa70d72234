import { ConfigurationError } from "../errors/index.ts";
import { checkWay, groundOf, type Ground } from "../core/base-client.ts";
import { keySource } from "../core/credentials/key.ts";
import type { CredentialOrigin, CredentialSource } from "../core/credentials/source.ts";
import { GraphQLConnection } from "../core/graphql-connection.ts";
import { own, type RequestOptions } from "../core/options.ts";
import { promisedText } from "../core/promised.ts";
import { RestConnection } from "../core/rest-connection.ts";
import { revealed, Secret } from "../core/secret.ts";
import { SessionManager } from "../core/session/manager.ts";
import { memorySessionStore } from "../core/session/memory-store.ts";
import { sessionKey } from "../core/session/store-key.ts";
import type { Document } from "../core/transport/document.ts";
import { ApiKeys } from "./api-keys.ts";
import { cloudTowerDialect } from "./dialect.ts";
import { loginWith } from "./login.ts";
import { cloudTowerVariables, readCredential, type CloudTowerCredential, type CloudTowerOptions } from "./options.ts";
import { readRoots } from "./roots.ts";

/** Tokens have no end that is documented: 100 years, in milliseconds. */
const tokenLifetime = 100 * 365 * 86_400_000;

/**
 * A client of one SmartX CloudTower: GraphQL below `/api/`, REST below `/v2/api`. The credential goes out raw in
 * `authorization`, whole, without `Bearer`.
 *
 * A key or token that is given is never renewed. A login is: once when the server refuses its token, and never again
 * after a refused password, since servers lock accounts.
 *
 * @example
 * const tower = new CloudTowerClient({ endpoint: "tower.example.com", login: { username: "root", password } });
 * const { key } = await tower.apiKeys.create({ name: "nightly backup" });
 *
 * @see https://code.smartx.com
 */
export class CloudTowerClient implements AsyncDisposable {
  /** The root of the REST API. */
  readonly endpoint: string;
  readonly apiKeys: ApiKeys;
  readonly #ground: Ground;
  readonly #graphql: GraphQLConnection;
  readonly #rest: RestConnection;
  readonly #session: SessionManager | undefined;

  /** @throws {@link ConfigurationError} naming the option or variable that is wrong. */
  constructor(options: CloudTowerOptions = {}) {
    this.#ground = groundOf(options, cloudTowerVariables);
    const { env, settings, secrets, lines, open } = this.#ground;
    const credential = readCredential(options, env);
    remember(credential, secrets);
    const roots = readRoots(options, env, secrets);
    checkWay(this.#ground, roots.rest, roots.graphql);
    const shared = { settings, dialect: cloudTowerDialect, secrets, headers: {}, lines, noCredential };
    const origin = credential === undefined ? undefined : originOf(credential);
    if (credential?.kind === "login" && origin !== undefined) {
      const { username, password, source, authConfigId = "" } = credential.value;
      this.#session = new SessionManager({
        origin,
        login: loginWith(credential.value, () => ({ rest: this.#rest, graphql: this.#graphql })),
        store: settings.sessionStore ?? memorySessionStore(),
        storeKey: () => sessionKey(password, ["cloudtower", roots.rest.href, username, source, authConfigId]),
        lifetime: tokenLifetime,
        timeout: settings.timeout,
        retryAttempts: settings.retryAttempts,
        open,
        secrets,
        log: settings.log,
      });
    }
    const source = this.#session ?? givenSource(credential, origin, secrets);
    this.#graphql = new GraphQLConnection({ ...shared, endpoint: roots.graphql, credential: source });
    this.#rest = new RestConnection({ ...shared, endpoint: roots.rest, credential: source });
    this.endpoint = roots.rest.href;
    this.apiKeys = new ApiKeys(this.#graphql, credential?.kind !== "apiKey" || own(options, "manageKeysWithKey") === true);
  }

  /**
   * Logs in now, or joins the login that is running, and gives the token. Not needed: the first call does.
   *
   * @throws {@link ConfigurationError} when the client has no `login`.
   * @throws {@link AuthenticationError} `INVALID_CREDENTIALS`, `LOGIN_FAILED`; `INTERACTION_REQUIRED` where a second factor is on.
   */
  async login(options?: RequestOptions): Promise<Secret> {
    const session = this.#session;
    if (session === undefined) {
      throw new ConfigurationError("login needs a user name and a password", { hint: "Give login, or set CLOUDTOWER_USERNAME and CLOUDTOWER_PASSWORD." });
    }
    const { authorization } = await this.#rest.within(options, (scope) => session.login(scope));
    return new Secret(authorization.value);
  }

  /** Sends a GraphQL operation of your own: a document of your code generator, or text. */
  async request<TData = unknown, TVariables extends object = object>(
    document: Document<TData, TVariables>,
    variables?: NoInfer<TVariables>,
    options?: RequestOptions,
  ): Promise<TData> {
    const { value } = await this.#graphql.send(document, variables, options, { mayBePartial: true });
    return value.data as TData;
  }

  /**
   * Calls the REST API: `post("get-vms", { where: {} })` posts to `/v2/api/get-vms` and resolves with the answer as it is.
   * `get-...` reads, and is retried; all others may write. A body that is left out is sent as `{}`.
   *
   * Most writes answer with a task, which is not done yet: look at it with `post("get-tasks", ...)`.
   *
   * @throws {@link ConfigurationError} for a path that leads out of `/v2/api/`.
   * @throws {@link RestRequestError} for what CloudTower refuses in its own words, such as `serviceCode` `ResourceLocked`.
   */
  async post<T = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    const reads = typeof path === "string" && /^\/?get-[\w-]+$/.test(path);
    const { value } = await this.#rest.send({ method: "POST", path, body: body ?? {}, reads }, options);
    return value as T;
  }

  /** The version of the CloudTower, such as `4.8.1`. Needs no credential, and sends none. */
  async version(options?: RequestOptions): Promise<string> {
    return this.#rest.ask({ method: "GET", path: "get-version" }, options, ({ value }) => promisedText(value, "the version"), { credential: "none" });
  }

  /** Ends the calls in flight and closes the connections. Every later call throws a `ClientClosedError`. */
  close(): Promise<void> {
    for (const scope of [...this.#ground.open]) scope.end({ cause: "closed" });
    this.#graphql.close();
    this.#rest.close();
    return Promise.resolve();
  }

  /** What `await using` calls: `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function noCredential(): ConfigurationError {
  return new ConfigurationError("there is no credential", {
    hint: "Set CLOUDTOWER_API_KEY (or apiKey), CLOUDTOWER_TOKEN (or token), or CLOUDTOWER_USERNAME and CLOUDTOWER_PASSWORD (or login).",
  });
}

function remember(credential: CloudTowerCredential | undefined, secrets: Ground["secrets"]): void {
  const value = credential?.kind === "login" ? credential.value.password : credential?.value;
  const text = revealed(value) ?? value;
  if (typeof text === "string") secrets.add(text);
}

function originOf({ kind, name }: CloudTowerCredential): CredentialOrigin {
  const variable = kind === "apiKey" ? "CLOUDTOWER_API_KEY" : "CLOUDTOWER_TOKEN";
  return { kind, source: /^[A-Z]/.test(name) ? name : `option ${name}`, header: "authorization", variable };
}

function givenSource(credential: CloudTowerCredential | undefined, origin: CredentialOrigin | undefined, secrets: Ground["secrets"]): CredentialSource | undefined {
  if (credential === undefined || origin === undefined || credential.kind === "login") return undefined;
  const { kind, value, name } = credential;
  const rejection =
    kind === "apiKey"
      ? ({ code: "KEY_REJECTED", message: "the server rejected the API key", hint: "Check that the key was not deleted, and that its user still exists." } as const)
      : ({ code: "SESSION_EXPIRED", message: "the server rejected the token", hint: "Log in again for a new token, or give login, which renews it." } as const);
  return keySource({ value, name, origin, secrets, rejection });
}
