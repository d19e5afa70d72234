import { onTestFinished } from "vitest";
import type { CredentialSource } from "../../../src/core/credentials/source.ts";
import { createLog } from "../../../src/core/log.ts";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { RetryBudget } from "../../../src/core/transport/backoff.ts";
import { classify, type Envelope, type GraphQLFacts } from "../../../src/core/transport/classify.ts";
import type { ErrorDialect } from "../../../src/core/transport/outcome.ts";
import type { Call, Road } from "../../../src/core/transport/execute.ts";
import { fetchTransport } from "../../../src/core/transport/fetch.ts";
import { nodeTransport } from "../../../src/core/transport/node-http.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import type { Exchange, Transport, WireResponse } from "../../../src/core/transport/wire.ts";
import { transportName } from "../../support/transport.ts";

/** A transport as this run has it, closed after the test. */
export async function open(): Promise<Transport> {
  const transport = transportName === "fetch" ? fetchTransport(globalThis.fetch) : await nodeTransport();
  if (transport === undefined) throw new Error("there is no node:http here");
  onTestFinished(() => { transport.close(); });
  return transport;
}

export const dialect: ErrorDialect = {
  codes: new Map([
    ["UNAUTHENTICATED", "unauthenticated"],
    ["INCORRECT_USER_KEY_ID_OR_SECRET", "login-refused"],
    ["UNAUTHORIZED", "forbidden"],
    ["INSUFFICIENT_PERMISSIONS", "forbidden"],
    ["FORBIDDEN", "forbidden"],
    ["ENTITY_NOT_FOUND", "not-found"],
    ["BAD_USER_INPUT", "bad-input"],
    ["GRAPHQL_VALIDATION_FAILED", "bad-document"],
    ["4001", "not-found"],
  ]),
  notFoundText: /not found\.?$/i,
  requestIdHeader: "x-request-id",
  hints: { forbidden: "be an Admin", badDocument: "check the document", format: "check the endpoint" },
};

export function factsOf(overrides: Partial<GraphQLFacts> = {}): GraphQLFacts {
  return { operationName: "Op", kind: "query", dialect, secrets: new LiveSecrets(), accepts: () => false, ...overrides };
}

/** An answer as a transport gives it. */
export function answerOf(status: number, body: unknown, headers: Record<string, string> = {}): WireResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all = new Headers({ "content-type": "application/json", ...headers });
  return { status, header: (name) => all.get(name) ?? undefined, headers: () => all, body: text, byteLength: Buffer.byteLength(text) };
}

export interface SendOptions {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly maxResponseBytes?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

export function exchangeOf({ timeout = 10_000, signal, maxResponseBytes = 1_000_000 }: SendOptions = {}): Exchange {
  const scope = new CallScope({ timeout, signal });
  onTestFinished(() => { scope.dispose(); });
  return { scope, maxResponseBytes, phase: "connect" };
}

/** Sends one request; gives what came, or what was thrown, and the phase that it came to. */
export async function exchangeWith(transport: Transport, url: URL, options: SendOptions = {}): Promise<{ response?: WireResponse; error?: unknown; exchange: Exchange }> {
  const exchange = exchangeOf(options);
  const { body = '{"query":"{ me }"}', headers = {} } = options;
  try {
    const response = await transport.send({ url, method: "POST", headers: { "content-type": "application/json", ...headers }, body }, exchange);
    return { response, exchange };
  } catch (error) {
    return { error, exchange };
  }
}

export function roadOf(transport: Transport, overrides: Partial<Road> = {}): Road {
  return {
    transport: () => transport,
    budget: new RetryBudget(),
    log: createLog(undefined, "off", "logLevel"),
    retryAttempts: 2,
    retryMaxDelay: 20,
    maxResponseBytes: 1_000_000,
    ...overrides,
  };
}

export type CallOverrides = Partial<Omit<Call<Envelope>, "facts" | "scope">> & {
  readonly facts?: Partial<GraphQLFacts>;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly open?: Set<CallScope>;
};

export function callOf(url: URL, { facts = {}, timeout = 10_000, signal, open, ...overrides }: CallOverrides = {}): Call<Envelope> {
  const known = factsOf(facts);
  return {
    request: { url, method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ me }"}' },
    facts: known,
    classify: (response) => classify(response, known),
    credential: undefined,
    idempotent: false,
    variableNames: [],
    scope: new CallScope({ timeout, signal, ...(open === undefined ? {} : { open }) }),
    ...overrides,
  };
}

/** A source of the given credentials, one after the other; then it refuses. */
export function sourceOf(...values: string[]): CredentialSource {
  const at = (index: number) => ({ header: "x-api-key", value: values[index] ?? "", generation: index, adopted: true });
  return {
    origin: { kind: "apiKey", source: "option apiKey", header: "x-api-key", variable: "LC_API_KEY" },
    current: () => at(0),
    atHand: () => Promise.resolve(at(0)),
    renew: (rejected) => (rejected.generation + 1 < values.length ? Promise.resolve(at(rejected.generation + 1)) : Promise.reject(new Error("no more"))),
    accepted: () => undefined,
  };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was fulfilled");
}
