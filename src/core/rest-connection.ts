import { ConfigurationError } from "../errors/index.ts";
import { Connection, type CallPlan } from "./connection.ts";
import { jsonOf } from "./json-body.ts";
import type { LiveSecrets } from "./live-secrets.ts";
import { readCallSettings, type RequestOptions } from "./options.ts";
import type { Answer } from "./transport/execute.ts";
import { addressBelow, classifyRest, type QueryParameters, type RestDialect, type RestFacts } from "./transport/rest.ts";

/** One REST call. */
export interface RestRequest {
  /** Upper-case. */
  readonly method: string;
  /** Below the service's root. */
  readonly path: string;
  readonly query?: QueryParameters | undefined;
  /** Sent as JSON; undefined sends no body. */
  readonly body?: unknown;
  /** What the call is named in errors and diagnostics; by default method and path, without the query. */
  readonly operationName?: string | undefined;
  /** Whether it only reads, where the method does not tell. By default GET reads, and all others may write. */
  readonly reads?: boolean | undefined;
}

/** The answer to a REST call: its JSON, undefined where there was none. */
export type RestAnswer = Answer<unknown>;

const headersAlone = { accept: "application/json" };
const headersOfBody = { ...headersAlone, "content-type": "application/json" };

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/** REST calls below one root with one credential. */
export class RestConnection extends Connection<RestDialect> {
  async send(rest: RestRequest, options: RequestOptions | undefined, plan: CallPlan = {}): Promise<RestAnswer> {
    this.checkOpen();
    const { endpoint, dialect, secrets } = this.options;
    const settings = readCallSettings(options, this.options.settings);
    const { method, body } = rest;
    if (!methods.has(method)) throw new ConfigurationError(`the method must be one of ${[...methods].join(", ")}`);
    const url = addressBelow(endpoint, rest.path, rest.query);
    const headers = this.headers(body === undefined ? headersAlone : headersOfBody, settings.headers);
    const request = { url, method, headers, ...(body === undefined ? {} : { body: jsonOf(body, "body") }) };
    const facts: RestFacts = { ...factsOf(rest, secrets), dialect, secrets };
    const variableNames = typeof body === "object" && body !== null ? Object.keys(body) : [];
    return this.run({ request, facts, variableNames, classify: (response) => classifyRest(response, facts) }, settings, plan);
  }

  /** Sends, and reads the answer. An error that reading it throws gets the facts of the call. */
  async ask<T>(rest: RestRequest, options: RequestOptions | undefined, read: (answer: RestAnswer) => T, plan?: CallPlan): Promise<T> {
    const answer = await this.send(rest, options, plan);
    return this.read(answer, factsOf(rest, this.options.secrets), read, this.options.dialect.hints.format);
  }
}

function factsOf({ method, path, operationName, reads }: RestRequest, secrets: LiveSecrets): Pick<RestFacts, "operationName" | "kind"> {
  const query = reads ?? (method === "GET");
  return { operationName: operationName ?? secrets.scrub(`${method} ${path.replace(/\?.*$/s, "")}`), kind: query ? "query" : "mutation" };
}
