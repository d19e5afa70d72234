import { ConfigurationError } from "../errors/index.ts";
import { trimAscii } from "./credentials/text.ts";

/** Variables as a client sees them: read once, at construction; ASCII white space trimmed; an empty one counts as unset. */
export type Environment = (name: string) => string | undefined;

/**
 * @param names - the variables that a service knows; no other is looked at.
 * @param variables - default `process.env`, where there is a process.
 */
export function readEnvironment(names: readonly string[], variables?: Record<string, string | undefined>): Environment {
  if (variables !== undefined && (typeof variables !== "object" || variables === null)) throw new ConfigurationError("env must be an object");
  const source = variables ?? globalThis.process?.env ?? {};
  const values = new Map<string, string>();
  for (const name of names) {
    const value: unknown = Object.hasOwn(source, name) ? source[name] : undefined;
    if (value === undefined || value === null) continue;
    if (typeof value !== "string") throw new ConfigurationError(`env.${name} must be a string`);
    const text = trimAscii(value);
    if (text !== "") values.set(name, text);
  }
  return (name) => values.get(name);
}
