import type { WireResponse } from "./wire.ts";

/** Longest wait that a server may ask for, in milliseconds; above it the call fails at once. */
export const longestRetryAfter = 60_000;

/** Full jitter: a random time between 0 and `base * 2^attempt`, at most `max`, in milliseconds. */
export function fullJitter(attempt: number, base: number, max: number): number {
  return Math.random() * Math.min(max, base * 2 ** Math.min(attempt, 30));
}

/** Between a half and the whole of `base * 2^attempt`, at most `max`, in milliseconds: it grows for certain. */
export function equalJitter(attempt: number, base: number, max: number): number {
  const ceiling = Math.min(max, base * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** The three forms of an HTTP date begin with the day's name, the one without a comma names no zone; some servers write ISO 8601. */
const httpDate = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)|\d{4}-\d\d-\d\dT)/i;

/** `Retry-After` in milliseconds: seconds or an HTTP date; a date that is past means 0; undefined when absent or unreadable. */
export function retryAfter(response: WireResponse): number | undefined {
  const text = response.header("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  // Anything else that Date.parse makes a date of, such as "-5", would be long past and mean no wait at all.
  if (!httpDate.test(text)) return undefined;
  const date = Date.parse(/^\w{3} /.test(text) ? `${text} GMT` : text);
  // By the server's own clock, where it tells it.
  const sent = Date.parse(response.header("date") ?? "");
  return Number.isNaN(date) ? undefined : Math.max(0, date - (Number.isNaN(sent) ? Date.now() : sent));
}

/**
 * How many retries a client may make beyond what its successes earn, so that a failing server is not met with a
 * multiple of the usual load.
 */
export class RetryBudget {
  /** In tenths of a retry: ten times 0.1 would not be 1. */
  #tenths: number;
  readonly #capacity: number;

  constructor(capacity = 500) {
    this.#capacity = capacity * 10;
    this.#tenths = this.#capacity;
  }

  /** Takes one retry; false when none is left. */
  take(): boolean {
    if (this.#tenths < 10) return false;
    this.#tenths -= 10;
    return true;
  }

  /** A call succeeded: ten of these earn one retry. */
  earn(): void {
    if (this.#tenths < this.#capacity) this.#tenths += 1;
  }
}
