import { ConfigurationError } from "../errors/index.ts";

export type LogLevel = "off" | "error" | "warn" | "info" | "debug";

/** Takes what keylight has to say; `console` is one. No credential, no variable and no body is ever in it. */
export interface Logger {
  error(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
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
