import { randomBytes } from "node:crypto";
import { fileSessionStore, type SessionStore, type StoredSession } from "keylight";
import { canary, storableCanary } from "../../oracle/oracle.ts";

/** Characters that each encoding writes differently, and a header can carry. */
const odd = 'a"b\\c/d+e=f&g%h';

/** A secret that must show nowhere. */
export function secretText(beginning: string, plain = false): string {
  return canary(`${beginning}${plain ? "" : odd}${randomBytes(18).toString("base64url")}`);
}

/** A store that holds a session whatever it is asked for, until that is deleted or another one is set. */
export function storeHolding(first: StoredSession): SessionStore {
  let held: StoredSession | undefined = first;
  return {
    get: () => Promise.resolve(held),
    set: (_key, session) => {
      held = session;
      return Promise.resolve();
    },
    delete: (_key, ifToken) => {
      if (ifToken === undefined || held?.token === ifToken) held = undefined;
      return Promise.resolve();
    },
  };
}

export function inSessionsFile(directory: string): { options: { sessionStore: SessionStore }; store: SessionStore } {
  const store = fileSessionStore({ directory });
  return { options: { sessionStore: store }, store };
}

/** As the token endpoint of OAuth answers: with another refresh token each time, as servers that rotate do. */
export function oauthTokens(token: string, refreshToken: string): unknown {
  return { access_token: token, token_type: "Bearer", expires_in: 3600, refresh_token: refreshToken };
}

export const oauth = {
  firstLogins: 0,
  header: "authorization",
  prefix: "Bearer ",
  // A refresh token is kept with the session.
  sampleSecret: () => storableCanary(secretText("v1.", true)),
  inFile: inSessionsFile,
  answer: oauthTokens,
  refused: { status: 400, body: { error: "invalid_grant", error_description: "Unknown or invalid refresh token." } },
  refusal: "INTERACTION_REQUIRED",
  saying: (text: string) => ({ status: 400, body: { error: "invalid_request", error_description: text } }),
} as const;
