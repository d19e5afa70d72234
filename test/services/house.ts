import type { AuthenticationCode, KeylightError, RequestOptions, SessionStore } from "keylight";
import type { Fault } from "../faults/fault.ts";

/** Options of a client, whichever service's: what the types of one forbid, a caller in JavaScript can hand in. */
export type Options = Readonly<Record<string, unknown>>;

/** A client as the suites use it. */
export interface Caller {
  /** The client itself. */
  readonly client: object;
  /** A documented call that only reads. */
  read(options?: RequestOptions): Promise<unknown>;
  /** A documented call that writes. */
  write(options?: RequestOptions): Promise<unknown>;
  close(): Promise<void>;
}

/** A credential that is given, and never renewed by a login. */
export interface Given {
  readonly name: string;
  readonly option: string;
  /** The variable, where the environment may give it. */
  readonly variable?: string;
  /** Lower-case. */
  readonly header: string;
  /** What stands before it in the header. */
  readonly prefix: string;
  /** Other options that it takes. */
  readonly more: Options;
  /** What its rejection is called. */
  readonly rejection: AuthenticationCode;
  /** Another one each time, of the right shape. */
  readonly sample: () => string;
}

/** What a session begins with. */
export interface Beginning {
  readonly base: string;
  /** What a login sends: a password, the secret of a key, a refresh token. */
  readonly secret: string;
  /** A session that the server knows, for services whose first one a person has to make. */
  readonly token: string;
}

/** A credential that is renewed: by a login, or by a refresh token, which the suites call a login too. */
export interface Sessions {
  readonly header: string;
  readonly prefix: string;
  /** How many logins the first call takes: none where the session came from a store. */
  readonly firstLogins: 0 | 1;
  readonly options: (beginning: Beginning) => Options;
  /** The options that let sessions be kept in a file of this directory, and the store that they make. */
  readonly inFile: (directory: string) => { readonly options: Options; readonly store: SessionStore };
  readonly sampleSecret: () => string;
  /** What a login answers. */
  readonly answer: (token: string, secret: string) => unknown;
  /** How calls are answered whose session is over. */
  readonly expired: readonly (readonly [what: string, fault: Fault])[];
  /** A login that must not be tried again. */
  readonly refused: Fault;
  readonly refusal: AuthenticationCode;
  /** A login that fails with a text of the server's. */
  readonly saying: (text: string) => Fault;
}

/** What the service says in its own words, and what the caller gets. */
export interface Said {
  readonly what: string;
  readonly fault: Fault;
  readonly error: new (...given: never[]) => KeylightError;
  readonly code: string;
}

/** The functions for the default client. */
export interface Defaults {
  readonly set: (client: unknown) => void;
  readonly get: () => unknown;
  readonly within: <T>(client: unknown, action: () => T) => T;
}

export interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly text: string;
}

/** One service with its client: all that the suites must know of it, and all that may differ. */
export interface House {
  readonly name: string;
  readonly make: (options: Options) => Caller;
  /** The same for a client that is there already. */
  readonly calling: (client: unknown) => Caller;
  /** The options that name the server. */
  readonly at: (base: string) => Options;
  /** The option that the address is given by. */
  readonly addressOption: string;
  /** Options that allow plain http to other machines, where there are any. */
  readonly plainHttp?: Options;
  readonly given: readonly [Given, ...Given[]];
  readonly sessions: Sessions;
  /** Pairs of options that exclude each other. */
  readonly exclusive: readonly Options[];
  /** All variables of the service, so that a client needs no option. */
  readonly environment: (base: string, key: string) => Record<string, string>;
  /** What a call without any credential fails with. */
  readonly withoutCredential: string;
  readonly operationOf: (wanted: Wanted) => "read" | "write" | "login" | "other";
  /** Bodies of good answers; `__proto__` is written into them as text. */
  readonly goodRead: object;
  readonly goodWrite: object;
  readonly unauthenticated: { readonly status: number; readonly body: unknown };
  readonly permission: readonly Said[];
  readonly said: readonly Said[];
  readonly rateLimited: unknown;
  /** An error of no class of its own, with a text. */
  readonly saying: (text: string) => Fault;
  readonly requestIdHeader: string;
  readonly defaults: Defaults;
}

/** Hands in what the types forbid. */
export function handedIn<T>(value: unknown): T {
  return value as T;
}
