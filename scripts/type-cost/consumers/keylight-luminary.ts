/** Every call that `keylight/luminary` offers. Never run: `npm run types:check` compiles it against the built declarations. */
import {
  getDefaultClient,
  LuminaryClient,
  setDefaultClient,
  withClient,
  type LuminaryLoginOptions,
  type LuminaryOptions,
  type LuminaryResponse,
} from "keylight/luminary";

export function makeClients(secret: string): readonly LuminaryClient[] {
  const common: LuminaryOptions = { domain: "apis.example.com", timeout: 5_000, auth: { domain: "login.example.com", clientId: "cli", scopes: ["offline_access"], open: (url) => { console.error(url); } } };
  return [
    new LuminaryClient({ ...common, apiKey: () => secret }),
    new LuminaryClient({ ...common, accessToken: secret }),
    new LuminaryClient({ ...common, interactive: true, cacheDirectory: "/tmp/logins" }),
  ];
}

export async function pipelines(client: LuminaryClient, signal: AbortSignal): Promise<readonly unknown[]> {
  const how: LuminaryLoginOptions = { signal, timeout: 60_000, open: (url) => { console.error(url); } };
  await client.login(how);
  const list = await client.request<{ id: string }[]>("GET", "pipelines", { query: { limit: 5 }, signal });
  const made: LuminaryResponse<{ id: string }> = await client.rawRequest<{ id: string }>("POST", "pipelines", { body: { name: "Wing" }, idempotent: true });
  await client.logout();
  await client.close();
  return [list.map(({ id }) => id), made.data.id, made.status, made.requestId, made.attempts.length, client.endpoint, client.keysUrl];
}

export async function defaults(client: LuminaryClient): Promise<unknown> {
  setDefaultClient(client);
  return withClient(client, () => getDefaultClient().request("GET", "pipelines"));
}
