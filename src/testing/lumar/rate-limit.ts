import type { Answer } from "../faults.ts";
import { failure } from "./answers.ts";
import type { Settings } from "./options.ts";

/** Counts requests in fixed windows; gives the refusal of one that is over the limit. */
export function createRateLimit({ rateLimit, now }: Settings): () => Answer | undefined {
  if (rateLimit === undefined) return () => undefined;
  const { requests, perMs, retryAfter = true } = rateLimit;
  let windowEnd = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    const time = now();
    if (time >= windowEnd) {
      windowEnd = time + perMs;
      count = 0;
    }
    count += 1;
    if (count <= requests) return undefined;
    const seconds = Math.ceil((windowEnd - time) / 1000);
    return failure(429, "RATE_LIMITED", "Too many requests.", retryAfter ? { "retry-after": String(seconds) } : {});
  };
}
