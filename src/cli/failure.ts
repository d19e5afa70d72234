import type { KeylightError } from "keylight";

export const exitCodes = { ok: 0, failure: 1, usage: 2, notFound: 3, permission: 4, rateLimited: 5, interrupted: 130, terminated: 143 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface Trouble {
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
  readonly code: string;
  readonly exitCode: ExitCode;
  /** Further facts for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A failure that the command itself tells of. */
export class CliError extends Error implements Trouble {
  readonly hint: string;
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor({ message, hint, code, exitCode, facts = {} }: Trouble) {
    super(message);
    this.name = "CliError";
    this.hint = hint;
    this.code = code;
    this.exitCode = exitCode;
    this.facts = facts;
  }
}

/** The command was called wrongly. */
export const usage = (message: string, hint: string): CliError => new CliError({ message, hint, code: "USAGE", exitCode: exitCodes.usage });

export const failed = (code: string, message: string, hint: string, facts?: Trouble["facts"]): CliError =>
  new CliError({ message, hint, code, exitCode: exitCodes.failure, ...(facts === undefined ? {} : { facts }) });

/** Why a run was ended from outside: what its signal is aborted with. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}

/** The exit code of a run that was ended from outside; undefined where it was not. */
export function endedWith({ aborted, reason }: AbortSignal): ExitCode | undefined {
  if (!aborted) return undefined;
  return reason instanceof Interruption ? reason.exitCode : exitCodes.interrupted;
}

/** Whether an error says nothing but that the run was ended. */
export const saysOnlyInterrupted = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (error === signal.reason || (error instanceof Error && error.name === "AbortError"));

export const interrupted = (message: string, hint: string): CliError => new CliError({ message, hint, code: "INTERRUPTED", exitCode: exitCodes.interrupted });

/** What a person may do next, for errors that do not say it themselves. */
const nextSteps: Readonly<Record<string, string>> = {
  INVALID_CONFIGURATION: "`keylight doctor` shows which options and variables are in use.",
  CLIENT_CLOSED: "Run the command again.",
  INVALID_CREDENTIALS: "Check LC_USER_KEY_ID and LC_USER_KEY_SECRET: `keylight doctor` shows where they come from.",
  KEY_REJECTED: "Check that the key in LC_API_KEY is neither revoked nor expired.",
  SESSION_EXPIRED: "Run `keylight login`, with a user key in LC_USER_KEY_ID and LC_USER_KEY_SECRET.",
  SESSION_REJECTED_AFTER_LOGIN: "Check with `keylight doctor` that the endpoint is the one the key belongs to.",
  LOGIN_FAILED: "Try again in a moment; `keylight doctor` tells what is in the way.",
  INTERACTION_REQUIRED: "Run `keylight login`.",
  PERMISSION_DENIED: "Ask an Admin of the account: `keylight whoami` shows who you are to the server.",
  SERVICE_ACCOUNT_FORBIDDEN: "Use a user key of an Admin (LC_USER_KEY_ID and LC_USER_KEY_SECRET) instead of LC_API_KEY.",
  NOT_FOUND: "Look for the id with `keylight service-accounts list` or `keylight keys list`.",
  BAD_USER_INPUT: "The command's --help shows what it takes.",
  RATE_LIMITED: "Wait a little, then run the command again.",
  NETWORK_ERROR: "Check the network and the endpoint: `keylight doctor` shows both.",
  TIMEOUT: "Run the command again, or allow more time: --timeout 2m.",
  UNEXPECTED_REDIRECT: "Give the endpoint that is redirected to by --endpoint, if you trust it.",
  OUTCOME_UNKNOWN: "Look at what there is with `keylight keys list` before you run the command again.",
  BAD_RESPONSE: "Check the endpoint: `keylight doctor` shows which one is used.",
  GRAPHQL_ERROR: "Run the command again with --debug to see what the server said.",
  STORE_UNAVAILABLE: "Name a directory that can be written to in LC_CREDENTIALS_DIR.",
};

/** Errors whose own hint speaks to programmers, or says less. */
const ourStepFirst: readonly string[] = ["INVALID_CREDENTIALS", "RATE_LIMITED", "SERVICE_ACCOUNT_FORBIDDEN"];

const exitCodeOf: Readonly<Record<string, ExitCode>> = {
  INVALID_CONFIGURATION: exitCodes.usage,
  BAD_USER_INPUT: exitCodes.usage,
  NOT_FOUND: exitCodes.notFound,
  INVALID_CREDENTIALS: exitCodes.permission,
  KEY_REJECTED: exitCodes.permission,
  SESSION_EXPIRED: exitCodes.permission,
  SESSION_REJECTED_AFTER_LOGIN: exitCodes.permission,
  INTERACTION_REQUIRED: exitCodes.permission,
  PERMISSION_DENIED: exitCodes.permission,
  SERVICE_ACCOUNT_FORBIDDEN: exitCodes.permission,
  RATE_LIMITED: exitCodes.rateLimited,
};

/** Facts of keylight's errors that programs may want; each holds no secret. */
const factNames = ["status", "requestId", "operationName", "retryable", "mayHaveExecuted", "retryAfterMs", "issues", "attempts", "serviceCode"] as const;

/** Any error as one message with a next step. Its text may come from the server, and is not yet fit to be printed. */
export async function troubleOf(error: unknown): Promise<Trouble> {
  if (error instanceof CliError) return error;
  const { isKeylightError } = await import("keylight");
  if (isKeylightError(error)) {
    return {
      message: error.message,
      hint: nextStepOf(error),
      code: error.code,
      exitCode: error.code === "LOGIN_FAILED" ? loginExitCode(error) : (exitCodeOf[error.code] ?? exitCodes.failure),
      facts: factsOf(error),
    };
  }
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNEXPECTED";
  const message = error instanceof Error ? error.message : String(error);
  const own = error instanceof Error && "hint" in error && typeof error.hint === "string" ? error.hint : undefined;
  return { message, hint: own ?? "Run the command again with --debug to see where it comes from.", code, exitCode: exitCodes.failure };
}

function nextStepOf({ code, hint, status = 0, retryAfterMs }: KeylightError): string {
  if ((code === "RATE_LIMITED" || status === 429) && retryAfterMs !== undefined) return `Wait ${Math.ceil(retryAfterMs / 1_000)} s, then run the command again.`;
  if (code === "NETWORK_ERROR" && status >= 500) return "The server is in trouble: run the command again in a while.";
  return (ourStepFirst.includes(code) ? undefined : hint) ?? nextSteps[code] ?? "Run the command again with --debug to see more.";
}

/** A login that met trouble on its way is no refusal. */
function loginExitCode({ status, retryable }: { readonly status?: number; readonly retryable: boolean }): ExitCode {
  if (status === 429) return exitCodes.rateLimited;
  return retryable ? exitCodes.failure : exitCodes.permission;
}

function factsOf(error: object): Record<string, unknown> {
  const facts = factNames.map((name): [string, unknown] => [name, Reflect.get(error, name)]);
  return Object.fromEntries(facts.filter(([, value]) => value !== undefined));
}
