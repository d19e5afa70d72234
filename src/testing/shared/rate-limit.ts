/** At most so many requests within a window of so many ms. */
export interface RateLimit {
  readonly requests: number;
  readonly perMs: number;
}

/** One request's place in its window. */
export interface Quota {
  /** Whether this request is one too many. */
  readonly isOver: boolean;
  /** How many more requests the window allows. */
  readonly remaining: number;
  /** How long the window still lasts, in ms. */
  readonly resetsIn: number;
}

/** Counts requests in fixed windows: each call is one request. */
export function createRateLimit({ requests, perMs }: RateLimit, now: () => number): () => Quota {
  let windowEnd = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    const time = now();
    if (time >= windowEnd) {
      windowEnd = time + perMs;
      count = 0;
    }
    count += 1;
    return { isOver: count > requests, remaining: Math.max(0, requests - count), resetsIn: windowEnd - time };
  };
}
