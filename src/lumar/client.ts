import { AuthenticationError, ClientClosedError, ConfigurationError } from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import { GraphQLConnection, type GraphQLAnswer } from "../core/graphql-connection.ts";
import { Lines } from "../core/lines.ts";
import { readEnvironment, type Environment } from "../core/environment.ts";
import type { RequestExplanation } from "../core/explain.ts";
import { LiveSecrets } from "../core/live-secrets.ts";
import { own, readSettings, type RequestOptions } from "../core/options.ts";
import { admitProxy, proxyVariables } from "../core/proxy.ts";
import type { Document } from "../core/transport/document.ts";
import { Accounts } from "./accounts.ts";
import { changesOf, clientHeaders, endpointOf, inherited, snapshot, type ClientOptions, type RawResponse, type SessionInfo } from "./client-options.ts";
import { lumarVariables, readCredential, rememberSecrets } from "./credentials.ts";
import { keyPattern, lumarDialect } from "./dialect.ts";
import type { Gateway } from "./gateway.ts";
import { DeleteSessionDocument, MeDocument, VersionDocument, type MeQuery } from "./generated/operations.ts";
import { Identity, noCredential, onceOnly } from "./identity.ts";
import { promised, promisedText } from "../core/promised.ts";
import { noUser, toUser } from "./read.ts";
import { ServiceAccounts } from "./service-accounts.ts";
import type { User } from "./types.ts";
import { UserKeys } from "./user-keys.ts";

/** Carries what a derived client shares with the one that it came from; never part of what a user writes. */
const inheritance = Symbol("inheritance");

interface Inheritance {
  readonly env: Environment | undefined;
  readonly lines: Lines | undefined;
  readonly identity: Identity | undefined;
}

/**
 * A client of Lumar's GraphQL API. Give it a credential, and calls work: sessions are renewed, queries are retried,
 * writes are never repeated unless it is sure that they did not run.
 *
 * Every call may throw what `KeylightError` lists; an abort rejects with the signal's own reason.
 *
 * @example
 * const client = new Client({ userKey: { id: "TjAwN1VzZXJLZXkxMzI", secret } });
 * const account = await client.serviceAccounts.create({ accountId, name: "CI", roleCode: "Viewer" });
 *
 * @see https://api-docs.lumar.io/docs/graphql/authentication
 */
export class Client implements AsyncDisposable {
  /** Where the requests go. */
  readonly endpoint: string;
  readonly accounts: Accounts;
  readonly serviceAccounts: ServiceAccounts;
  readonly userKeys: UserKeys;
  readonly #options: ClientOptions;
  readonly #env: Environment;
  readonly #identity: Identity | undefined;
  readonly #connection: GraphQLConnection;
  #closed = false;

