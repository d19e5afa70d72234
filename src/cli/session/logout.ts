import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { line, type Outcome } from "../outcome.ts";

export async function logout(context: Context): Promise<Outcome> {
  const client = await context.client();
  const credential = await context.credential();
  if (credential === undefined) throw usage("there is no credential whose session could be ended", "Set the LC_USER_KEY_ID and LC_USER_KEY_SECRET that you logged in with.");
  if (credential.kind === "apiKey") throw usage("a service account key has no session", "Revoke the key with `keylight keys revoke ID`, if that is what you want.");
  await client.logout(context.call);
  const loggedOut = credential.source.includes("LC_SESSION_TOKEN") || context.kept.session !== undefined;
  return { data: { loggedOut }, view: [{ kind: "lines", lines: [line(loggedOut ? "Logged out." : "There was no session.")] }] };
}
