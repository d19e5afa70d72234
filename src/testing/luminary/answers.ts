import { json, type Answer } from "../shared/answer.ts";
import type { FakeLuminaryErrorKind, Settings } from "./options.ts";

const statuses: Record<FakeLuminaryErrorKind, number> = {
  keyRejected: 401,
  tokenRejected: 401,
  noCredential: 401,
  bothCredentials: 400,
  invalidInput: 400,
  notFound: 404,
  conflict: 409,
  invalidGrant: 403,
};

// What the identity provider says is about one login: no cache on the way may keep it.
const uncached = { "cache-control": "no-store" };

/** Makes the refusals of one fake, in the form that its options ask for. */
export type Refuse = (kind: FakeLuminaryErrorKind, message: string) => Answer;

/** {@link Refuse} for these settings. */
export function createRefuse({ errors }: Settings): Refuse {
  return (kind, message) => {
    const { status = statuses[kind], body } = errors[kind] ?? {};
    if (kind !== "invalidGrant") return json(status, body ?? { message });
    return json(status, body ?? { error: "invalid_grant", error_description: message }, uncached);
  };
}

/** The API's answer to what it could do. */
export function success(data: unknown): Answer {
  return json(200, { data });
}

/** The identity provider's new tokens. */
export function tokens(body: object): Answer {
  return json(200, body, uncached);
}

/** The identity provider's answer to a program's mistake. */
export function oauthError(status: number, error: string, description: string): Answer {
  return json(status, { error, error_description: description }, uncached);
}

/** What a person sees instead of a login. It repeats nothing of the request. */
export function errorPage(status: number, text: string, headers: Answer["headers"] = {}): Answer {
  const body = `<!doctype html><html><head><title>Oops</title></head><body><h1>Oops, something went wrong</h1><p>${text}</p></body></html>`;
  return { status, body, headers: { "content-type": "text/html; charset=utf-8", ...uncached, ...headers } };
}

/** Sends a browser somewhere else. */
export function redirect(location: string): Answer {
  return { status: 302, body: "", headers: { location, ...uncached } };
}
