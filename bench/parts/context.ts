import type { Server } from "../child.ts";
import type { Target } from "../clients/subject.ts";
import type { Protocol, Settings } from "../settings.ts";
import type { Workshop } from "../workshop.ts";

/** What each part of a run has at hand. */
export interface Context {
  readonly settings: Settings;
  readonly workshop: Workshop;
  readonly server: Server;
  readonly say: (line: string) => void;
}

/** Undefined where the server does not speak the protocol. */
export function targetOf({ server }: Context, protocol: Protocol): Target | undefined {
  const endpoint = server[protocol];
  return endpoint === undefined ? undefined : { endpoint, token: server.token, userKey: { id: "TjAwN1VzZXJLZXkx", secret: "measured" } };
}

/** The same list, beginning later: whoever is measured first in one round comes later in the next. */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const start = list.length === 0 ? 0 : (round * 3) % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
