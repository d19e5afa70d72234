/**
 * Makes calls with the built package, and prints as JSON which files were loaded for them.
 * Usage: node scripts/size/calls.mjs <ordinary or every> <endpoint> <user key id> <user key secret> <account id>
 */
import { Session } from "node:inspector";

const [which, endpoint, id, secret, accountId] = process.argv.slice(2);
const loaded = new Set();
const inspector = new Session();
inspector.connect();
inspector.on("Debugger.scriptParsed", ({ params }) => params.url.startsWith("file:") && loaded.add(params.url));
inspector.post("Debugger.enable");

const { Client, isKeylightError } = await import("../../dist/index.js");
const client = new Client({ endpoint, userKey: { id, secret }, env: {} });

/** What most programs do: log in, read, write, meet an error, send documents of their own. */
async function ordinary() {
  await client.me();
  const created = await client.serviceAccounts.create({ accountId, name: "size", roleCode: "Viewer" });
  await client.serviceAccounts.update(created.id, { name: "smaller" });
  await client.serviceAccounts.list(accountId);
  await client.serviceAccounts.get("no-such-id").catch((error) => {
    if (!isKeylightError(error, "NOT_FOUND")) throw error;
  });
  await client.request("query Version { version }");
  await client.request({ kind: "Document", definitions: [operation] });
  return created.id;
}

const name = (value) => ({ kind: "Name", value });
const selections = [{ kind: "Field", name: name("version") }];
const operation = { kind: "OperationDefinition", operation: "query", selectionSet: { kind: "SelectionSet", selections } };

/** The rest of what a client can do. */
async function rest(serviceAccountId) {
  const { keys } = client.serviceAccounts;
  const key = await keys.create(serviceAccountId);
  await keys.list(serviceAccountId);
  await keys.rotate(key.id, { serviceAccountId, store: () => undefined });
  await keys.audit(accountId);
  const userKey = await client.userKeys.create();
  await client.userKeys.delete(userKey.id);
  await client.accounts.list().toArray();
  client.explain("{ version }");
  await client.serviceAccounts.delete(serviceAccountId);
  await client.logout();
}

const serviceAccountId = await ordinary();
if (which === "every") await rest(serviceAccountId);
await client.close();
process.stdout.write(JSON.stringify([...loaded]));
