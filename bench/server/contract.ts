export interface ServerTask {
  /** Files of a certificate; without them the server speaks plain http only. */
  readonly certificate?: { readonly key: string; readonly cert: string } | undefined;
}

/** Where the server is, and the token of a session that never ends. */
export interface Ready {
  readonly http: string;
  readonly https: string | undefined;
  readonly control: string;
  readonly token: string;
}

/** What the server has counted since it started. */
export interface Counts {
  /** Logins among them. */
  readonly requests: number;
  readonly logins: number;
  /** Calls with a session that was over. */
  readonly refused: number;
  readonly connections: number;
  /** CPU time of the server's process, in microseconds. */
  readonly cpuMicros: number;
}
