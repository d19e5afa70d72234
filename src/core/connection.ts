import { annotate } from "../errors/keylight-error.ts";
import { ClientClosedError, ConfigurationError, KeylightError, type TransportError, type TransportPhase } from "../errors/index.ts";
import { redactedHeaders, type RequestExplanation, curlText } from "./explain.ts";
import type { CredentialSource } from "./credentials/source.ts";
import { Lines } from "./lines.ts";
import type { LiveSecrets } from "./live-secrets.ts";
import { readCallSettings, type RequestOptions, type Settings } from "./options.ts";
import { RetryBudget } from "./transport/backoff.ts";
import { base, type ErrorDialect } from "./transport/classify.ts";
import { prepare, type AnyDocument, type PreparedDocument } from "./transport/document.ts";
import { execute, type Answer, type Call, type Road } from "./transport/execute.ts";
import { endedEarly } from "./transport/failures.ts";
import { sendOperation } from "./transport/graphql.ts";
import { CallScope, ScopeEnded } from "./transport/scope.ts";

/** What a service says of itself, and what its client was given. */
export interface ConnectionOptions {
  readonly endpoint: URL;
  readonly settings: Settings;
  readonly dialect: ErrorDialect;
  readonly secrets: LiveSecrets;
  /** Headers of the service's own; the client's go over them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly credential: CredentialSource | undefined;
  /** The error for a call that needs a credential when there is none. */
  readonly noCredential: () => ConfigurationError;
  /** Connections that are shared with another client; else new ones are made. */
  readonly lines?: Lines | undefined;
}

/** What a service's own code may ask of a call beside what callers may. */
export interface CallPlan {
  /**
   * `required`: a credential goes out, and without one the call fails. `at hand`: one goes out if there is one without
   * a login. `none`: none goes out. A source: that one.
   * @defaultValue "required"
   */
  readonly credential?: "required" | "at hand" | "none" | CredentialSource;
  /** Whether the caller's `allowPartial` counts. A method that reads the data itself would take a refusal for an absence. */
  readonly mayBePartial?: boolean;
  /** Accepts data in spite of errors beside it. */
  readonly accepts?: (data: Record<string, unknown>) => boolean;
  /** See {@link Call.ambiguous}. */
  readonly ambiguous?: (why: string, phase: TransportPhase) => TransportError;
  /** Largest answer in bytes, instead of the client's. */
  readonly maxResponseBytes?: number;
  /** Further attempts, instead of the client's. */
  readonly retryAttempts?: number;
  /** Whether nobody waits for the answer: then it keeps no process alive. */
  readonly background?: boolean;
  /** Uses the connections that are kept for logins. */
  readonly forLogin?: boolean;
}

/** Calls to one GraphQL endpoint with one credential. */
export class GraphQLConnection {
  readonly options: ConnectionOptions;
  readonly lines: Lines;
  readonly #open = new Set<CallScope>();
  readonly #road: Road;
  readonly #url: string;
  #closed = false;

