/** Run against the packed package, where no graphql is installed: calls work, and so do documents that are given as text. */
import assert from "node:assert/strict";
import { Client } from "keylight";

const [endpoint = "", id = "", secret = "", accountId = ""] = process.argv.slice(2);

const graphql: string = "graphql";
await assert.rejects(import(graphql), { code: "ERR_MODULE_NOT_FOUND" });

const client = new Client({ endpoint, userKey: { id, secret } });
assert.deepEqual(await client.serviceAccounts.list(accountId), []);

const text = "query Name($id: ObjectID!) { node(id: $id) { ... on Account { id } } }";
const { node } = await client.request<{ node: { id: string } }, { id: string }>(text, { id: accountId });
assert.equal(node.id, accountId);
await client.close();
