/** The object types that have ids, by the names that appear inside them. */
export type IdType = "Account" | "User" | "UserKey" | "ServiceAccount" | "ServiceAccountKey";

const hexadecimal = "0123456789abcdef";
const urlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The global id of an object: `N`, the length of the type name in 3 digits, the name, the number; as base64url. */
export function encodeId(type: IdType, number: number): string {
  const text = `N${String(type.length).padStart(3, "0")}${type}${String(number)}`;
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Takes a global id apart; `undefined` for anything else. */
export function decodeGlobalId(id: string): { type: string; number: number } | undefined {
  if (!/^[\w-]+$/.test(id)) return undefined;
  const text = decodeBase64Url(id);
  const parts = text === undefined ? null : /^N(\d{3})([A-Za-z]+)(\d+)$/.exec(text);
  const [, length, type, number] = parts ?? [];
  if (type === undefined || Number(length) !== type.length) return undefined;
  return { type, number: Number(number) };
}

/** The number inside an id of the given type, which may also be written as the number alone. */
export function numberOf(id: string | number, type: IdType): number | undefined {
  if (typeof id === "number" || /^\d+$/.test(id)) return Number(id);
  const global = decodeGlobalId(id);
  return global?.type === type ? global.number : undefined;
}

/** A random text of hexadecimal digits. */
export function randomHex(length: number): string {
  return randomText(length, hexadecimal);
}

/** A random text that can stand in a URL as it is. */
export function randomUrlSafe(length: number): string {
  return randomText(length, urlSafe);
}

// Both alphabets have a power of two of letters, so cutting a byte down to one keeps them equally likely.
function randomText(length: number, alphabet: string): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}

function decodeBase64Url(text: string): string | undefined {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}