  constructor(options: ConnectionOptions) {
    const { settings } = options;
    this.options = options;
    this.lines = options.lines ?? new Lines(settings.fetch);
    this.lines.retain();
    this.#url = options.endpoint.href;
    this.#road = {
      transport: () => this.lines.calls(),
      budget: new RetryBudget(),
      log: settings.log,
      retryAttempts: settings.retryAttempts,
      retryMaxDelay: settings.retryMaxDelay,
      maxResponseBytes: settings.maxResponseBytes,
    };
  }

  async send(
    document: AnyDocument,
    variables: object | undefined,
    options: RequestOptions | undefined,
    plan: CallPlan = {},
  ): Promise<Answer> {
    this.#checkOpen();
    const prepared = prepare(document);
    checkVariables(variables);
    const road: Road = {
      ...this.#road,
      ...(plan.forLogin === true ? { transport: () => this.lines.logins() } : {}),
      ...(plan.maxResponseBytes === undefined ? {} : { maxResponseBytes: plan.maxResponseBytes }),
      ...(plan.retryAttempts === undefined ? {} : { retryAttempts: plan.retryAttempts }),
    };
    return sendOperation(this.#url, prepared, variables, (body) => {
      this.#checkOpen();
      return execute(road, this.#call(prepared, variables, body, options, plan));
    });
  }

  /** Sends, and reads the answer. An error that reading it throws gets the facts of the call. */
  async ask<T>(
    document: AnyDocument,
    variables: object | undefined,
    options: RequestOptions | undefined,
    read: (answer: Answer) => T,
    plan?: CallPlan,
  ): Promise<T> {
    const answer = await this.send(document, variables, options, plan);
    try {
      return read(answer);
    } catch (error) {
      if (!(error instanceof KeylightError)) throw error;
      const { name, kind } = prepare(document);
      const { response, attempts } = answer;
      const { dialect } = this.options;
      // A write that was answered has run, however little the answer tells.
      const written = kind === "mutation";
      const hint = written ? "The write may have taken effect: look before you repeat it." : dialect.hints.badDocument;
      const facts = base(response, { ...this.options, operationName: name });
      throw annotate(error, { ...facts, attempts, hint, mayHaveExecuted: written });
    }
  }

  /** Does something of this client's inside the time and the signal of a call. */
  async within<T>(options: RequestOptions | undefined, action: (scope: CallScope) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const { timeout, signal } = readCallSettings(options, this.options.settings);
    const scope = new CallScope({ timeout, signal, open: this.#open });
    try {
      scope.check();
      return await action(scope);
    } catch (error) {
      throw error instanceof ScopeEnded ? endedEarly(error, timeout, "connect") : error;
    } finally {
      scope.dispose();
    }
  }

  /** What would be sent; sends nothing and asks nobody. */
  explain(document: AnyDocument, variables: object | undefined): RequestExplanation {
    const { kind, name, text } = prepare(document);
    checkVariables(variables);
    const { credential } = this.options;
    const headers = redactedHeaders(this.#headers(undefined), credential?.origin);
    const body = JSON.stringify({ query: text, variables: this.options.secrets.scrubJson(variables), operationName: name });
    return {
      method: "POST",
      url: this.#url,
      headers,
      body,
      operationName: name,
      kind,
      credential: credential?.origin,
      curl: curlText(this.#url, headers, credential?.origin, body),
    };
  }

  /** Ends the calls in flight and closes the connections that nobody else uses. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const scope of [...this.#open]) scope.end({ cause: "closed" });
    this.lines.release();
  }

  #call(prepared: PreparedDocument, variables: object | undefined, body: string, options: RequestOptions | undefined, plan: CallPlan): Call {
    const { settings, dialect, secrets, endpoint } = this.options;
    const { timeout, signal, headers, idempotent, allowPartial } = readCallSettings(options, settings);
    const credential = this.#credential(plan.credential ?? "required");
    return {
      request: { url: endpoint, method: "POST", headers: this.#headers(headers), body },
      facts: {
        operationName: prepared.name,
        kind: prepared.kind,
        dialect,
        secrets,
        accepts: (data) => (allowPartial && plan.mayBePartial === true) || plan.accepts?.(data) === true,
      },
      credential,
      idempotent,
      variableNames: Object.keys(variables ?? {}),
      ambiguous: plan.ambiguous,
      scope: new CallScope({ timeout, signal, open: this.#open, background: plan.background }),
    };
  }

  #credential(wanted: NonNullable<CallPlan["credential"]>): Call["credential"] {
    if (wanted === "none") return undefined;
    if (typeof wanted === "object") return { source: wanted, need: "required" };
    const source = this.options.credential;
    if (source !== undefined) return { source, need: wanted };
    if (wanted === "required") throw this.options.noCredential();
    return undefined;
  }

  #headers(own: Readonly<Record<string, string>> | undefined): Record<string, string> {
    return {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...this.options.headers,
      ...this.options.settings.headers,
      ...own,
    };
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClientClosedError();
  }
}

function checkVariables(variables: object | undefined): void {
  if (variables === undefined) return;
  if (typeof variables !== "object" || variables === null || Array.isArray(variables)) {
    throw new ConfigurationError("variables must be an object");
  }
}
