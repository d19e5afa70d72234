import type { Answer } from "../shared/answer.ts";
import { createRateLimit, type Quota } from "../shared/rate-limit.ts";
import { failure } from "./answers.ts";
import type { FakeLumarRateLimit, Settings } from "./options.ts";

/** The limit on all requests together, which can change. */
export class RateLimiter {
  readonly #now: () => number;
  #count: (() => Quota) | undefined;
  #hasRetryAfter = true;

  constructor({ now, rateLimit }: Pick<Settings, "now" | "rateLimit">) {
    this.#now = now;
    this.set(rateLimit);
  }

  /** A new window begins. */
  set(limit: FakeLumarRateLimit | undefined): void {
    this.#count = limit === undefined ? undefined : createRateLimit(limit, this.#now);
    this.#hasRetryAfter = limit?.retryAfter !== false;
  }

  /** Counts a request; gives the refusal of one that is over the limit. */
  refusal(): Answer | undefined {
    const quota = this.#count?.();
    if (quota?.isOver !== true) return undefined;
    const headers = this.#hasRetryAfter ? { "retry-after": String(Math.ceil(quota.resetsIn / 1000)) } : {};
    return failure(429, "RATE_LIMITED", "Too many requests.", headers);
  }
}
