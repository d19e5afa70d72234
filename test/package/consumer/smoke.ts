/** Run against the packed package: a client talks to the fake that the package brings along. */
import { Client, isKeylightError } from "keylight";
import { createFakeLumar } from "keylight/testing";

function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

const fake = createFakeLumar();
const server = await fake.listen();
const client = new Client({ endpoint: server.url, userKey: fake.userKey });

const created = await client.serviceAccounts.create({ accountId: fake.account.id, name: "smoke", roleCode: "Viewer" });
assert(created.name === "smoke", "a service account comes back");
const listed = await client.serviceAccounts.list(fake.account.id);
assert(listed.some((serviceAccount) => serviceAccount.id === created.id), "and is listed");

const error = await client.serviceAccounts.get("no-such-id").then(
  () => undefined,
  (reason: unknown) => reason,
);
assert(isKeylightError(error, "NOT_FOUND"), "an error of the package is known as one");

await client.close();
await server.close();
