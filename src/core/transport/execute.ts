import {
  AuthenticationError,
  ClientClosedError,
  KeylightError,
  TransportError,
  type Attempt,
  type TransportPhase,
} from "../../errors/index.ts";
import { annotate } from "../../errors/keylight-error.ts";
import { headerValue, type Authorization, type CredentialSource } from "../credentials/source.ts";
import { tracedRequest, type RequestEvent } from "../diagnostics.ts";
import type { Log } from "../log.ts";
import { fullJitter, longestRetryAfter, type RetryBudget } from "./backoff.ts";
import { endedEarly, leavesDoubt, neverLeft, unanswered } from "./failures.ts";
import { base, type CallFacts, type Outcome } from "./outcome.ts";
import { ScopeEnded, type CallScope } from "./scope.ts";
import { WireError, type Exchange, type Transport, type WireRequest, type WireResponse } from "./wire.ts";

/** What all calls of a client share on their way. */
export interface Road {
  readonly transport: () => Transport | Promise<Transport>;
  readonly budget: RetryBudget;
  readonly log: Log;
  /** Further attempts after the first. */
  readonly retryAttempts: number;
  /** Longest wait between attempts, in milliseconds. */
  readonly retryMaxDelay: number;
  readonly maxResponseBytes: number;
}

/** One call, encoded and ready to go. */
export interface Call<T> {
  readonly request: WireRequest;
  readonly facts: CallFacts;
  /** Reads an answer: what it means for the call. */
  readonly classify: (response: WireResponse) => Outcome<T>;
  readonly scope: CallScope;
  /** `required`: an own credential goes out. `at hand`: only one that needs no login. */
  readonly credential: { readonly source: CredentialSource; readonly need: "required" | "at hand" } | undefined;
  /** Whether the caller says that a second run does no harm. */
  readonly idempotent: boolean;
  readonly variableNames: readonly string[];
  /** Makes the error for a write whose outcome is unknown; without it, the failure itself is thrown. */
  readonly ambiguous?: ((why: string, phase: TransportPhase) => TransportError) | undefined;
}

export interface Answer<T> {
  readonly value: T;
  readonly response: WireResponse;
  readonly attempts: readonly Attempt[];
}

/** An attempt whose outcome has not come. */
interface Running {
  readonly started: number;
  readonly waitedMs: number;
}

/** Where a call stands; told to whoever waits when it ends early. */
interface Progress {
  readonly attempts: Attempt[];
  running?: Running | undefined;
  exchange: Exchange | undefined;
  /** Whether a write is out now whose answer has not come. */
  outstanding: boolean;
  /** Whether a write of an earlier attempt may have run. */
  mayHaveRun: boolean;
  /** What subscribers are told. */
  readonly event: RequestEvent | undefined;
}

const retryBase = 200;

/** The way of one call: authorize, send, read, classify; then return, renew once, wait and send again, or throw. */
export async function execute<T>(road: Road, call: Call<T>): Promise<Answer<T>> {
  const { operationName, kind, secrets } = call.facts;
  const { origin, pathname } = call.request.url;
  return tracedRequest(
    () => ({ operationName, kind, url: secrets.scrub(origin + pathname), attempt: 0, durationMs: 0 }),
    async (event) => {
      const progress: Progress = { attempts: [], exchange: undefined, outstanding: false, mayHaveRun: false, event };
      try {
        return await drive(road, call, progress);
      } catch (error) {
        throw finalError(error, call, progress);
      } finally {
        call.scope.dispose();
      }
    },
  );
}

async function drive<T>(road: Road, call: Call<T>, progress: Progress): Promise<Answer<T>> {
  const { scope, credential, facts } = call;
  scope.check();
  let authorization = await authorize(call);
  let renewals = 0;
  let retries = 0;
  let waitedMs = 0;
  for (;;) {
    const running = { started: performance.now(), waitedMs };
    progress.running = running;
    const { outcome, response } = await attempt(road, call, authorization, progress);
    const error = outcome.kind === "ok" ? undefined : outcome.error;
    progress.attempts.push(recorded(response, error, running));
    progress.running = undefined;
    tell(progress, response, facts);
    road.log.debug("answered", { operation: facts.operationName, status: response?.status, outcome: outcome.kind });
    waitedMs = 0;
    if (outcome.kind === "ok" && response !== undefined) {
      if (authorization !== undefined) credential?.source.accepted(authorization);
      road.budget.earn();
      return { value: outcome.value, response, attempts: progress.attempts };
    }
    if (outcome.kind === "rejected") {
      authorization = await renewal(call, authorization, renewals, outcome.error);
      renewals += 1;
    } else if (outcome.kind === "retry") {
      waitedMs = await delayed(road, call, outcome, retries);
      retries += 1;
    } else if (outcome.kind === "fail") {
      throw outcome.error;
    }
  }
}

function authorize(call: Call<unknown>): Authorization | undefined | Promise<Authorization | undefined> {
  const { credential, scope } = call;
  if (credential === undefined) return undefined;
  return credential.need === "required" ? credential.source.current(scope) : credential.source.atHand(scope);
}

