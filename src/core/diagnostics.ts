import { tracingChannel, type TracingChannel } from "node:diagnostics_channel";

/**
 * What subscribers of the tracing channel `keylight:request` get: one event object for each call, the same in `start`,
 * `end`, `asyncStart`, `asyncEnd` and `error`. Filled in as far as the call has come. No credential, header value,
 * variable or body is ever in it.
 */
export interface RequestEvent {
  readonly operationName: string | undefined;
  readonly kind: "query" | "mutation";
  /** Where the call goes: origin and path. */
  readonly url: string;
  /** How many requests went out. */
  attempt: number;
  /** HTTP status of the last answer. */
  status?: number;
  /** Time of the whole call so far, in milliseconds. */
  durationMs: number;
  /** The server's own id of the last request. */
  requestId?: string;
  /** In `error` and after: what the caller gets. */
  error?: unknown;
}

/** What subscribers of the tracing channel `keylight:login` get: one event object for each login request. */
export interface LoginEvent {
  /** Counts the requests of one login. */
  readonly attempt: number;
  /** HTTP status of a login that failed. */
  status?: number;
  durationMs: number;
  requestId?: string;
  /** In `error` and after. */
  error?: unknown;
}

type Traced<E> = <T>(begin: () => E, action: (event: E | undefined) => Promise<T>) => Promise<T>;

/** Runs an action so that subscribers see it start, end and fail. Without subscribers it costs one comparison. */
function tracer<E extends RequestEvent | LoginEvent>(channel: TracingChannel<unknown, E>): Traced<E> {
  const traced: Traced<E> = async (begin, action) => {
    const event = begin();
    const started = performance.now();
    // What the action resolves with stays here: a channel would publish it.
    const results: Awaited<ReturnType<typeof action>>[] = [];
    await channel.tracePromise(async () => {
      try {
        results.push(await action(event));
      } finally {
        event.durationMs = Math.round(performance.now() - started);
      }
    }, event);
    const [result] = results;
    if (results.length === 0) throw new TypeError("a traced action ended without a result");
    return result as Awaited<ReturnType<typeof action>>;
  };
  return (begin, action) => (channel.hasSubscribers ? traced(begin, action) : action(undefined));
}

export const tracedRequest: Traced<RequestEvent> = tracer(tracingChannel<unknown, RequestEvent>("keylight:request"));

export const tracedLogin: Traced<LoginEvent> = tracer(tracingChannel<unknown, LoginEvent>("keylight:login"));
