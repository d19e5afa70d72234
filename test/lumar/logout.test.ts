import { expect, test } from "vitest";
import { Client } from "keylight";
import { createFakeLumar } from "keylight/testing";
import { setupServer } from "msw/node";

test("logout before the first call ends the token that a function gives, here and at the server", async () => {
  const fake = createFakeLumar();
  const server = setupServer(...fake.handlers);
  server.listen({ onUnhandledRequest: "error" });
  try {
    const first = new Client({ userKey: fake.userKey, env: {} });
    await first.me();
    const token = fake.requests.at(-1)?.headers["x-auth-token"] ?? "";
    const client = new Client({ sessionToken: () => token, userKey: fake.userKey, env: {} });
    await client.logout();
    expect(fake.requests.at(-1)).toMatchObject({ operationName: "DeleteSession", status: 200 });
    await expect(new Client({ sessionToken: token, env: {} }).me()).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
  } finally {
    server.close();
  }
});

test("keys.create in flight at close() says that the client is closed, and that the key may have been made", async () => {
  const fake = createFakeLumar();
  const { url, close } = await fake.listen();
  const client = new Client({ endpoint: url, userKey: fake.userKey, env: {} });
  const account = await client.serviceAccounts.create({ accountId: fake.account.id, name: "ci", roleCode: "Viewer" });
  fake.failNext({ operationName: "CreateServiceAccountKey", delay: 5_000 });
  const creating = client.serviceAccounts.keys.create(account.id);
  creating.catch(() => undefined);
  while (fake.requests.at(-1)?.operationName !== "CreateServiceAccountKey") await new Promise((resolve) => setTimeout(resolve, 5));
  await client.close();
  await expect(creating).rejects.toMatchObject({ code: "CLIENT_CLOSED", mayHaveExecuted: true, hint: expect.stringContaining("may have run") as string });
  await close();
});
