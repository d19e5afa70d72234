import type { CallScope } from "../transport/scope.ts";
import type { Secret } from "../secret.ts";

/** A credential: its text, or a function that is asked for it. */
export type CredentialValue = string | Secret | (() => string | Secret | Promise<string | Secret>);

/** What lets one request in: one header, and which credential it came from. */
export interface Authorization {
  readonly header: string;
  readonly value: string;
  /** What stands before the value in the header, such as `Bearer `. */
  readonly prefix?: string | undefined;
  /** Grows with every new credential of a source; says which one a rejected request had used. */
  readonly generation: number;
  /** Whether it was given or found, not made by a login of this client: then its rejection says nothing of our logins. */
  readonly adopted: boolean;
}

/** What goes out in the header. */
export function headerValue({ prefix, value }: Authorization): string {
  return prefix === undefined ? value : prefix + value;
}

/** Where a credential came from, for people: never its value. */
export interface CredentialOrigin {
  /** The option that it is given by, such as `apiKey`. */
  readonly kind: string;
  /** `option apiKey`, or the variables: `LC_USER_KEY_ID + LC_USER_KEY_SECRET`. Two in their order are joined by `, then `. */
  readonly source: string;
  readonly header: string;
  /** What stands before the credential in the header, such as `Bearer `. */
  readonly prefix?: string | undefined;
  /** The variable that a shell would hold the header's value in. */
  readonly variable: string;
}

/** Gives the credential for a request, and another one when it was rejected. */
export interface CredentialSource {
  readonly origin: CredentialOrigin;
  /** The credential for the next request; at once where one is at hand. */
  current(scope: CallScope): Authorization | Promise<Authorization>;
  /** The credential to send if there is one without a login; else undefined. */
  atHand(scope: CallScope): Promise<Authorization | undefined>;
  /**
   * The server rejected this credential: resolves with a newer one, or rejects with the error for the caller.
   *
   * @param renewals - how often this call has been given a newer one already.
   */
  renew(rejected: Authorization, scope: CallScope, renewals: number): Promise<Authorization>;
  /** The server accepted this credential. */
  accepted(authorization: Authorization): void;
}
