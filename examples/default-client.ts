import { Client, me, serviceAccounts, setDefaultClient, withClient } from "keylight";

// One client for the whole process ...
setDefaultClient(new Client({ timeout: 10_000 }));
console.log((await me()).username);

// ... and another one inside a scope: a tenant, a request, a job. It holds across awaits.
const tenant = new Client({
  userKey: { id: process.env["TENANT_KEY_ID"] ?? "", secret: process.env["TENANT_KEY_SECRET"] ?? "" },
});
await withClient(tenant, async () => {
  const list = await serviceAccounts.list(process.env["TENANT_ACCOUNT_ID"] ?? "");
  console.log(`${list.length} service accounts`);
});
