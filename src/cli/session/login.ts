import type { Context } from "../context.ts";
import { troubleOf, usage } from "../failure.ts";
import { cell, instant, type Outcome } from "../outcome.ts";

/** The session goes on in this run; the next one has to log in again. */
async function storeNotes({ kept }: Context): Promise<string[]> {
  if (kept.trouble === undefined) return [];
  const { message, hint } = await troubleOf(kept.trouble);
  return [`The session is not kept for the next run: ${message}. ${hint}`];
}

export async function login(context: Context): Promise<Outcome> {
  const client = await context.client();
  const credential = await context.credential();
  if (credential?.kind === "apiKey") {
    throw usage("login takes a user key, and a service account key is in use", "Set LC_USER_KEY_ID and LC_USER_KEY_SECRET, and leave out LC_API_KEY and --api-key-file, which come first.");
  }
  const { obtainedAt, expiresAt } = await client.login(context.call);
  const { id, username } = await client.me(context.call);
  const notes = await storeNotes(context);
  return {
    data: { endpoint: client.endpoint, user: { id, username }, obtainedAt, expiresAt, kept: notes.length === 0 },
    view: [
      {
        kind: "fields",
        fields: [
          ["Logged in as", cell(username ?? id, "good")],
          ["Endpoint", cell(client.endpoint)],
          ["Until", instant(expiresAt, "")],
        ],
      },
    ],
    notes,
  };
}
