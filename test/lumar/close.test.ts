import { describe, expect, test } from "vitest";
import { Client, ClientClosedError, type Client as AnyClient } from "keylight";
import { adminOf, arrived, clientOf, countAt, failure, fakeLumar, furnished, rejection } from "./support.ts";

const later: [string, (client: AnyClient) => Promise<unknown>][] = [
  ["me", (client) => client.me()],
  ["version", (client) => client.version()],
  ["login", (client) => client.login()],
  ["logout", (client) => client.logout()],
  ["request", (client) => client.request("{ version }")],
  ["rawRequest", (client) => client.rawRequest("{ version }")],
  ["accounts.get", (client) => client.accounts.get(1)],
  ["accounts.list", (client) => client.accounts.list().toArray()],
  ["serviceAccounts.list", (client) => client.serviceAccounts.list(1)],
  ["serviceAccounts.keys.create", (client) => client.serviceAccounts.keys.create(1)],
  ["userKeys.create", (client) => client.userKeys.create()],
];

describe("close", () => {
  test.each(later)("makes a later %s fail, and nothing is sent", async (_, call) => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.close();
    const error = await failure(call(client), ClientClosedError);
    expect(error).toMatchObject({ code: "CLIENT_CLOSED", retryable: false });
    expect(error.hint).toEqual(expect.any(String));
    expect(fake.requests).toHaveLength(0);
  });

  test("ends calls in flight at once", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    fake.failNext([{ operationName: "Me", delay: 60_000 }, { operationName: "GetAccount", bodyDelay: 60_000 }]);
    const calls = [client.me(), client.accounts.get(fake.account.id)].map((call) => failure(call, ClientClosedError));
    await Promise.all([arrived(fake, "Me"), arrived(fake, "GetAccount")]);
    await client.close();
    for (const error of await Promise.all(calls)) expect(error.code).toBe("CLIENT_CLOSED");
  });

  test("ends a wait for a retry", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    fake.failNext({ operationName: "Me", status: 429, headers: { "retry-after": "20" } });
    const call = failure(client.me(), ClientClosedError);
    await expect.poll(() => fake.requests.at(-1)?.status, { interval: 2 }).toBe(429);
    await client.close();
    await call;
    expect(countAt(fake, "Me")).toBe(1);
  });

  test("ends a wait for the login", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    fake.failNext({ operationName: "LoginWithUserKey", delay: 60_000 });
    const call = failure(client.me(), ClientClosedError);
    await arrived(fake, "LoginWithUserKey");
    await client.close();
    await call;
  });

  test("says of a write in flight that it may have run", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ operationName: "UpdateServiceAccount", bodyDelay: 60_000 });
    const call = failure(client.serviceAccounts.disable(serviceAccount.id), ClientClosedError);
    await arrived(fake, "UpdateServiceAccount");
    await client.close();
    expect((await call).mayHaveExecuted).toBe(true);
  });

  test("twice is once", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const derived = client.with({});
    await client.close();
    await client.close();
    await derived.me();
    await derived.close();
  });

  test("leaves derived clients alone, also those that share the session, and the other way round", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const derived = client.with({ timeout: 10_000 });
    await client.me();
    await client.close();
    await derived.me();
    fake.expireSessions();
    await derived.me();
    expect(countAt(fake, "LoginWithUserKey")).toBe(2);
    const third = derived.with({});
    await derived.close();
    await third.me();
    await third.close();
    await failure(third.me(), ClientClosedError);
  });

  test("of a derived client leaves the first one alone", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.with({}).close();
    await client.me();
  });

  test("keeps the session at the server: it is no logout", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.me();
    await client.close();
    expect(countAt(fake, "DeleteSession")).toBe(0);
  });
});

test("`await using` closes", async () => {
  const fake = fakeLumar();
  let kept: Client | undefined;
  {
    await using client = new Client({ userKey: fake.userKey, env: {} });
    kept = client;
    await client.me();
  }
  await failure(kept.me(), ClientClosedError);
});

test("explain still works on a closed client: it calls nobody", async () => {
  const client = clientOf();
  await client.close();
  expect(client.explain("{ version }").kind).toBe("query");
  expect(await rejection(client.version())).toBeInstanceOf(ClientClosedError);
});
