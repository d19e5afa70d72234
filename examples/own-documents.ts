import { Client } from "keylight";

const client = new Client();

// Any document goes the same way: plain text as here, or the typed documents of your own code generator.
const { node } = await client.request<{ node: { id: string; name: string } | null }>(
  `query AccountName($id: ObjectID!) { node(id: $id) { ... on Account { id name } } }`,
  { id: process.env["LC_ACCOUNT_ID"] ?? "" },
);
console.log(node?.name);