  /** @throws {@link ConfigurationError} naming the option or variable that is wrong. */
  constructor(options: ClientOptions = {}) {
    if (typeof options !== "object" || options === null) throw new ConfigurationError("the options of a client must be an object");
    const from = inheritanceOf(options);
    this.#options = snapshot(options);
    this.#env = from?.env ?? readEnvironment([...lumarVariables, ...proxyVariables], own(options, "env"));
    const settings = readSettings(options, this.#env);
    const secrets = from?.identity?.secrets ?? new LiveSecrets(keyPattern);
    const given = from?.identity === undefined ? readCredential(options, this.#env) : undefined;
    // Before anything else is looked at, so that no message quotes it.
    if (given !== undefined) rememberSecrets(given, secrets);
    const endpoint = endpointOf(options, this.#env, secrets);
    admitProxy(settings.proxy, endpoint, secrets);
    const headers = clientHeaders(options);
    const lines = from?.lines ?? new Lines(settings);
    const store = settings.sessionStore;
    this.#identity = given === undefined ? from?.identity : new Identity(given, { endpoint, settings, headers, secrets, lines, store });
    this.#identity?.retain();
    const credential = this.#identity?.source;
    this.#connection = new GraphQLConnection({ endpoint, settings, headers, secrets, lines, credential, dialect: lumarDialect, noCredential });
    this.endpoint = endpoint.href;
    const gateway = this.#gateway(secrets);
    this.accounts = new Accounts(gateway);
    this.serviceAccounts = new ServiceAccounts(gateway);
    this.userKeys = new UserKeys(gateway);
  }

  /** The user who is logged in. What a service account gets here is not documented. */
  async me(options?: RequestOptions): Promise<User> {
    return this.#connection.ask(MeDocument, {}, options, (answer) => {
      const { me } = dataOf<MeQuery>(answer);
      if (me === null) throw noUser();
      return toUser(promised(me, "me"));
    });
  }

  /** The version of the API. Needs no credential: sends one if there is one without a login. */
  async version(options?: RequestOptions): Promise<string> {
    const read = ({ value }: GraphQLAnswer): string => promisedText(value.data?.["version"], "version");
    return this.#connection.ask(VersionDocument, {}, options, read, { credential: "at hand" });
  }

  /**
   * Logs in now, or joins the login that is running. Not needed: the first call does.
   *
   * @throws {@link ConfigurationError} when the client has no user key.
   * @throws {@link AuthenticationError} `INVALID_CREDENTIALS`, `LOGIN_FAILED`.
   */
  async login(options?: RequestOptions): Promise<SessionInfo> {
    const session = this.#identity?.session;
    if (session === undefined) {
      throw new ConfigurationError("login needs a user key", { hint: "Set LC_USER_KEY_ID and LC_USER_KEY_SECRET, or give userKey." });
    }
    const { obtainedAt, expiresAt } = await this.#connection.within(options, (scope) => session.login(scope));
    return { obtainedAt, expiresAt };
  }

  /**
   * Ends the session, here and at the server. A client with a user key logs in again at its next call.
   * When the server cannot be told, the session is over here all the same, and another `logout` tells it again.
   */
  async logout(options?: RequestOptions): Promise<void> {
    const { source, session, credential } = this.#identity ?? {};
    if (source === undefined || credential?.kind === "apiKey") return;
    await this.#connection.within(options, async (scope) => {
      const over = session === undefined ? await source.atHand(scope) : await scope.race(session.end());
      if (over === undefined) return;
      const rest = { ...options, timeout: Math.max(1, Math.round(scope.remaining)) };
      try {
        await this.#connection.send(DeleteSessionDocument, {}, rest, { credential: onceOnly(over, source) });
      } catch (error) {
        // The server does not know the session any more: that is what was wanted.
        if (!(error instanceof AuthenticationError)) throw error;
      }
      session?.ended(over);
    });
  }

  /**
   * Sends an operation of your own: a document of your code generator, or text.
   *
   * @returns the data; with `allowPartial`, also when errors came beside it.
   */
  async request<TData = unknown, TVariables extends object = object>(
    document: Document<TData, TVariables>,
    variables?: NoInfer<TVariables>,
    options?: RequestOptions,
  ): Promise<TData> {
    return dataOf<TData>(await this.#connection.send(document, variables, options, { mayBePartial: true }));
  }

  /** Like `request`, with all of the answer. */
  async rawRequest<TData = unknown, TVariables extends object = object>(
    document: Document<TData, TVariables>,
    variables?: NoInfer<TVariables>,
    options?: RequestOptions,
  ): Promise<RawResponse<TData>> {
    const answer = await this.#connection.send(document, variables, options, { mayBePartial: true });
    const { response, value, attempts } = answer;
    return {
      data: dataOf<TData>(answer),
      errors: value.errors,
      status: response.status,
      headers: response.headers(),
      requestId: response.header(lumarDialect.requestIdHeader),
      attempts,
    };
  }

  /** What `request` would send. Sends nothing, and shows no secret. */
  explain<TData = unknown, TVariables extends object = object>(
    document: Document<TData, TVariables>,
    variables?: NoInfer<TVariables>,
  ): RequestExplanation {
    return this.#connection.explain(document, variables);
  }

  /**
   * A client with some options changed, each as a whole: `headers` replace the headers. It shares the session and the
   * connections, unless the change is about those; logins go the way of the client that it came from.
   */
  with(overrides: ClientOptions): Client {
    if (this.#closed) throw new ClientClosedError();
    const changes = changesOf(overrides);
    const has = (name: keyof ClientOptions): boolean => Object.hasOwn(changes, name);
    const newCredential = has("apiKey") || has("sessionToken") || has("userKey");
    const sameDoor = !newCredential && !has("endpoint") && !has("env") && !has("sessionStore");
    const sameWay = !has("fetch") && !has("proxy") && !has("ca") && !has("env");
    const shared: Inheritance = {
      env: has("env") ? undefined : this.#env,
      lines: sameWay ? this.#connection.lines : undefined,
      identity: sameDoor ? this.#identity : undefined,
    };
    return new Client(Object.assign({ ...inherited(this.#options, changes), ...changes }, { [inheritance]: shared }));
  }

  /** Ends the calls in flight and closes the connections. Every later call throws a `ClientClosedError`. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#connection.close();
      this.#identity?.release();
    }
    return Promise.resolve();
  }

  /** What `await using` calls: `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #gateway(secrets: LiveSecrets): Gateway {
    const connection = this.#connection;
    return {
      isServiceAccount: this.#identity?.credential.kind === "apiKey",
      call: <TData, TVariables extends object, T>(
        document: Document<TData, TVariables>,
        variables: TVariables,
        options: RequestOptions | undefined,
        read: (data: TData, answer: GraphQLAnswer) => T,
        plan?: CallPlan,
      ): Promise<T> => connection.ask(document, variables, options, (answer) => read(dataOf(answer), answer), plan),
      withApiKey: (apiKey) => {
        const client = this.with({ apiKey });
        return { gateway: client.#gateway(secrets), done: () => void client.close() };
      },
      handedOut: this.#identity?.handedOut ?? new Set(),
      hide: (secret) => {
        secrets.addMade(secret);
      },
    };
  }
}

/** The one place where an answer's data takes the type that the document promises. */
function dataOf<TData>(answer: GraphQLAnswer): TData {
  return answer.value.data as TData;
}

function inheritanceOf(options: ClientOptions & { [inheritance]?: Inheritance }): Inheritance | undefined {
  return options[inheritance];
}
