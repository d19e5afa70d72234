import { LuminaryClient } from "keylight/luminary";
import { createFakeLuminary, type FakeLuminary } from "keylight/testing";
import { noLogin, type Control, type House, type Open } from "../house.ts";

/** The API key that is good now. */
interface CurrentKey {
  id: string;
  text: string;
}

export async function openLuminary(open: Open): Promise<House> {
  const fake = createFakeLuminary({ redirectPorts: "any" });
  const { url, close } = await open(fake);
  const { host } = new URL(url);
  const key: CurrentKey = { id: fake.apiKeys.list()[0]?.id ?? "", text: fake.apiKey };
  const place = { LC_DOMAIN: host, LC_AUTH_DOMAIN: host, LC_AUTH_CLIENT_ID: fake.auth.clientId, LC_AUTH_SERVICE_ID: fake.auth.audience };
  const client = new LuminaryClient({ env: place, apiKey: () => key.text });
  return {
    name: "luminary",
    title: "Luminary Cloud",
    fake,
    url,
    story: "Replace the API key and call again: keylight is given the key by a function, and sends the new one. Or let the next request fail.",
    env: () => ({ ...place, LC_API_KEY: key.text }),
    clash: { names: ["LC_API_KEY"], note: "Lumar reads LC_API_KEY too, and refuses a key that is not its own: use these lines in a shell of their own." },
    calls: {
      'client.request("GET", "pipelines")': async () => {
        const pipelines = await client.request<{ name: string }[]>("GET", "pipelines");
        return pipelines.map(({ name }) => name).join(", ");
      },
    },
    controls: [replaceKey(fake, key)],
    isLogin: noLogin,
    tables: () => [
      {
        title: "API keys",
        columns: ["Id", "Name", "Active"],
        rows: fake.apiKeys.list().map(({ id, name, active }) => [id, name, active ? "yes" : "no"]),
        whenEmpty: "None.",
      },
      { title: "Pipelines", columns: ["Id", "Name"], rows: [[fake.pipeline.id, fake.pipeline.name]], whenEmpty: "None." },
    ],
    close: async () => {
      await client.close();
      await close();
    },
  };
}

function replaceKey(fake: FakeLuminary, current: CurrentKey): Control {
  return {
    name: "replace",
    label: () => "Replace the API key",
    run: () => {
      const next = fake.apiKeys.create({ name: "Another key" });
      fake.apiKeys.revoke(current.id);
      Object.assign(current, { id: next.id, text: next.key });
    },
  };
}
