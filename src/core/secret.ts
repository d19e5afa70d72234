import { ConfigurationError } from "../errors/index.ts";

const brand = Symbol.for("keylight.secret");
const redacted = "[redacted]";

/**
 * A value that cannot print itself: it shows as `[redacted]` in strings, templates, JSON and `console.log`.
 *
 * As part of the variables of a request it is sent as its value.
 *
 * @example
 * const { apiKey } = await client.serviceAccounts.keys.create(id);
 * console.log(apiKey);             // [redacted]
 * await vault.put(apiKey.reveal());
 */
export class Secret {
  readonly #value: string;

  /** @throws {@link ConfigurationError} when the value is not a string. */
  constructor(value: string) {
    if (typeof value !== "string") throw new ConfigurationError("a Secret takes a string");
    this.#value = value;
    Object.defineProperty(this, brand, { value: () => this.#value });
  }

  /** The value itself. Give it only to what must have it. */
  reveal(): string {
    return this.#value;
  }

  /** `[redacted]`. */
  toString(): string {
    return redacted;
  }

  /** `[redacted]`. */
  toJSON(): string {
    return redacted;
  }

  /** `[redacted]`. */
  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }
}

/** The text of a secret of any copy of the package; undefined for anything else. */
export function revealed(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const reveal: unknown = Reflect.get(value, brand);
  if (typeof reveal !== "function") return undefined;
  const text: unknown = Reflect.apply(reveal, undefined, []);
  return typeof text === "string" ? text : undefined;
}

/** JSON text of a request body, in which secrets stand as their values. */
export function encodeBody(body: unknown): string {
  const text = JSON.stringify(body);
  if (!text.includes(`"${redacted}"`)) return text;
  return JSON.stringify(body, function (this: Record<string, unknown>, name: string, value: unknown) {
    return revealed(this[name]) ?? value;
  });
}
