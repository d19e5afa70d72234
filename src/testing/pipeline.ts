import { answerWith, type Answer, type FaultQueue } from "./faults.ts";
import { toResponse } from "./response.ts";
import { sleep } from "./sleep.ts";

/** One request that a fake has received, as it was: nothing is redacted. */
export interface RecordedRequest {
  /** The operation's name, from the request or else from its document; undefined if there is none or it cannot be read. */
  readonly operationName: string | undefined;
  /** The headers, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The operation's variables; empty if there are none. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The HTTP status that was answered; 0 for a dropped connection and while there is no answer yet. */
  readonly status: number;
  /** When the request arrived by the fake's clock, in ms since 1970. */
  readonly at: number;
}

/** A request that was read, but not yet acted on. */
export interface ReadCall {
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  execute(): Promise<Answer>;
}

/** The parts that make a fake's `handle`. */
export interface Pipeline {
  readonly now: () => number;
  readonly faults: FaultQueue;
  /** Every request is added to it. */
  readonly requests: RecordedRequest[];
  /** The service's answer to a bad credential. */
  readonly unauthorized: Answer;
  read(request: Request): Promise<ReadCall>;
}

/** The way of every request through a fake: read, record, fail as told, execute, answer. */
export function createHandle(pipeline: Pipeline): (request: Request) => Promise<Response> {
  return async (request) => {
    const at = pipeline.now();
    const call = await pipeline.read(request);
    const { operationName, variables } = call;
    const record = { operationName, headers: Object.fromEntries(request.headers), variables, status: 0, at };
    pipeline.requests.push(record);
    const fault = pipeline.faults.take(operationName);
    if (fault === undefined) {
      const answer = await call.execute();
      record.status = answer.status;
      return toResponse(dated(answer, pipeline.now()), fault, request.signal);
    }
    if (fault.delay !== undefined) await sleep(fault.delay, request.signal);
    if (fault.drop === "before" || request.signal.aborted) return Response.error();
    const execute = (): Promise<Answer> => call.execute();
    if (fault.drop === "after") {
      await execute();
      return Response.error();
    }
    const answer = await answerWith(fault, execute, pipeline.unauthorized);
    if (fault.drop !== "body") record.status = answer.status;
    return toResponse(dated(answer, pipeline.now()), fault, request.signal);
  };
}

/** By the fake's clock, so that a client can tell its own clock from the server's. */
function dated(answer: Answer, now: number): Answer {
  return { ...answer, headers: { date: new Date(now).toUTCString(), ...answer.headers } };
}
