import type { Authorization, CredentialOrigin } from "../credentials/source.ts";
import type { StoredSession } from "./store.ts";

/** A session as the session manager uses it. */
export interface LiveSession {
  readonly authorization: Authorization;
  /** Wall clock before the login request, in milliseconds. */
  readonly obtainedAt: number;
  /** Ages in milliseconds. */
  readonly refreshAfter: number;
  readonly lifetime: number;
  rejected: boolean;
  accepted: boolean;
}

export interface LiveSessionOptions {
  readonly origin: CredentialOrigin;
  readonly generation: number;
  /** See {@link Authorization.adopted}. */
  readonly adopted: boolean;
  /** How long it lives, in milliseconds, where the server does not say. */
  readonly lifetime: number;
  /** How long before its end it is to be refreshed, in milliseconds; at the earliest when half of its life is over. */
  readonly margin: number;
}

export function liveSession({ token, obtainedAt, expiresAt }: StoredSession, options: LiveSessionOptions): LiveSession {
  const { origin, generation, adopted, margin } = options;
  const begun = Date.parse(obtainedAt);
  const told = expiresAt === undefined ? 0 : Date.parse(expiresAt) - begun;
  const lifetime = told > 0 ? told : options.lifetime;
  return {
    authorization: { header: origin.header, prefix: origin.prefix, value: token, generation, adopted },
    obtainedAt: begun,
    lifetime,
    refreshAfter: Math.max(lifetime / 2, lifetime - margin),
    rejected: false,
    accepted: false,
  };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
