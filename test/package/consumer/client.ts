/** What a user's code looks like. Compiled against the packed package, with no other package installed. */
import { Client, isKeylightError, type KeylightError } from "keylight";

export async function keyNames(serviceAccountId: string, signal: AbortSignal): Promise<(string | null)[]> {
  await using client = new Client({ apiKey: "lmr_sa_0.secret", timeout: 5_000, retry: { attempts: 0 } });
  const keys = await client.serviceAccounts.keys.list(serviceAccountId, { signal });
  return keys.map((key) => key.name);
}

export async function names(client: Client): Promise<string[]> {
  const found: string[] = [];
  for await (const account of client.accounts.list()) found.push(account.id);
  return found;
}

export function reasonOf(error: unknown): string {
  if (!isKeylightError(error)) throw error;
  const known: KeylightError = error;
  return known.hint ?? known.code;
}

/** A document of the user's own, as text or as code generators write it. */
export async function version(client: Client): Promise<string> {
  const { version: text } = await client.request<{ version: string }, Record<string, never>>("query Version { version }");
  return text;
}
