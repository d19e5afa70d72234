const maximumLength = 2048;
const remembered = 64;

/**
 * The secrets that are in use, and the text without them. Owned by one client and those derived from it; the last
 * ones that were added or added again are kept, since a server can only quote what it was sent lately.
 */
export class LiveSecrets {
  readonly #forms = new Map<string, readonly string[]>();
  readonly #pattern: RegExp | undefined;

  /** @param pattern - the shape of this service's secrets, global, to be hidden wherever it shows. */
  constructor(pattern?: RegExp) {
    this.#pattern = pattern;
  }

  add(secret: string): void {
    if (secret === "") return;
    const forms = this.#forms.get(secret) ?? [];
    this.#forms.delete(secret);
    this.#forms.set(secret, forms);
    for (const oldest of this.#forms.keys()) {
      if (this.#forms.size <= remembered) break;
      this.#forms.delete(oldest);
    }
  }

  /** Whether the text holds a live secret or something that has the shape of one. */
  touches(text: string): boolean {
    return this.#hide(text) !== text;
  }

  /** The text without secrets, at most 2 kB of it. */
  scrub(text: string): string {
    const clean = this.#hide(text.slice(0, maximumLength * 4));
    return clean.length > maximumLength ? `${clean.slice(0, maximumLength - 1)}…` : clean;
  }

  #hide(text: string): string {
    let clean = text;
    for (const [secret, known] of this.#forms) {
      const forms = known.length > 0 ? known : formsOf(secret);
      if (known.length === 0) this.#forms.set(secret, forms);
      for (const form of forms) clean = clean.replaceAll(form, "[redacted]");
    }
    return this.#pattern === undefined ? clean : clean.replace(this.#pattern, "[redacted]");
  }
}

/** A secret as a server may quote it: raw, JSON-escaped, URL-encoded, base64, base64url and hex. Longest first. */
function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const base64 = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    base64,
    base64.replaceAll("+", "-").replaceAll("/", "_"),
    hex,
    hex.toUpperCase(),
  ]);
  return [...forms].sort((a, b) => b.length - a.length);
}
