import type { Visit } from "./ledger.ts";

/** What one attempt of one operation meets. Without a body or a status of its own, the operation runs and its own answer is given. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Bytes for the connection itself, past HTTP; it is closed after them. */
  readonly raw?: string | Uint8Array;
  /** Whether the operation takes effect though its own answer is not given. */
  readonly commits?: boolean;
  /** Milliseconds before the headers; Infinity: they never come. */
  readonly delay?: number;
  /** Milliseconds in the middle of the body; Infinity: its second half never comes. */
  readonly stall?: number;
  /** A byte of white space every so many milliseconds instead of the rest of the body, for ever. */
  readonly drip?: number;
  /** `answer`: no byte of an answer is given. `body`: half of one is given. The connection is reset. */
  readonly drop?: "answer" | "body";
  /** The whole body comes, but not its promised end: a length that is too long, or no last chunk. */
  readonly truncate?: "length" | "chunked";
  /** Goes on with white space until nobody reads any more. */
  readonly endless?: boolean;
  /** Closes the connection after the answer: having said so, or without a word. */
  readonly close?: "announced" | "silent";
  /** Told when the request is there and has run, or has not; before anything is answered. */
  readonly reached?: (visit: Visit) => void;
}

/** Whether the operation runs. */
export function runs(fault: Fault): boolean {
  if (fault.commits !== undefined) return fault.commits;
  return fault.status === undefined && fault.body === undefined && fault.raw === undefined && fault.drop !== "answer" && fault.endless !== true;
}

export const unauthenticated: Fault = {
  status: 401,
  body: { errors: [{ message: "Unauthorized. Please provide a valid authentication token.", extensions: { code: "UNAUTHENTICATED" } }], data: null },
};

export function errorsOf(code: string, message = "said by the server"): unknown {
  return { errors: [{ message, extensions: { code } }], data: null };
}

/** The same fault for so many attempts. */
export function times(count: number, fault: Fault): Fault[] {
  return Array.from({ length: count }, () => fault);
}
