import { AmbiguousMutationError, type Recovery } from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import type { PagedList } from "../core/paged-list.ts";
import type { OAuthClient } from "./types.ts";

/** How to go on when an answer was lost that held a secret. */
export interface Lost {
  readonly hint: string;
  /** Lists what may have been made. */
  readonly find?: () => PagedList<OAuthClient>;
  /** The name that was asked for. */
  readonly name?: string | undefined;
}

/** The error for a write whose answer was lost with a secret in it. Names are not unique here, so that nothing is undone by itself. */
export function lostAnswer(message: string, { hint, find, name }: Lost): NonNullable<CallPlan["ambiguous"]> {
  return (why, phase) => new AmbiguousMutationError(`${message} (${why})`, phase, () => candidates(find, name), { hint });
}

async function candidates(find: Lost["find"], name: string | undefined): Promise<Recovery> {
  const found: OAuthClient[] = [];
  if (find !== undefined && name !== undefined) for await (const client of find()) if (client.name === name) found.push(client);
  const unknown = { lastUsedAt: null, expiresAt: null, revokedAt: null };
  return { outcome: "undecided", candidates: found.map(({ id, name: same, createdAt }) => ({ id: String(id), name: same, createdAt, ...unknown })) };
}
