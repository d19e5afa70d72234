/** Bytes as base64url without padding. */
export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * A JSON Web Token that looks like those of the real service. Its signature is made up: no key to check it with is published
 * anywhere, and the fake knows its tokens by heart. A program that reads `exp`, or checks the claims, finds all that it needs.
 */
export function createJwt(claims: object): string {
  const parts = [{ alg: "RS256", typ: "JWT", kid: "fake" }, claims].map((part) => base64Url(new TextEncoder().encode(JSON.stringify(part))));
  const signature = base64Url(globalThis.crypto.getRandomValues(new Uint8Array(256)));
  return [...parts, signature].join(".");
}

/** What PKCE's method S256 makes of a verifier. */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}
