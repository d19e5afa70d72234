import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";
import { sleep } from "./sleep.ts";

// `new Response` refuses any body, even an empty one, for these.
const bodiless = new Set([204, 205, 304]);

/** Turns an answer into a `Response`, whose body stops half-way where the fault says so. */
export function toResponse(answer: Answer, fault: Fault | undefined, signal: AbortSignal): Response {
  const bytes = new TextEncoder().encode(answer.body);
  if (bodiless.has(answer.status)) return new Response(null, answer);
  const init = { status: answer.status, headers: { ...answer.headers, "content-length": String(bytes.byteLength) } };
  const isWhole = fault?.drop !== "body" && fault?.bodyDelay === undefined;
  return new Response(isWhole ? bytes : inHalves(bytes, fault, signal), init);
}

function inHalves(bytes: Uint8Array, fault: Fault, signal: AbortSignal): ReadableStream<Uint8Array> {
  const middle = Math.floor(bytes.byteLength / 2);
  let pulls = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    pulls += 1;
    if (pulls === 1 && middle > 0) {
      controller.enqueue(bytes.subarray(0, middle));
      return;
    }
    if (fault.bodyDelay !== undefined) await sleep(fault.bodyDelay, signal);
    if (fault.drop === "body" || signal.aborted) {
      controller.error(new TypeError("The connection was dropped in the middle of the body."));
      return;
    }
    if (middle < bytes.byteLength) controller.enqueue(bytes.subarray(middle));
    controller.close();
  };
  // Nothing is produced ahead of the reader, because an error throws away what still waits to be read.
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}
