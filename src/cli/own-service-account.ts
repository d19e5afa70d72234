import type { Context } from "./context.ts";

/** The number of the service account whose key is in use: its key names it openly. Undefined for other credentials. */
export async function ownServiceAccountId(context: Context): Promise<string | undefined> {
  if ((await context.credential())?.kind !== "apiKey") return undefined;
  return /^lmr_sa_(\d+)_/.exec((await context.apiKey()) ?? "")?.[1];
}
