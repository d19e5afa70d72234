import { inspect } from "node:util";
import { shapes, shortest, type Encoding } from "./forms.ts";

/** A leak that was found; the secret itself is not in it. */
export interface Leak {
  readonly encoding: Encoding | "shape";
  /** What stood before it. */
  readonly before: string;
}

/**
 * Everything that a program may get out of a value: by walking it (own members of any kind, causes, collections, bytes,
 * getters), by `inspect` with hidden members, as a string, as JSON and as a structured clone.
 */
export function everythingOf(value: unknown): string {
  const texts: string[] = [];
  walk(value, texts, new Set(), 0);
  texts.push(attempt(() => inspect(value, { showHidden: true, depth: 12, maxStringLength: Infinity, maxArrayLength: 1000 })));
  texts.push(attempt(() => String(value)), attempt(() => JSON.stringify(value)));
  const copies = [() => structuredClone(value), (): unknown => JSON.parse(JSON.stringify(value))];
  for (const copy of copies) {
    attempt(() => {
      walk(copy(), texts, new Set(), 0);
      return "";
    });
  }
  return texts.join("\n");
}

/** The cheap part of that, for cases which make errors by the thousand. */
export function glanceAt(value: unknown): string {
  const parts = [attempt(() => JSON.stringify(value))];
  if (value instanceof Error) parts.push(value.message, String(value.stack));
  return parts.join("\n");
}

function attempt(make: () => string | undefined): string {
  try {
    return make() ?? "";
  } catch {
    return "";
  }
}

const deepest = 14;

function walk(value: unknown, texts: string[], seen: Set<unknown>, depth: number): void {
  if (typeof value === "string") texts.push(value);
  else if (typeof value === "symbol") texts.push(String(value.description));
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value) || depth > deepest) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    texts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1"));
    return;
  }
  if (value instanceof Map || value instanceof Set || value instanceof Headers || value instanceof URLSearchParams) {
    for (const entry of value) walk(entry, texts, seen, depth + 1);
  }
  for (const name of Reflect.ownKeys(value)) {
    texts.push(String(name));
    attempt(() => {
      walk(Reflect.get(value, name), texts, seen, depth + 1);
      return "";
    });
  }
}

/** Searches texts for many forms at once: the time does not grow with their number. */
export class Searcher {
  readonly #byBeginning = new Map<string, [form: string, encoding: Encoding][]>();

  constructor(forms: Iterable<readonly [form: string, encoding: Encoding]>) {
    for (const [form, encoding] of forms) {
      const beginning = form.slice(0, shortest);
      const known = this.#byBeginning.get(beginning);
      if (known === undefined) this.#byBeginning.set(beginning, [[form, encoding]]);
      else known.push([form, encoding]);
    }
  }

  leaksIn(text: string, forbidden: readonly RegExp[] = shapes): Leak[] {
    const leaks: Leak[] = [];
    const found = (encoding: Leak["encoding"], at: number): void => {
      if (leaks.length < 20) leaks.push({ encoding, before: text.slice(Math.max(0, at - 60), at) });
    };
    for (const shape of forbidden) {
      const at = text.search(shape);
      if (at >= 0) found("shape", at);
    }
    if (this.#byBeginning.size === 0) return leaks;
    for (let at = 0; at <= text.length - shortest; at += 1) {
      const forms = this.#byBeginning.get(text.slice(at, at + shortest));
      if (forms === undefined) continue;
      for (const [form, encoding] of forms) if (text.startsWith(form, at)) found(encoding, at);
    }
    return leaks;
  }
}
