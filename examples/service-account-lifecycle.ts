/**
 * The life of a service account: created, given a key, used, updated, rotated, revoked, deleted.
 *
 * Runs against whatever the environment, or a file `.env`, names: `npm run demo` lets it run against the fake Lumar.
 * Against the real service it needs a user key of a user with the Admin role; it deletes what it makes.
 */
import { styleText } from "node:util";
import { config } from "dotenv";
import { Client, isKeylightError } from "keylight";

config({ quiet: true });

let steps = 0;
function step(title: string, details: Record<string, unknown>): void {
  steps += 1;
  console.log(`\n${styleText("cyan", String(steps).padStart(2))}  ${styleText("bold", title)}`);
  for (const [name, value] of Object.entries(details)) console.log(`    ${styleText("dim", name.padEnd(12))} ${String(value)}`);
}

const client = new Client();

const session = await client.login();
const user = await client.me();
step("Log in with a user key", { user: user.username, session: `until ${session.expiresAt}` });

const [account] = await client.accounts.list().toArray({ limit: 1 });
if (account === undefined) throw new Error("this user has no account");
step("Find an account", { account: account.name, id: account.id });

const serviceAccount = await client.serviceAccounts.create({
  accountId: account.id,
  name: `keylight example ${new Date().toISOString()}`,
  roleCode: "Viewer",
});
try {
  step("Create a service account", { name: serviceAccount.name, role: serviceAccount.roleCode, id: serviceAccount.id });

  const key = await client.serviceAccounts.keys.create(serviceAccount.id, {
    name: "nightly report",
    expiresAt: new Date(Date.now() + 90 * 24 * 3_600_000),
  });
  // A secret prints itself as [redacted]; key.apiKey.reveal() is what goes into a vault.
  step("Give it a key", { name: key.name, expires: key.expiresAt, "x-api-key": key.apiKey });

  const machine = client.with({ apiKey: key.apiKey });
  step("Use the key, as a program would", { "it reads": (await machine.accounts.get(account.id)).name });

  const refusal: unknown = await machine.serviceAccounts.delete(serviceAccount.id).catch((error: unknown) => error);
  if (isKeylightError(refusal)) step("A service account may not manage service accounts", { refused: `${refusal.code}, before anything was sent` });

  const updated = await client.serviceAccounts.update(serviceAccount.id, { description: "made by an example" });
  step("Update it", { description: updated.description });

  const vault = new Map<string, string>();
  const rotation = await client.serviceAccounts.keys.rotate(key.id, {
    serviceAccountId: serviceAccount.id,
    store: (fresh) => void vault.set("LC_API_KEY", fresh.apiKey.reveal()),
  });
  step("Rotate the key", { "new key": "proven with one call, then stored", "old revoked": rotation.oldKeyRevoked });

  const old: unknown = await machine.accounts.get(account.id).catch((error: unknown) => error);
  if (isKeylightError(old)) step("The old key is refused", { code: old.code, hint: old.hint });

  const revoked = await client.serviceAccounts.keys.revoke(rotation.key.id);
  step("Revoke the new key", { "revoked at": revoked.revokedAt });
} finally {
  await client.serviceAccounts.delete(serviceAccount.id);
  step("Delete the service account", { id: serviceAccount.id });
}

await client.logout();
await client.close();
