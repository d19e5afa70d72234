import { stripVTControlCharacters } from "node:util";

/** Besides control characters, what turns the direction of text round or breaks its lines. */
const unprintable = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Text from elsewhere as one line that a terminal can be given: nothing in it moves the cursor, colours or hides. */
export function plain(text: string): string {
  return stripVTControlCharacters(text.replace(/[\t-\r]/g, " ")).replace(unprintable, "");
}

/** JSON that a terminal can be given too: the same value, with the characters that `plain` drops written as escapes. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return text.replace(unprintable, (character) => (character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

const keyShape = /lmr_sa_\d[\w.~+/=-]*/g;

/** Replaces secrets: those that are named, and whatever looks like a key. */
export function redacted(text: string, secrets: Iterable<string> = []): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, "[redacted]");
  return clean.replace(keyShape, "[redacted]");
}
