/** The object types that have ids, by the names that appear inside them. */
export type IdType = "Account" | "User" | "UserKey" | "ServiceAccount" | "ServiceAccountKey";

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

function decodeBase64Url(text: string): string | undefined {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}
