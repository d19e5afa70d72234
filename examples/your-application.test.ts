import { setupServer } from "msw/node";
import { Client } from "keylight";
import { createFakeLumar } from "keylight/testing";
import { afterAll, beforeAll, expect, it } from "vitest";

// Your application, which knows nothing of the fake.
async function countServiceAccounts(client: Client, accountId: string): Promise<number> {
  return (await client.serviceAccounts.list(accountId)).length;
}

const fake = createFakeLumar();
const server = setupServer(...fake.handlers);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

it("survives a session that ends and a server that is busy", async () => {
  const client = new Client({ userKey: fake.userKey });
  await client.serviceAccounts.create({ accountId: fake.account.id, name: "ci", roleCode: "Viewer" });

  fake.expireSessions();
  fake.failNext({ status: 503, operationName: "ListServiceAccounts" });

  expect(await countServiceAccounts(client, fake.account.id)).toBe(1);
  expect(fake.requests.filter(({ operationName }) => operationName === "LoginWithUserKey")).toHaveLength(2);
});
