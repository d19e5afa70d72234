/** Run against the packed package, beside the user's own graphql 17: what it parsed and printed goes through. */
import assert from "node:assert/strict";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { parse, print, versionInfo } from "graphql";
import { Client } from "keylight";

const [endpoint = "", id = "", secret = "", accountId = ""] = process.argv.slice(2);
assert.equal(versionInfo.major, 17);

const AccountId: TypedDocumentNode<{ node: { id: string } }, { id: string }> = parse(`
  query AccountId($id: ObjectID!) {
    node(id: $id) { ...Names }
  }
  fragment Names on Account { id }
`);

const client = new Client({ endpoint, userKey: { id, secret } });
assert.deepEqual(await client.serviceAccounts.list(accountId), []);
assert.equal((await client.request(AccountId, { id: accountId })).node.id, accountId);
assert.equal((await client.request<{ node: { id: string } }>(print(AccountId), { id: accountId })).node.id, accountId);
await client.close();
