/** A stream that the command writes to: `process.stdout`, or a test's. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Where answers to questions come from. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** All of the outside that a run of the command sees. */
export interface Host {
  /** What stands behind the command's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current directory. */
  readonly directory: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Version of Node, without the `v`. */
  readonly node: string;
}
