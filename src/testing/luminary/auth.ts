import type { Answer } from "../shared/answer.ts";
import type { Refuse } from "./answers.ts";
import type { Grants } from "./grants.ts";
import type { KeyStore } from "./keys.ts";

/** Says no to a request whose credential is missing or bad; `undefined` lets it pass. */
export function refusalOf(headers: Headers, keys: KeyStore, grants: Grants, refuse: Refuse): Answer | undefined {
  const key = headers.get("x-api-key");
  const authorization = headers.get("authorization");
  if (key !== null && authorization !== null) return refuse("bothCredentials", "Send either x-api-key or Authorization, never both.");
  if (key !== null) return keys.authenticates(key) ? undefined : refuse("keyRejected", "The API key is not valid.");
  if (authorization === null) return refuse("noCredential", "Authentication is required.");
  // A key in this place is a token that nobody has issued.
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  return token !== undefined && grants.authenticates(token) ? undefined : refuse("tokenRejected", "The access token is not valid.");
}
