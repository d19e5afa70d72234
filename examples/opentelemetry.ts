import { tracingChannel } from "node:diagnostics_channel";
import { SpanKind, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import { isKeylightError, type RequestEvent } from "keylight";

/** Makes a span for each call of every client. Run it once, when your OpenTelemetry SDK has been set up. */
export function traceKeylight(): void {
  const spans = new WeakMap<RequestEvent, Span>();
  const start = ({ operationName, kind }: RequestEvent): Span => trace.getTracer("keylight").startSpan(operationName ?? kind, { kind: SpanKind.CLIENT });
  const end = (event: RequestEvent): void => {
    const { attempt, status, url, requestId } = event;
    spans.get(event)?.setAttributes({ "url.full": url, "http.response.status_code": status, "keylight.attempts": attempt, "keylight.request_id": requestId }).end();
  };
  tracingChannel<unknown, RequestEvent>("keylight:request").subscribe({
    start: (event) => spans.set(event, start(event)),
    error: (event) => spans.get(event)?.setStatus({ code: SpanStatusCode.ERROR, message: isKeylightError(event.error) ? event.error.code : "aborted" }),
    asyncEnd: end,
    asyncStart: () => undefined,
    end: () => undefined,
  });
}
