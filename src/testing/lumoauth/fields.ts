import { Refusal } from "./refusal.ts";

const emailForm = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const slugForm = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;
const shortestPassword = 8;

/** Reads the fields of a body, and gathers what is wrong with them. A field that is left out reads as undefined. */
export class Fields {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #status: number;
  readonly #issues = new Map<string, string>();

  constructor(body: Readonly<Record<string, unknown>>, status: number) {
    this.#body = body;
    this.#status = status;
  }

  issue(name: string, message: string): void {
    this.#issues.set(name, message);
  }

  text(name: string): string | undefined {
    const value = this.#body[name];
    if (value === undefined) return undefined;
    if (typeof value !== "string") return this.#refused(name, "Must be a string");
    return value.trim() === "" ? this.#refused(name, "Must not be empty") : value;
  }

  /** A text that null clears. */
  optionalText(name: string): string | null | undefined {
    return this.#body[name] === null ? null : this.text(name);
  }

  email(name: string): string | undefined {
    const email = this.text(name);
    return email === undefined || emailForm.test(email) ? email : this.#refused(name, "Invalid email format");
  }

  slug(name: string): string | undefined {
    const slug = this.text(name);
    return slug === undefined || slugForm.test(slug) ? slug : this.#refused(name, "Invalid slug format");
  }

  password(name: string): string | undefined {
    const password = this.text(name);
    if (password === undefined || password.length >= shortestPassword) return password;
    return this.#refused(name, `Must be at least ${String(shortestPassword)} characters`);
  }

  flag(name: string): boolean | undefined {
    const value = this.#body[name];
    if (value === undefined || typeof value === "boolean") return value;
    return this.#refused(name, "Must be a boolean");
  }

  /** A whole number above 0. */
  count(name: string): number | undefined {
    const value = this.#body[name];
    if (value === undefined || (typeof value === "number" && Number.isSafeInteger(value) && value > 0)) return value;
    return this.#refused(name, "Must be a positive integer");
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#body[name];
    if (value === undefined || isTexts(value)) return value;
    return this.#refused(name, "Must be an array of strings");
  }

  /** What the texts of a list stand for. */
  named<T>(name: string, find: (text: string) => T | undefined): Set<T> | undefined {
    const texts = this.texts(name);
    if (texts === undefined) return undefined;
    const found = new Set<T>();
    for (const text of texts) {
      const one = find(text);
      if (one === undefined) return this.#refused(name, `Unknown value: ${text}`);
      found.add(one);
    }
    return found;
  }

  /** A value that must be there: where it is not, `check` throws before anybody uses the stand-in. */
  required<T>(name: string, value: T | undefined, standIn: T): T {
    if (value === undefined && !this.#issues.has(name)) this.issue(name, "This field is required");
    return value ?? standIn;
  }

  /** @throws Refusal if anything is wrong. */
  check(): void {
    if (this.#issues.size === 0) return;
    throw new Refusal(this.#status, "validation_error", "Validation failed", { details: Object.fromEntries(this.#issues) });
  }

  /** Notes what is wrong with a field, which then reads as if it had been left out. */
  #refused<T>(name: string, message: string): T | undefined {
    this.issue(name, message);
    return undefined;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
