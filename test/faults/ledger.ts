/** One request as it arrived. */
export interface Visit {
  readonly operation: string;
  /** Counts the requests of this operation, from 1. */
  readonly attempt: number;
  /** By `performance.now()`, in milliseconds. */
  readonly at: number;
  readonly path: string;
  /** Name, value, name, value: as they came. */
  readonly rawHeaders: readonly string[];
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Number of the connection that it came on. */
  readonly connection: number;
  /** Whether the operation took effect or gave data. */
  ran: boolean;
  /** Bytes of an endless body that were written. */
  bytesWritten: number;
  /** Whether the other side left before the answer was whole. */
  left: boolean;
}

const credentialHeaders = new Set(["authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"]);

/** Names of the credential headers of a request, once for each time that one stands in it. */
export function credentialHeadersOf({ rawHeaders }: Pick<Visit, "rawHeaders">): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()).filter((name) => credentialHeaders.has(name));
}

/** Values of a header, one for each time that it stands in the request. */
export function headerValues({ rawHeaders }: Pick<Visit, "rawHeaders">, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** Times between one request and the next, in milliseconds. */
export function gaps(visits: readonly Visit[]): number[] {
  return visits.slice(1).map(({ at }, index) => at - (visits[index]?.at ?? 0));
}
