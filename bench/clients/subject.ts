/** Where a client's calls go, and what lets them in. */
export interface Target {
  readonly endpoint: string;
  /** A session token that never ends. */
  readonly token: string;
  /** Logs in for a session of its own. */
  readonly userKey: { readonly id: string; readonly secret: string };
}

/** A client under measurement: one operation, whose answer is the list of service accounts. */
export interface Subject {
  list(accountId: string): Promise<readonly unknown[] | undefined>;
}

/** Each client's module exports one of these as `open`. */
export type Open = (target: Target) => Subject;

/** What the answer of the operation holds. */
export interface Data {
  readonly node: { readonly serviceAccounts: readonly unknown[] } | null;
}

/** The headers that keylight sends beside the usual ones; every other client is given them too. */
export function headersFor({ token }: Target): Record<string, string> {
  return {
    "x-auth-token": token,
    "apollographql-client-name": "keylight",
    "apollographql-client-version": "0.1.0",
  };
}

/** For clients that are written by hand. */
export function plainHeaders(target: Target): Record<string, string> {
  return {
    accept: "application/graphql-response+json, application/json",
    "content-type": "application/json",
    ...headersFor(target),
  };
}
