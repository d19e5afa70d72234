import type { Answer } from "./answer.ts";

/**
 * Something that goes wrong with one request. Without `status` and `body` the request is executed and answered as usual, with
 * `headers` added to the answer; with either of them it is not executed, unless `executed` says so.
 */
export interface Fault {
  /**
   * The HTTP status, from 200 to 599.
   * @defaultValue 200 if there is a `body`
   */
  readonly status?: number;
  /**
   * The body: an object is sent as JSON, a string as it is.
   * @defaultValue the service's own body for 401, an HTML page for 502, 503 and 504, else empty
   */
  readonly body?: string | object;
  /** Headers of the answer, over those that it would have. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the request waits before anything else happens, in ms. If its client leaves meanwhile, it is never executed. */
  readonly delay?: number;
  /** How long the answer pauses after its headers and the first half of its body, in ms. The request is executed by then. */
  readonly bodyDelay?: number;
  /** With `status` or `body`: whether the request is executed first, its own answer being thrown away. @defaultValue false */
  readonly executed?: boolean;
  /**
   * Breaks the connection: `before` anything is executed, `after` the execution but without an answer, or in the middle of
   * the answer's `body`.
   */
  readonly drop?: "before" | "after" | "body";
  /** Waits for the next request with this operation name, and lets others pass. */
  readonly operationName?: string;
  /** Waits for the next request with this HTTP method, and lets others pass. */
  readonly method?: string;
  /** Waits for the next request with this path, the URL's part between origin and query, and lets others pass. */
  readonly path?: string;
}

/** What a fault may wait for. */
interface Target {
  readonly operationName: string | undefined;
  readonly method: string;
  readonly path: string;
}

/** The faults that wait for their requests, oldest first. */
export class FaultQueue {
  readonly #faults: Fault[] = [];

  /** @throws RangeError for a status that no answer can have. */
  add(faults: readonly Fault[]): void {
    for (const { status } of faults) {
      if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
        throw new RangeError(`A fault's status must be a whole number from 200 to 599, not ${String(status)}.`);
      }
    }
    this.#faults.push(...faults);
  }

  /** Removes and gives the first fault that is meant for this request. */
  take(request: Target): Fault | undefined {
    const index = this.#faults.findIndex((fault) => isMeantFor(fault, request));
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0];
  }
}

function isMeantFor(fault: Fault, { operationName, method, path }: Target): boolean {
  if (fault.operationName !== undefined && fault.operationName !== operationName) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== method.toUpperCase()) return false;
  return fault.path === undefined || fault.path === path;
}

/** The answer to a request that this fault applies to. */
export async function answerWith(fault: Fault, execute: () => Promise<Answer>, unauthorized: Answer): Promise<Answer> {
  const isCanned = fault.status !== undefined || fault.body !== undefined;
  const real = !isCanned || fault.executed === true ? await execute() : undefined;
  const answer = isCanned || real === undefined ? cannedAnswer(fault, unauthorized) : real;
  return { ...answer, headers: { ...answer.headers, ...lowerCase(fault.headers) } };
}

/** A header's name counts whatever its case, so a fault's replaces the answer's only under one spelling. */
function lowerCase(headers: Fault["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

const statusTexts = new Map([
  [502, "Bad Gateway"],
  [503, "Service Unavailable"],
  [504, "Gateway Timeout"],
]);

function cannedAnswer({ status = 200, body }: Fault, unauthorized: Answer): Answer {
  if (typeof body === "object") {
    return { status, body: JSON.stringify(body), headers: { "content-type": "application/json; charset=utf-8" } };
  }
  if (body !== undefined) return { status, body, headers: { "content-type": guessType(body) } };
  if (status === 401) return unauthorized;
  const text = statusTexts.get(status);
  if (text === undefined) return { status, body: "", headers: {} };
  const page = `<html><head><title>${String(status)} ${text}</title></head><body><h1>${text}</h1></body></html>`;
  return { status, body: page, headers: { "content-type": "text/html" } };
}

function guessType(body: string): string {
  if (/^\s*[{[]/.test(body)) return "application/json; charset=utf-8";
  return /^\s*</.test(body) ? "text/html" : "text/plain; charset=utf-8";
}
