import { annotate } from "../errors/keylight-error.ts";
import { ClientClosedError, KeylightError, type ConfigurationError, type TransportError, type TransportPhase } from "../errors/index.ts";
import type { CredentialSource } from "./credentials/source.ts";
import { Lines } from "./lines.ts";
import type { LiveSecrets } from "./live-secrets.ts";
import { readCallSettings, type CallSettings, type RequestOptions, type Settings } from "./options.ts";
import { RetryBudget } from "./transport/backoff.ts";
import { execute, type Answer, type Call, type Road } from "./transport/execute.ts";
import { endedEarly } from "./transport/failures.ts";
import { base, type ErrorDialect } from "./transport/outcome.ts";
import { CallScope, ScopeEnded } from "./transport/scope.ts";

/** What a service says of itself, and what its client was given. */
export interface ConnectionOptions<D extends ErrorDialect = ErrorDialect> {
  /** Where requests go, or what their addresses lie below. */
  readonly endpoint: URL;
  readonly settings: Settings;
  readonly dialect: D;
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

/** What the kinds of connections say of a call, beside what its options and its plan say. */
export type Prepared<T> = Pick<Call<T>, "request" | "facts" | "classify" | "variableNames">;

/** Calls to one service with one credential: what GraphQL and REST have in common. */
export class Connection<D extends ErrorDialect = ErrorDialect> {
  readonly options: ConnectionOptions<D>;
  readonly lines: Lines;
  readonly #open = new Set<CallScope>();
  readonly #road: Road;
  /** Owner: this connection. Key: the headers of a kind of request, which are constants. They do not change. */
  readonly #headers = new Map<object, Readonly<Record<string, string>>>();
  #closed = false;

  constructor(options: ConnectionOptions<D>) {
    const { settings } = options;
    this.options = options;
    this.lines = options.lines ?? new Lines(settings);
    this.lines.retain();
    this.#road = {
      transport: () => this.lines.calls(),
      budget: new RetryBudget(),
      log: settings.log,
      retryAttempts: settings.retryAttempts,
      retryMaxDelay: settings.retryMaxDelay,
      maxResponseBytes: settings.maxResponseBytes,
    };
  }

  /** Does something of this client's inside the time and the signal of a call. */
  async within<T>(options: RequestOptions | undefined, action: (scope: CallScope) => Promise<T>): Promise<T> {
    this.checkOpen();
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

  /** Ends the calls in flight and closes the connections that nobody else uses. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const scope of [...this.#open]) scope.end({ cause: "closed" });
    this.lines.release();
  }

  protected checkOpen(): void {
    if (this.#closed) throw new ClientClosedError();
  }

  /** Sends a prepared call on its way. */
  protected run<T>(prepared: Prepared<T>, settings: CallSettings, plan: CallPlan): Promise<Answer<T>> {
    this.checkOpen();
    const credential = this.#credential(plan.credential ?? "required");
    const { timeout, signal, idempotent } = settings;
    const { request, facts, classify, variableNames } = prepared;
    return execute(this.#roadFor(plan), {
      request,
      facts,
      classify,
      variableNames,
      credential,
      idempotent,
      ambiguous: plan.ambiguous,
      scope: new CallScope({ timeout, signal, open: this.#open, background: plan.background }),
    });
  }

  #roadFor(plan: CallPlan): Road {
    const { forLogin, maxResponseBytes, retryAttempts } = plan;
    if (forLogin === undefined && maxResponseBytes === undefined && retryAttempts === undefined) return this.#road;
    return {
      ...this.#road,
      ...(forLogin === true ? { transport: () => this.lines.logins() } : {}),
      ...(maxResponseBytes === undefined ? {} : { maxResponseBytes }),
      ...(retryAttempts === undefined ? {} : { retryAttempts }),
    };
  }

  /** Reads an answer. An error that reading it throws gets the facts of the call. */
  protected read<A, T>(answer: Answer<A>, facts: Pick<Call<A>["facts"], "operationName" | "kind">, read: (answer: Answer<A>) => T, hint: string | undefined): T {
    try {
      return read(answer);
    } catch (error) {
      if (!(error instanceof KeylightError)) throw error;
      const { response, attempts } = answer;
      // A write that was answered has run, however little the answer tells.
      const written = facts.kind === "mutation";
      const known = base(response, { ...this.options, operationName: facts.operationName });
      const next = written ? "The write may have taken effect: look before you repeat it." : hint;
      throw annotate(error, { ...known, attempts, hint: next, mayHaveExecuted: written });
    }
  }

  /** All headers but the credential's. */
  protected headers(kind: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
    let usual = this.#headers.get(kind);
    if (usual === undefined) {
      usual = { ...kind, ...this.options.headers, ...this.options.settings.headers };
      this.#headers.set(kind, usual);
    }
    return own === undefined ? usual : { ...usual, ...own };
  }

  #credential(wanted: NonNullable<CallPlan["credential"]>): Call<unknown>["credential"] {
    if (wanted === "none") return undefined;
    if (typeof wanted === "object") return { source: wanted, need: "required" };
    const source = this.options.credential;
    if (source !== undefined) return { source, need: wanted };
    if (wanted === "required") throw this.options.noCredential();
    return undefined;
  }
}
