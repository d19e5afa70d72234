import { ConfigurationError } from "../errors/index.ts";
import { Connection, type CallPlan } from "./connection.ts";
import { curlText, redactedHeaders, type RequestExplanation } from "./explain.ts";
import { jsonOf } from "./json-body.ts";
import { readCallSettings, type RequestOptions } from "./options.ts";
import { classify, type Envelope, type GraphQLFacts } from "./transport/classify.ts";
import { prepare, type AnyDocument } from "./transport/document.ts";
import type { Answer } from "./transport/execute.ts";
import type { encode } from "./transport/graphql.ts";

/** The answer to an operation. */
export type GraphQLAnswer = Answer<Envelope>;

const headersOfKind = { accept: "application/graphql-response+json, application/json", "content-type": "application/json" };

/** Operations on one GraphQL endpoint with one credential. */
export class GraphQLConnection extends Connection {
  /** Loaded at the first call, so that importing costs nothing. */
  #encode: typeof encode | undefined;

  async send(
    document: AnyDocument,
    variables: object | undefined,
    options: RequestOptions | undefined,
    plan: CallPlan = {},
  ): Promise<GraphQLAnswer> {
    this.checkOpen();
    const prepared = prepare(document);
    checkVariables(variables);
    const written = variables === undefined ? undefined : jsonOf(variables, "variables");
    const variableNames = Object.keys(variables ?? {});
    const settings = readCallSettings(options, this.options.settings);
    // All that the caller gave has been read by now, and is the caller's to change.
    this.#encode ??= (await import("./transport/graphql.ts")).encode;
    const body = this.#encode(prepared, written);
    const { name, kind } = prepared;
    const { endpoint: url, dialect, secrets } = this.options;
    const partial = settings.allowPartial && plan.mayBePartial === true;
    const accepts = (data: Record<string, unknown>): boolean => partial || plan.accepts?.(data) === true;
    const facts: GraphQLFacts = { operationName: name, kind, dialect, secrets, accepts };
    const request = { url, method: "POST", headers: this.headers(headersOfKind, settings.headers), body };
    return this.run({ request, facts, variableNames, classify: (response) => classify(response, facts) }, settings, plan);
  }

  /** Sends, and reads the answer. An error that reading it throws gets the facts of the call. */
  async ask<T>(
    document: AnyDocument,
    variables: object | undefined,
    options: RequestOptions | undefined,
    read: (answer: GraphQLAnswer) => T,
    plan?: CallPlan,
  ): Promise<T> {
    const answer = await this.send(document, variables, options, plan);
    const { name, kind } = prepare(document);
    return this.read(answer, { operationName: name, kind }, read, this.options.dialect.hints.badDocument);
  }

  /** What would be sent; sends nothing and asks nobody. */
  explain(document: AnyDocument, variables: object | undefined): RequestExplanation {
    const { kind, name, text } = prepare(document);
    checkVariables(variables);
    const { credential, endpoint, secrets } = this.options;
    const url = endpoint.href;
    const headers = redactedHeaders(this.headers(headersOfKind, undefined), credential?.origin);
    const body = JSON.stringify({ query: text, variables: secrets.scrubJson(variables), operationName: name });
    const curl = curlText(url, headers, credential?.origin, body);
    return { method: "POST", url, headers, body, operationName: name, kind, credential: credential?.origin, curl };
  }
}

function checkVariables(variables: object | undefined): void {
  if (variables === undefined) return;
  if (typeof variables !== "object" || variables === null || Array.isArray(variables)) {
    throw new ConfigurationError("variables must be an object");
  }
}
