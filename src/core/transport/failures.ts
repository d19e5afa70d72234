import { ClientClosedError, GraphQLRequestError, KeylightError, ResponseFormatError, TimeoutError, TransportError } from "../../errors/index.ts";
import type { CallFacts, Outcome } from "./outcome.ts";
import type { ScopeEnded } from "./scope.ts";
import type { Exchange, WireError } from "./wire.ts";

/** Proof that no byte of the request reached the server: it failed, with a system's code, before the connection stood. */
export function neverLeft(error: WireError, exchange: Exchange): boolean {
  return error.code !== undefined && (exchange.phase === "connect" || exchange.phase === "tls");
}

/** A proxy that says no, and would say so again. Its other failures may pass. */
const refusedByProxy = /^PROXY_4(?!08|29)/;

/** What the lack of an answer means for the call. */
export function unanswered(error: WireError, exchange: Exchange, ran: boolean, facts: CallFacts): Outcome<never> {
  const { phase } = exchange;
  const details = { operationName: facts.operationName, status: error.status, mayHaveExecuted: ran };
  const contentType = error.contentType === undefined ? undefined : facts.secrets.scrub(error.contentType).slice(0, 100);
  if (error.kind !== "network") {
    const message = error.kind === "too-large" ? "the answer is larger than maxResponseBytes allows" : "the answer's compression is broken";
    return { kind: "fail", error: new ResponseFormatError(message, contentType, error.byteLength, details) };
  }
  const cause = { name: "Error", ...(error.code === undefined ? {} : { code: error.code }), ...(error.syscall === undefined ? {} : { syscall: error.syscall }) };
  const what = phase === "connect" || phase === "tls" ? "no connection to the server" : "the connection broke before the answer was whole";
  const part = error.status === undefined ? "" : `; it had begun with ${error.status} and ${error.byteLength} bytes ${contentType === undefined ? "without a content type" : `of type ${contentType}`}`;
  const message = `${what} (${error.code ?? "network error"}, phase ${phase})${part}`;
  if (refusedByProxy.test(error.code ?? "")) {
    return { kind: "fail", error: new TransportError(message, phase, { ...details, cause, hint: "The proxy refused. Check the option proxy, or HTTPS_PROXY, and the user name and password in it." }) };
  }
  return { kind: "retry", ran, error: new TransportError(message, phase, { ...details, retryable: true, cause }) };
}

/** What the caller gets when a call's time is over, its client closed, or its signal aborted. */
export function endedEarly({ end }: ScopeEnded, timeout: number, phase: Exchange["phase"]): unknown {
  if (end.cause === "aborted") return end.reason;
  if (end.cause === "closed") return new ClientClosedError();
  return new TimeoutError(`no answer within ${timeout} ms`, phase);
}

/** Whether a failed write may have run unseen: nothing readable came, or the server itself broke down. */
export function leavesDoubt(error: unknown): boolean {
  if (!(error instanceof KeylightError)) return true;
  // Nothing can be looked up through a closed client, so the plain truth is of more use: it may have run.
  if (error instanceof ClientClosedError) return false;
  return !(error instanceof GraphQLRequestError) || (error.status ?? 0) >= 500;
}
