import type { Answer } from "./answer.ts";
import { answerWith, type FaultQueue } from "./faults.ts";
import { bodyOf, receive, type Received } from "./received.ts";
import { toResponse } from "./response.ts";
import { sleep } from "./sleep.ts";

/** One request that a fake has received, as it was: nothing is redacted. */
export interface RecordedRequest {
  /**
   * The operation's name: of a GraphQL operation from the request or else from its document, of a REST operation as the fake
   * calls it; undefined if there is none or it cannot be read.
   */
  readonly operationName: string | undefined;
  /** The HTTP method. */
  readonly method: string;
  /** The whole URL. */
  readonly url: string;
  /** The URL's path, without its query. */
  readonly path: string;
  /** The headers, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The GraphQL operation's variables; empty if there are none. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The body: JSON as its value, a form as an object of its texts, anything else as text; undefined if it is empty. */
  readonly body: unknown;
  /** The HTTP status that was answered; 0 for a dropped connection and while there is no answer yet. */
  readonly status: number;
  /** Whether a fault dropped the connection, or the client left while a fault kept it waiting. */
  readonly dropped: boolean;
  /** When the request arrived by the fake's clock, in ms since 1970. */
  readonly at: number;
}

/** A request that was read, but not yet acted on. */
export interface ReadCall {
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  execute(): Promise<Answer>;
}

/** What a fake service consists of. */
export interface Service {
  readonly now: () => number;
  /** The service's answer to a bad credential on this request. */
  unauthorized(received: Received): Answer;
  /** Understands a request without acting on it, because a fault may come in between. */
  read(received: Received): Promise<ReadCall> | ReadCall;
}

/** The way of every request through a fake: read, record in `requests`, fail as told, execute, answer. */
export function createHandle(service: Service, faults: FaultQueue, requests: RecordedRequest[]): (request: Request) => Promise<Response> {
  return async (request) => {
    const at = service.now();
    const received = await receive(request);
    const call = await service.read(received);
    const record = recordOf(received, call, at);
    requests.push(record);
    const fault = faults.take(record);
    if (fault === undefined) {
      const answer = await call.execute();
      record.status = answer.status;
      return toResponse(dated(answer, service.now()), fault, request.signal);
    }
    if (fault.delay !== undefined) await sleep(fault.delay, request.signal);
    record.dropped = fault.drop !== undefined || request.signal.aborted;
    if (fault.drop === "before" || request.signal.aborted) return Response.error();
    const execute = (): Promise<Answer> => call.execute();
    if (fault.drop === "after") {
      await execute();
      return Response.error();
    }
    const answer = await answerWith(fault, execute, service.unauthorized(received));
    if (fault.drop !== "body") record.status = answer.status;
    return toResponse(dated(answer, service.now()), fault, request.signal);
  };
}

function recordOf(received: Received, { operationName, variables }: ReadCall, at: number): RecordedRequest & { status: number; dropped: boolean } {
  const { method, url, headers } = received;
  const where = { method, url: url.href, path: url.pathname };
  return { operationName, ...where, headers: Object.fromEntries(headers), variables, body: bodyOf(received), status: 0, dropped: false, at };
}

/** By the fake's clock, so that a client can tell its own clock from the server's. */
function dated(answer: Answer, now: number): Answer {
  return { ...answer, headers: { date: new Date(now).toUTCString(), ...answer.headers } };
}
