import { LumoAuthClient } from "keylight/lumoauth";
import { createFakeLumoAuth } from "keylight/testing";
import { noLogin, type House, type Open } from "../house.ts";

export async function openLumoAuth(open: Open): Promise<House> {
  const fake = createFakeLumoAuth();
  const { url, close } = await open(fake);
  let apiKey = fake.apiKey;
  const place = { LUMOAUTH_URL: url, LUMOAUTH_TENANT: fake.tenant.slug };
  // As a program that reads its key from a file: when one is refused, it asks once more.
  const client = new LumoAuthClient({ env: place, apiKey: () => apiKey });
  return {
    name: "lumoauth",
    title: "LumoAuth",
    fake,
    url,
    story: "Rotate the API key and call again: keylight is given the key by a function, and sends the new one. Or let the next request fail.",
    env: () => ({ ...place, LUMOAUTH_API_KEY: apiKey }),
    calls: {
      "client.users.list()": async () => {
        const users = await client.users.list().toArray();
        return users.map(({ email }) => email).join(", ");
      },
    },
    controls: [
      {
        name: "rotate",
        label: () => "Rotate the API key",
        run: () => {
          apiKey = fake.rotateKey();
        },
      },
    ],
    isLogin: noLogin,
    tables: (credentials) => [
      { title: "Tenants", columns: ["Slug", "Path"], rows: [[fake.tenant.slug, fake.tenant.pathPrefix]], whenEmpty: "None." },
      { title: "API keys", columns: ["Key"], rows: [[credentials.nameOf(apiKey)]], whenEmpty: "None." },
      { title: "OAuth clients", columns: ["Id"], rows: [[fake.clientId]], whenEmpty: "None." },
    ],
    close: async () => {
      await client.close();
      await close();
    },
  };
}
