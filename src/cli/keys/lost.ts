import { AmbiguousMutationError } from "keylight";
import type { Context } from "../context.ts";
import { failed, type Trouble } from "../failure.ts";

/** Looks after a key whose creation was not answered, and says what became of it. Gives the error to throw. */
export async function lookedAfter(error: unknown, { terminal }: Context): Promise<unknown> {
  if (!(error instanceof AmbiguousMutationError)) return error;
  terminal.status("the answer was lost: looking for the key");
  const lost = "the answer to the creation of the key was lost";
  try {
    const { outcome, candidates } = await error.recover();
    const ids = candidates.map(({ id }) => id);
    const facts: Trouble["facts"] = { recovery: outcome, candidates: ids };
    if (outcome === "revoked") return failed(error.code, `${lost}; the key was found (${ids.join(", ")}) and revoked, since nobody knows its secret`, "Run the command again.", facts);
    if (outcome === "not-found") return failed(error.code, `${lost}; no key was made, as far as the server shows`, "Run the command again.", facts);
    return failed(error.code, `${lost}, and several keys may be it: ${ids.join(", ")}`, "Look at them with `keylight keys list`, and revoke the one that is not yours to keep.", facts);
  } catch {
    return failed(error.code, `${lost}, and the key could not be looked for`, "List the keys of the service account, and revoke the newest one if nobody knows its secret.");
  }
}
