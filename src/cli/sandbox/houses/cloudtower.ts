import { CloudTowerClient } from "keylight/cloudtower";
import { createFakeCloudTower } from "keylight/testing";
import { instant, type House, type Open } from "../house.ts";

export async function openCloudTower(open: Open): Promise<House> {
  const fake = createFakeCloudTower();
  const { url, close } = await open(fake);
  const env = { CLOUDTOWER_ENDPOINT: url, CLOUDTOWER_USERNAME: fake.user.username, CLOUDTOWER_PASSWORD: fake.user.password };
  const client = new CloudTowerClient({ env });
  return {
    name: "cloudtower",
    title: "CloudTower",
    fake,
    url,
    story: "Press Call: keylight logs in. Expire all tokens, call again, and watch one login, however many calls ask.",
    env: () => env,
    calls: {
      'client.post("get-vms")': async () => {
        const vms = await client.post<{ name: string }[]>("get-vms", { where: {} });
        return vms.map(({ name }) => name).join(", ");
      },
      "client.apiKeys.create(…)": async () => `made a key; it prints as ${String((await client.apiKeys.create({ name: "sandbox" })).key)}`,
    },
    controls: [{ name: "expire", label: () => "Expire all tokens", run: () => fake.revokeTokens() }],
    isLogin: ({ operationName }) => operationName === "login",
    tables: () => [
      {
        title: "Logins",
        columns: ["At (UTC)", "User", "Outcome"],
        rows: fake.logins.slice(-10).map(({ at, username, outcome }) => [instant(at), username, outcome]),
        whenEmpty: "None yet. The first call logs in.",
      },
      { title: "API keys", columns: ["Id", "Name"], rows: fake.listApiKeys().map(({ id, name }) => [id, name]), whenEmpty: "None yet." },
      { title: "Virtual machines", columns: ["Id", "Name"], rows: fake.vms.map(({ id, name }) => [id, name]), whenEmpty: "None." },
    ],
    close: async () => {
      await client.close();
      await close();
    },
  };
}
