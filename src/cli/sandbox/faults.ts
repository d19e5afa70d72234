import type { Fault } from "keylight/testing";

interface Trouble {
  readonly label: string;
  readonly fault: Fault;
}

/** What may happen to the next request, by the name that the page uses. */
export const troubles: Readonly<Record<string, Trouble>> = {
  "401": { label: "401: the credential is refused", fault: { status: 401 } },
  "429": { label: "429: too many requests, Retry-After 1 s", fault: { status: 429, headers: { "retry-after": "1" } } },
  "500": { label: "500: the server has failed", fault: { status: 500 } },
  "503": { label: "503: the server is unavailable", fault: { status: 503 } },
  "drop-before": { label: "Connection drops before it runs", fault: { drop: "before" } },
  "drop-after": { label: "Connection drops after it ran", fault: { drop: "after" } },
  "drop-body": { label: "Connection drops in the answer", fault: { drop: "body" } },
  delay: { label: "Slow: 2 s until it runs", fault: { delay: 2_000 } },
};
