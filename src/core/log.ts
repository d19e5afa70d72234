import { ConfigurationError } from "../errors/index.ts";

/** How much is said: each level holds those before it. */
export type LogLevel = "off" | "error" | "warn" | "info" | "debug";

/** Takes what keylight has to say; `console` is one. No credential, no variable and no body is ever in it. */
export interface Logger {
  /** What failed. */
  error(message: string, fields?: Record<string, unknown>): void;
  /** What is not as it should be, and was got around: a session store that does not answer, say. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** Logins and further attempts. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** Each request. */
  debug(message: string, fields?: Record<string, unknown>): void;
}

export type Log = Logger;

const levels: readonly LogLevel[] = ["off", "error", "warn", "info", "debug"];
const silent = (): void => undefined;

/** @throws {@link ConfigurationError} for an unknown level. */
export function createLog(logger: Logger | undefined, level: string | undefined, name: string): Log {
  const threshold = levels.findIndex((known) => known === (level ?? "off"));
  if (threshold < 0) throw new ConfigurationError(`${name} must be one of ${levels.join(", ")}`);
  const target = logger ?? console;
  const at = (method: Exclude<LogLevel, "off">): Logger["info"] => {
    if (levels.indexOf(method) > threshold) return silent;
    return (message, fields) => {
      try {
        const say: unknown = Reflect.get(target, method);
        const said: unknown = typeof say === "function" ? Reflect.apply(say, target, [`keylight: ${message}`, fields]) : undefined;
        if (said instanceof Promise) said.catch(silent);
      } catch {
        // A logger that fails must not fail a call.
      }
    };
  };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}
