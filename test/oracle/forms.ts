/** Ways in which a text can leak: as it is, or in an encoding that anybody can undo. */
export type Encoding = "raw" | "JSON-escaped" | "URL-encoded" | "base64" | "base64url" | "hex";

/** A text and every form of it that would give it away, with the name of the encoding. */
export function formsOf(secret: string): ReadonlyMap<string, Encoding> {
  const bytes = Buffer.from(secret);
  const forms = new Map<string, Encoding>();
  const add = (form: string, encoding: Encoding): void => {
    if (form.length >= shortest && !forms.has(form)) forms.set(form, encoding);
  };
  add(secret, "raw");
  const escaped = JSON.stringify(secret).slice(1, -1);
  add(escaped, "JSON-escaped");
  add(escaped.replaceAll("/", "\\/"), "JSON-escaped");
  add(JSON.stringify(escaped).slice(1, -1), "JSON-escaped");
  const url = encodeURIComponent(secret);
  add(url, "URL-encoded");
  add(url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), "URL-encoded");
  for (const offset of [0, 1, 2]) {
    const base64 = within(bytes, offset);
    add(base64, "base64");
    add(base64.replaceAll("+", "-").replaceAll("/", "_"), "base64url");
  }
  const hex = bytes.toString("hex");
  add(hex, "hex");
  add(hex.toUpperCase(), "hex");
  // How `inspect` shows bytes.
  add(hex.replaceAll(/..(?=.)/g, "$& "), "hex");
  return forms;
}

/** Shorter texts stand anywhere by chance. */
export const shortest = 12;

/** The characters of a longer base64 text that these bytes alone decide, when they begin at this offset. */
function within(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/** Shapes of secrets whose values nobody registered: whole keys of service accounts, and session tokens. */
export const keyShape = /lmr_sa_\d+_[\w-]{16,}/;
export const shapes: readonly RegExp[] = [keyShape, /(?<![0-9a-fA-F])[0-9a-fA-F]{128}(?![0-9a-fA-F])/];
