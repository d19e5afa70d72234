import type { Answer } from "../shared/answer.ts";
import { createRateLimit } from "../shared/rate-limit.ts";
import { failure } from "./answers.ts";
import type { FakeLumarRateLimit } from "./options.ts";

/** Counts a request; gives the refusal of one that is over the limit. A new window begins. */
export function createOverLimit(limit: FakeLumarRateLimit | undefined, now: () => number): () => Answer | undefined {
  if (limit === undefined) return () => undefined;
  const count = createRateLimit(limit, now);
  return () => {
    const { isOver, resetsIn } = count();
    if (!isOver) return undefined;
    const headers = limit.retryAfter === false ? {} : { "retry-after": String(Math.ceil(resetsIn / 1000)) };
    return failure(429, "RATE_LIMITED", "Too many requests.", headers);
  };
}
