import type { Answer } from "../shared/answer.ts";
import { createRateLimit } from "../shared/rate-limit.ts";
import { failure } from "./answers.ts";
import type { Settings } from "./options.ts";

/** Counts a request; gives the refusal of one that is over the limit. */
export function createOverLimit({ rateLimit, now }: Settings): () => Answer | undefined {
  if (rateLimit === undefined) return () => undefined;
  const count = createRateLimit(rateLimit, now);
  return () => {
    const { isOver, resetsIn } = count();
    if (!isOver) return undefined;
    const headers = rateLimit.retryAfter === false ? {} : { "retry-after": String(Math.ceil(resetsIn / 1000)) };
    return failure(429, "RATE_LIMITED", "Too many requests.", headers);
  };
}
