import type { Recovery } from "../errors/index.ts";
import type { Gateway } from "./gateway.ts";
import { ListServiceAccountKeysDocument } from "./generated/operations.ts";
import { promisedList } from "../core/promised.ts";
import { toKey } from "./read.ts";
import { revokeKey } from "./revoke-key.ts";
import type { ID, ServiceAccountKey } from "./types.ts";

/** How far a server's `Date` header may lie behind its own clock, in milliseconds: it has whole seconds, and travels. */
const dateTolerance = 2_000;
/** The same where no `Date` header tells the server's clock. */
const clockTolerance = 60_000;
/** Between the two looks, in milliseconds: a write may become visible late. */
const secondLook = 1_000;

/** What is known of a key whose creation was not answered. */
export interface LostKey {
  readonly serviceAccountId: ID;
  readonly name: string | null;
  /** By this machine's wall clock, in milliseconds. */
  readonly startedAt: number;
  /** The keys that were there before. */
  readonly known: ReadonlySet<string> | undefined;
}

/** Finds the key whose creation was not answered, and revokes it if it is the only one that it can be. */
export async function recoverKey(gateway: Gateway, lost: LostKey): Promise<Recovery> {
  let candidates = await look(gateway, lost);
  if (candidates.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, secondLook));
    candidates = await look(gateway, lost);
  }
  const [only] = candidates;
  if (only === undefined) return { outcome: "not-found", candidates };
  if (candidates.length > 1) return { outcome: "undecided", candidates };
  await revokeKey(gateway, only.id);
  return { outcome: "revoked", candidates };
}

function look(gateway: Gateway, { serviceAccountId, name, startedAt, known }: LostKey): Promise<ServiceAccountKey[]> {
  return gateway.call(ListServiceAccountKeysDocument, { serviceAccountId }, undefined, ({ serviceAccount }, answer) => {
    const since = startedAt + clockDifference(answer.response.header("date"));
    return promisedList(serviceAccount?.keys, "serviceAccount.keys")
      .map(toKey)
      .filter(
        (key) =>
          known?.has(key.id) !== true &&
          !gateway.handedOut.has(key.id) &&
          key.name === name &&
          key.revokedAt === null &&
          key.lastUsedAt === null &&
          Date.parse(key.createdAt) >= since,
      );
  });
}

/** What to add to an instant of this machine to have it by the server's clock, on the safe side. */
function clockDifference(date: string | undefined): number {
  const server = Date.parse(date ?? "");
  return Number.isNaN(server) ? -clockTolerance : server - Date.now() - dateTolerance;
}
