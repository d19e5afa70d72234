import { Client, getDefaultClient, me, serviceAccounts, setDefaultClient, withClient } from "keylight";

// One client for the whole process ...
setDefaultClient(new Client({ timeout: 10_000 }));
console.log((await me()).username);

// ... and another one inside a scope: a tenant, a request, a job. It holds across awaits. This one has more time, and the
// same session; with a userKey of its own among the options it has its own.
const patient = getDefaultClient().with({ timeout: 120_000 });
await withClient(patient, async () => {
  const list = await serviceAccounts.list(process.env["LC_ACCOUNT_ID"] ?? "");
  console.log(`${list.length} service accounts`);
});
