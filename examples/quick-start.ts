import { Client } from "keylight";

// The credential comes from the environment: LC_API_KEY, or LC_USER_KEY_ID and LC_USER_KEY_SECRET.
const client = new Client();

for await (const account of client.accounts.list()) {
  const serviceAccounts = await client.serviceAccounts.list(account.id);
  console.log(`${account.name}: ${serviceAccounts.length} service accounts`);
}
