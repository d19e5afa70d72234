const hexadecimal = "0123456789abcdef";
const urlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A random text of hexadecimal digits. */
export function randomHex(length: number): string {
  return randomText(length, hexadecimal);
}

/** A random text that can stand in a URL as it is. */
export function randomUrlSafe(length: number): string {
  return randomText(length, urlSafe);
}

/**
 * A random text of these letters.
 * @param alphabet - must have a power of two of letters, so that cutting a byte down to one keeps them equally likely.
 */
export function randomText(length: number, alphabet: string): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}
