import { formsOf, shortest, type Encoding } from "./forms.ts";

interface Registry {
  /** Of the whole file: registered outside a case. */
  readonly lasting: Map<string, ReadonlyMap<string, Encoding>>;
  /** Of the case that is running. */
  readonly passing: Map<string, ReadonlyMap<string, Encoding>>;
  /** Those that a session file may hold. */
  readonly storable: Set<string>;
  inCase: boolean;
}

const name = Symbol.for("keylight.test.canaries");
const shared = globalThis as { [name]?: Registry };
// One for all copies of this module that a test file may load.
const registry = (shared[name] ??= { lasting: new Map(), passing: new Map(), storable: new Set(), inCase: false });

/** Names a secret that must show nowhere, in no encoding. Registered in a case it counts until that case ends, else for the file. */
export function canary(text: string): string {
  if (text.length < shortest) throw new RangeError(`a canary has at least ${shortest} characters: shorter ones stand anywhere by chance`);
  if (registry.lasting.has(text) || registry.passing.has(text)) return text;
  (registry.inCase ? registry.passing : registry.lasting).set(text, formsOf(text));
  return text;
}

/** Names a session's token, which must show nowhere but in the file of a session store. */
export function storableCanary(text: string): string {
  registry.storable.add(text);
  return canary(text);
}

export function beginCase(): void {
  registry.inCase = true;
}

export function endCase(): void {
  registry.inCase = false;
  registry.passing.clear();
}

/** @param place - in a file, a session's token is where it belongs. */
export function* canaryForms(place: "told" | "file"): Generator<readonly [form: string, encoding: Encoding]> {
  for (const [text, forms] of [...registry.lasting, ...registry.passing]) {
    if (place === "told" || !registry.storable.has(text)) yield* forms;
  }
}
