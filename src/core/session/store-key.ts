/**
 * The key of a session in a store: a hash of where it is valid and for whom. It is keyed with the secret that makes
 * sessions, so that nobody gets at a session who could not have made it, and it tells neither.
 */
export async function sessionKey(secret: string, identity: readonly string[]): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const hash = await crypto.subtle.sign("HMAC", key, encoder.encode(JSON.stringify(identity)));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
