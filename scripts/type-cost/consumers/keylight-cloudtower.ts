/** Every call that `keylight/cloudtower` offers. Never run: `npm run types:check` compiles it against the built declarations. */
import { CloudTowerClient, getDefaultClient, setDefaultClient, withClient, type CloudTowerLogin, type CloudTowerOptions } from "keylight/cloudtower";

export function makeClients(secret: string): readonly CloudTowerClient[] {
  const common: CloudTowerOptions = { endpoint: "tower.example.com", timeout: 5_000, ca: "PEM", allowHttp: false };
  const login: CloudTowerLogin = { username: "ada", password: secret, source: "LOCAL" };
  return [
    new CloudTowerClient({ ...common, apiKey: secret }),
    new CloudTowerClient({ ...common, token: () => Promise.resolve(secret) }),
    new CloudTowerClient({ ...common, login, proxy: false }),
  ];
}

interface Vm {
  readonly id: string;
  readonly name: string;
}

export async function calls(client: CloudTowerClient, signal: AbortSignal): Promise<unknown> {
  const token = await client.login({ signal });
  const { id, key, roles } = await client.apiKeys.create({ name: "backup" }, { timeout: 1_000 });
  const deleted = [await client.apiKeys.delete({ key }), await client.apiKeys.delete({ id })];
  const vms = await client.post<readonly Vm[]>("get-vms", { where: { name: "web" } });
  const data = await client.request<{ vms: readonly Vm[] }, { first: number }>("query Vms($first: Int) { vms(first: $first) { id name } }", { first: 1 });
  const version = await client.version();
  await client.close();
  return [client.endpoint, token, roles.map(({ preset }) => preset), deleted, vms[0]?.name, data.vms[0]?.id, version];
}

export function defaults(client: CloudTowerClient): Promise<string> {
  setDefaultClient(client);
  return withClient(client, () => getDefaultClient().version());
}
