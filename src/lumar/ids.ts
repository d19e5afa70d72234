import type { ID } from "./types.ts";

/** The types of objects whose global ids keylight makes or reads. That ServiceAccount and ServiceAccountKey are names in ids is inferred. */
export type IdType = "Account" | "ServiceAccount" | "ServiceAccountKey";

/** Whether an id is the numeric one, as a number or as digits. */
function isNumeric(id: ID): boolean {
  return typeof id === "number" || /^\d+$/.test(id);
}

/** `base64url("N" + three-digit length of the type + type + number)`. @see https://api-docs.lumar.io/docs/graphql/global-node-ids */
export function globalId(type: IdType, id: ID): string {
  if (!isNumeric(id)) return String(id);
  return btoa(`N${String(type.length).padStart(3, "0")}${type}${id}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The number in a global id of this type; undefined where it is none. */
export function numericId(type: IdType, id: ID): string | undefined {
  if (isNumeric(id)) return String(id);
  const text = decoded(String(id));
  const prefix = `N${String(type.length).padStart(3, "0")}${type}`;
  if (text === undefined || !text.startsWith(prefix)) return undefined;
  const number = text.slice(prefix.length);
  return /^\d+$/.test(number) ? number : undefined;
}

function decoded(base64url: string): string | undefined {
  try {
    return atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}
