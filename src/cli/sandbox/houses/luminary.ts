import { LuminaryClient } from "keylight/luminary";
import { createFakeLuminary, type FakeLuminary } from "keylight/testing";
import { noLogin, type House, type Open } from "../house.ts";
import type { Table } from "../protocol.ts";

export async function openLuminary(open: Open): Promise<House> {
  const fake = createFakeLuminary({ redirectPorts: "any" });
  const { url, close } = await open(fake);
  const { host } = new URL(url);
  let { apiKey } = fake;
  const place = { LC_DOMAIN: host, LC_AUTH_DOMAIN: host, LC_AUTH_CLIENT_ID: fake.auth.clientId, LC_AUTH_SERVICE_ID: fake.auth.audience };
  const client = new LuminaryClient({ env: place, apiKey: () => apiKey });
  return {
    name: "luminary",
    title: "Luminary Cloud",
    fake,
    url,
    story: "Replace the API key and call again: keylight is given the key by a function, and sends the new one. Or let the next request fail.",
    env: () => ({ ...place, LC_API_KEY: apiKey }),
    clash: { names: ["LC_API_KEY"], note: "Lumar reads LC_API_KEY too, and refuses a key that is not its own: use these lines in a shell of their own." },
    calls: {
      'client.request("GET", "pipelines")': async () => {
        const pipelines = await client.request<{ name: string }[]>("GET", "pipelines");
        return pipelines.map(({ name }) => name).join(", ");
      },
    },
    controls: [
      {
        name: "replace",
        label: () => "Replace the API key",
        run: () => {
          for (const { id } of fake.apiKeys.list().filter(({ active }) => active)) fake.apiKeys.revoke(id);
          apiKey = fake.apiKeys.create({ name: "Another key" }).key;
        },
      },
    ],
    isLogin: noLogin,
    tables: () => tablesOf(fake),
    close: async () => {
      await client.close();
      await close();
    },
  };
}

function tablesOf(fake: FakeLuminary): Table[] {
  return [
    {
      title: "API keys",
      columns: ["Id", "Name", "Active"],
      rows: fake.apiKeys.list().map(({ id, name, active }) => [id, name, active ? "yes" : "no"]),
      whenEmpty: "None.",
    },
    { title: "Pipelines", columns: ["Id", "Name"], rows: [[fake.pipeline.id, fake.pipeline.name]], whenEmpty: "None." },
  ];
}
