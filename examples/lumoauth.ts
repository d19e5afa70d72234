import { readFile } from "node:fs/promises";
import { LumoAuthClient } from "keylight/lumoauth";

// curl https://your-domain.com/t/{tenantSlug}/api/v1/admin/users -H "Authorization: Bearer {your-api-key}"
// LUMOAUTH_URL, LUMOAUTH_TENANT and LUMOAUTH_API_KEY say which server, which tenant and with which key.
const client = new LumoAuthClient();
for await (const user of client.users.list({ blocked: false })) console.log(user.email);

// curl https://your-domain.com/t/{tenantSlug}/api/v1/admin/users -H "X-API-Key: {your-api-key}"
// A key that is rotated in the portal is dead at once. Given by a function, it is asked for anew, and nothing restarts.
const keyFile = process.env["LUMOAUTH_KEY_FILE"] ?? "/run/secrets/lumoauth";
const rotating = new LumoAuthClient({ header: "x-api-key", apiKey: () => readFile(keyFile, "utf8") });
console.log(`${(await rotating.users.list().toArray()).length} users; rotate the key at ${rotating.apiKeysPortalUrl}`);

// Dynamic client registration (RFC 7591). The secret is shown this once: secret.reveal() goes into a vault.
const registered = await rotating.registerClient({ client_name: "Web shop", redirect_uris: ["https://shop.example.com/callback"] });
console.log(`client ${registered.client_id}, secret ${String(registered.client_secret)}`);
