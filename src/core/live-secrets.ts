const maximumLength = 2048;
const remembered = 64;

/**
 * The secrets that are in use, and the text without them. Owned by one client and those derived from it; the last
 * ones that were added or added again are kept, since a server can only quote what it was sent lately.
 */
export class LiveSecrets {
  readonly #credentials = new Map<string, readonly string[]>();
  readonly #made = new Map<string, readonly string[]>();
  /** All forms of all secrets, longest first, so that a secret which holds another one is hidden whole. */
  #forms: readonly string[] | undefined;
  readonly #pattern: RegExp | undefined;

  /** @param pattern - the shape of this service's secrets, global, to be hidden wherever it shows. */
  constructor(pattern?: RegExp) {
    this.#pattern = pattern;
  }

  /** A credential that this client sends. */
  add(secret: string): void {
    this.#remember(this.#credentials, secret);
  }

  /** A secret that this client was given, such as that of a new key. However many there are, they drive out no credential. */
  addMade(secret: string): void {
    this.#remember(this.#made, secret);
  }

  #remember(secrets: Map<string, readonly string[]>, secret: string): void {
    if (secret === "") return;
    const forms = secrets.get(secret) ?? [];
    secrets.delete(secret);
    secrets.set(secret, forms);
    for (const oldest of secrets.keys()) {
      if (secrets.size <= remembered) break;
      secrets.delete(oldest);
    }
    this.#forms = undefined;
  }

  /** Whether the text holds a live secret or something that has the shape of one. */
  touches(text: string): boolean {
    return this.#hide(text) !== text;
  }

  /** The text without secrets, at most 2 kB of it. */
  scrub(text: string): string {
    const longest = this.#ordered()[0]?.length ?? 0;
    const head = text.slice(0, maximumLength * 4 + longest);
    const clean = this.#hide(head);
    if (head.length === text.length && clean.length <= maximumLength) return clean;
    // The end of the head may be the beginning of a secret, which is not found as it is not whole.
    const whole = head.length === text.length ? clean : clean.slice(0, Math.max(0, clean.length - longest));
    return `${whole.slice(0, maximumLength - 1)}…`;
  }

  #ordered(): readonly string[] {
    if (this.#forms !== undefined) return this.#forms;
    for (const secrets of [this.#credentials, this.#made]) {
      for (const [secret, forms] of secrets) {
        if (forms.length === 0) secrets.set(secret, formsOf(secret));
      }
    }
    this.#forms = [...this.#credentials.values(), ...this.#made.values()].flat().sort((a, b) => b.length - a.length);
    return this.#forms;
  }

  /**
   * The same JSON value with secrets hidden in its texts and names; the very same object where there are none. Null for
   * one that is nested too deep to be looked through.
   */
  scrubJson(value: unknown): unknown {
    try {
      return this.#hideInJson(value);
    } catch {
      return null;
    }
  }

  #hideInJson(value: unknown): unknown {
    if (typeof value === "string") return this.#hide(value);
    if (typeof value !== "object" || value === null || !this.touches(JSON.stringify(value))) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.#hideInJson(item));
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.#hide(name), this.#hideInJson(item)]));
  }

  #hide(text: string): string {
    let clean = text;
    for (const form of this.#ordered()) clean = clean.replaceAll(form, "[redacted]");
    return this.#pattern === undefined ? clean : clean.replace(this.#pattern, "[redacted]");
  }
}

/** A secret as a server may quote it: raw, JSON-escaped, URL-encoded, base64 and base64url at any offset, and hex. */
function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\ufffd"));
  const base64 = [base64Of(bytes).replace(/=+$/, ""), ...[0, 1, 2].map((offset) => base64Within(bytes, offset))];
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = new Set([
    secret,
    escaped,
    // As PHP writes it.
    escaped.replaceAll("/", "\\/"),
    url,
    url.replaceAll(/%../g, (code) => code.toLowerCase()),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
  ]);
  forms.delete("");
  return [...forms];
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** A shorter text could stand anywhere by chance, and hiding it would spoil messages. */
const shortestPart = 8;

/** What is sure to stand in the base64 of a longer text that holds these bytes, such as `id:secret`; empty where it is too short to tell. */
function base64Within(bytes: Uint8Array, offset: number): string {
  const text = base64Of(new Uint8Array([...new Uint8Array(offset), ...bytes]));
  const part = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  return part.length < shortestPart ? "" : part;
}
