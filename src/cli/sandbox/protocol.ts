/** What the sandbox's server and its page tell each other. */

export type ServiceName = "lumar" | "cloudtower" | "lumoauth" | "luminary";

/** Part of what a fake keeps, for people to see. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Stands where there are no rows. */
  readonly whenEmpty: string;
}

/** One of the four fakes. */
export interface ServiceView {
  readonly name: ServiceName;
  readonly title: string;
  readonly url: string;
  /** What to try first. */
  readonly story: string;
  readonly env: Readonly<Record<string, string>>;
  /** Something to know before these variables are used. */
  readonly envNote?: string;
  /** What can be called through keylight. */
  readonly calls: readonly string[];
  /** What can be done behind the server's back. */
  readonly controls: readonly { readonly name: string; readonly label: string }[];
  /** The limit that is in force; null for none, undefined where there is nothing to set. */
  readonly rateLimit?: RateLimitView | null;
  readonly tables: readonly Table[];
}

export interface RateLimitView {
  readonly requests: number;
  readonly seconds: number;
}

/** One request that a fake has received. No secret is in it. */
export interface LogRow {
  readonly id: number;
  readonly service: ServiceName;
  /** In ms since 1970. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  readonly isLogin: boolean;
  /** The header that carried the credential and the credential's number, such as `x-auth-token #2`; or `none`. */
  readonly credential: string;
  /** 0 while there is no answer, and for a connection that was dropped. */
  readonly status: number;
  readonly dropped: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** All that the page shows. */
export interface SandboxView {
  readonly services: readonly ServiceView[];
  /** The oldest first. */
  readonly log: readonly LogRow[];
}

/** One way in which calls failed. */
export interface CallFailure {
  readonly count: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly mayHaveExecuted: boolean;
}

/** What came of calls that the page had made. */
export interface CallReport {
  readonly calls: number;
  readonly succeeded: number;
  /** What the last call that succeeded gave. */
  readonly answer?: string;
  readonly failures: readonly CallFailure[];
  readonly ms: number;
  /** What the server saw meanwhile. */
  readonly requests: number;
  readonly logins: number;
  /** How often each status was answered to what was no login, such as `["401", 50]`. */
  readonly statuses: readonly (readonly [status: string, count: number])[];
}
