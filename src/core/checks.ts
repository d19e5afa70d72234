import { ValidationError, type ValidationIssue } from "../errors/index.ts";

const longestName = 255;

/** Collects what is wrong with an input, and throws it all at once. */
export class Checks {
  readonly #issues: ValidationIssue[] = [];
  readonly #operation: string;

  constructor(operation: string) {
    this.#operation = operation;
  }

  /** A global id, or a positive whole number, as a number or as digits. */
  id<T extends string | number>(value: T, path: string): T {
    const ok =
      typeof value === "number"
        ? Number.isSafeInteger(value) && value > 0
        : typeof value === "string" && /^[\x21-\x7e]{1,255}$/.test(value) && value !== "undefined" && value !== "null";
    if (!ok) this.#add(path, "must be a global id or a positive number");
    return value;
  }

  name(value: string, path: string): string {
    const length = typeof value === "string" && value.trim() !== "" ? [...value].length : 0;
    if (length < 1 || length > longestName) this.#add(path, `must be text of 1 to ${longestName} characters`);
    return value;
  }

  oneOf<T extends string>(value: T, choices: readonly T[], path: string): T {
    if (!choices.includes(value)) this.#add(path, `must be one of ${choices.join(", ")}`);
    return value;
  }

  text(value: string, path: string): string {
    if (typeof value !== "string") this.#add(path, "must be text");
    return value;
  }

  flag(value: boolean, path: string): boolean {
    if (typeof value !== "boolean") this.#add(path, "must be true or false");
    return value;
  }

  /** An instant that lies ahead, as ISO 8601 in UTC. */
  future(value: Date | string, path: string): string {
    const time = value instanceof Date ? value.getTime() : typeof value === "string" && isInstant(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(time)) {
      this.#add(path, "must be a valid Date, or an ISO 8601 instant such as 2030-01-31T00:00:00Z");
      return "";
    }
    if (time <= Date.now()) this.#add(path, "must lie in the future");
    return new Date(time).toISOString();
  }

  wholeNumber(value: number, path: string): number {
    if (!Number.isInteger(value) || value < 0) this.#add(path, "must be a whole number, 0 or more");
    return value;
  }

  /** Notes that an object was expected. Returns what may be read in any case. */
  object<T extends object>(value: T, path: string): Partial<T> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    this.#add(path, "must be an object");
    return {};
  }

  fail(path: string, message: string): void {
    this.#add(path, message);
  }

  /** @throws {@link ValidationError} when anything was wrong. */
  done(): void {
    if (this.#issues.length === 0) return;
    const summary = this.#issues.map(({ path, message }) => `${path} ${message}`).join("; ");
    throw new ValidationError(`${this.#operation}: ${summary}`, this.#issues, { hint: "Nothing was sent; correct the input and call again." });
  }

  #add(path: string, message: string): void {
    this.#issues.push({ path, message });
  }
}

/** A date with a time zone, or a plain date, which is midnight UTC: nothing that depends on where the program runs. */
function isInstant(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  // The 31st of a shorter month would silently become a day of the next one.
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return false;
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text);
}