async function renewal(
  call: Call<unknown>,
  rejected: Authorization | undefined,
  renewals: number,
  error: KeylightError,
): Promise<Authorization> {
  const source = call.credential?.source;
  if (rejected === undefined || source === undefined) throw error;
  const facts = { status: error.status, requestId: error.requestId, serviceCode: error.serviceCode };
  try {
    return await source.renew(rejected, call.scope, renewals);
  } catch (failure) {
    throw failure instanceof AuthenticationError ? annotate(failure, facts) : failure;
  }
}

async function attempt<T>(
  road: Road,
  call: Call<T>,
  authorization: Authorization | undefined,
  progress: Progress,
): Promise<{ outcome: Outcome<T>; response?: WireResponse }> {
  const { facts, scope } = call;
  const exchange: Exchange = { scope, maxResponseBytes: road.maxResponseBytes, phase: "connect" };
  const request = authorization === undefined ? call.request : authorized(call.request, authorization);
  const ready = road.transport();
  const transport = ready instanceof Promise ? await scope.race(ready) : ready;
  progress.exchange = exchange;
  progress.outstanding = facts.kind === "mutation";
  try {
    const response = await transport.send(request, exchange);
    const outcome = call.classify(response);
    progress.outstanding = false;
    progress.mayHaveRun ||= outcome.kind !== "ok" && outcome.error.mayHaveExecuted;
    return { outcome, response };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const ran = facts.kind === "mutation" && !neverLeft(error, exchange);
    progress.outstanding = false;
    progress.mayHaveRun ||= ran;
    return { outcome: unanswered(error, exchange, ran, facts) };
  }
}

/** Owner: this module. Keys: the headers of a client's calls, and the credential they go out with. Both never change; both may go at any time. */
const authorizedHeaders = new WeakMap<object, WeakMap<Authorization, Readonly<Record<string, string>>>>();

function authorized(request: WireRequest, authorization: Authorization): WireRequest {
  let known = authorizedHeaders.get(request.headers);
  if (known === undefined) authorizedHeaders.set(request.headers, (known = new WeakMap()));
  let headers = known.get(authorization);
  if (headers === undefined) known.set(authorization, (headers = { ...request.headers, [authorization.header]: headerValue(authorization) }));
  const { url, method, body } = request;
  return body === undefined ? { url, method, headers } : { url, method, headers, body };
}

/** Sleeps before the next attempt and says how long; throws the outcome's error where there is to be none. */
async function delayed(road: Road, call: Call<unknown>, outcome: Outcome<unknown> & { kind: "retry" }, retries: number): Promise<number> {
  const { error } = outcome;
  if (retries >= road.retryAttempts || (outcome.ran && !call.idempotent)) throw error;
  const asked = error.retryAfterMs;
  const delay = asked ?? fullJitter(retries, retryBase, road.retryMaxDelay);
  if (delay > longestRetryAfter || delay >= call.scope.remaining || !road.budget.take()) throw error;
  road.log.info("retry", { operation: call.facts.operationName, code: error.code, status: error.status, delayMs: Math.round(delay) });
  await call.scope.sleep(delay);
  return delay;
}

function recorded(response: WireResponse | undefined, error: KeylightError | undefined, { started, waitedMs }: Running): Attempt {
  const times = { durationMs: Math.round(performance.now() - started), waitedMs: Math.round(waitedMs) };
  if (error === undefined && response !== undefined) return { status: response.status, ...times };
  const code = error?.cause?.code ?? error?.code;
  return { ...(response === undefined ? {} : { status: response.status }), ...(code === undefined ? {} : { code }), ...times };
}

function tell({ event, attempts }: Progress, response: WireResponse | undefined, facts: CallFacts): void {
  if (event === undefined) return;
  event.attempt = attempts.length;
  if (response === undefined) return;
  const { status, requestId } = base(response, facts);
  event.status = status;
  if (requestId !== undefined) event.requestId = requestId;
}

/** The error as the caller gets it: a scope's end is put into the caller's terms, and the call's facts are added. */
function finalError(thrown: unknown, call: Call<unknown>, progress: Progress): unknown {
  const { attempts, exchange } = progress;
  const phase = exchange?.phase ?? "connect";
  if (progress.outstanding && phase !== "connect" && phase !== "tls") progress.mayHaveRun = true;
  const facts = {
    operationName: call.facts.operationName,
    variableNames: call.variableNames,
    attempts,
    mayHaveExecuted: progress.mayHaveRun,
  };
  const error = thrown instanceof ScopeEnded ? endedEarly(thrown, call.scope.timeout, phase) : thrown;
  // The attempt that was cut off is one of the call's attempts too.
  if (progress.running !== undefined) {
    attempts.push(recorded(undefined, error instanceof KeylightError ? error : undefined, progress.running));
    tell(progress, undefined, call.facts);
  }
  if (call.ambiguous !== undefined && progress.mayHaveRun && leavesDoubt(error)) {
    return annotate(call.ambiguous(error instanceof KeylightError ? error.message : "the call was aborted", phase), facts);
  }
  if (error instanceof ClientClosedError && progress.mayHaveRun) {
    return new ClientClosedError({ ...facts, hint: "The write may have run: look with a new client before you repeat it." });
  }
  return error instanceof KeylightError ? annotate(error, facts) : error;
}
