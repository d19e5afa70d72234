import { LuminaryClient } from "keylight/luminary";

// Whose identity provider, which OAuth client and which audience: LC_AUTH_DOMAIN, LC_AUTH_CLIENT_ID, LC_AUTH_SERVICE_ID.
const client = new LuminaryClient({ interactive: true });

// The first call shows the address of the login and opens a browser. Later runs go on with it, until it ends after 30 days.
const pipelines = await client.request<{ id: string }[]>("GET", "pipelines");
console.log(`${pipelines.length} pipelines`);
if (process.argv.includes("--logout")) await client.logout();
