import { randomText, randomUrlSafe } from "../shared/random.ts";

const base32 = "0123456789abcdefghijklmnopqrstuv";
const jwsHeader = "eyJhbGciOiJIUzI1NiJ9";

/** An id such as all objects have: 25 characters, of which the first is a `c`. */
export function newId(): string {
  return `c${randomText(24, base32)}`;
}

/** A login's token: in form a JSON Web Signature, whose payload is a bare id and no JSON. */
export function newToken(id: string): string {
  const payload = btoa(id).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${jwsHeader}.${payload}.${randomUrlSafe(43)}`;
}

/** An API key. How real ones look is not documented. */
export function newKey(): string {
  return randomUrlSafe(64);
}
