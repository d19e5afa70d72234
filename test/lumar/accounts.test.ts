import { describe, expect, test } from "vitest";
import { NotFoundError, ResponseFormatError, ValidationError, type Account } from "keylight";
import type { FakeLumar } from "keylight/testing";
import { adminOf, clientOf, countAt, failure, fakeLumar, furnishedWithKey, operationsAt, wrong } from "./support.ts";

/** Adds accounts to the first one, so that there are as many. */
function withAccounts(fake: FakeLumar, total: number): void {
  for (let number = 2; number <= total; number += 1) fake.createAccount({ name: `Account ${number}` });
}

describe("accounts.get", () => {
  test("gives the account by its global id, and by its number", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const number = Number(/\d+$/.exec(atob(fake.account.id))?.[0]);
    for (const id of [fake.account.id, number, String(number)]) {
      expect(await client.accounts.get(id)).toEqual({ id: fake.account.id, name: fake.account.name });
    }
    expect(countAt(fake, "LoginWithUserKey")).toBe(1);
  });

  test.each(["null", "error"] as const)("says NotFound for an unknown id where the server answers %s", async (unknownNode) => {
    const fake = fakeLumar({ unknownNode });
    const error = await failure(adminOf(fake).accounts.get(999_999), NotFoundError);
    expect(error).toMatchObject({ code: "NOT_FOUND", operationName: "GetAccount", retryable: false, mayHaveExecuted: false });
  });

  test("says NotFound for the id of an object of another type", async () => {
    const { client, serviceAccount } = await furnishedWithKey();
    await failure(client.accounts.get(serviceAccount.id), NotFoundError);
  });

  test("says NotFound for somebody else's account", async () => {
    const fake = fakeLumar();
    const { account } = fake.createAccount({ foreign: true });
    const error = await failure(adminOf(fake).accounts.get(account.id), NotFoundError);
    expect(error.hint).toContain("access");
  });

  test("works with an API key", async () => {
    const { fake, apiKey } = await furnishedWithKey();
    expect((await clientOf({ apiKey }).accounts.get(fake.account.id)).name).toBe(fake.account.name);
  });

  test.each([[""], ["a b"], ["undefined"], ["null"], [0], [-1], [1.5], [Number.NaN], [undefined], [null], [{}]])(
    "refuses %j as an id, and sends nothing",
    async (id) => {
      const fake = fakeLumar();
      const error = await failure(adminOf(fake).accounts.get(wrong(id)), ValidationError);
      expect(error.issues).toEqual([{ path: "id", message: expect.any(String) }]);
      expect(fake.requests).toHaveLength(0);
    },
  );
});

describe("accounts.list", () => {
  test("reads all pages, in order, each account once", async () => {
    const fake = fakeLumar();
    withAccounts(fake, 250);
    const found: Account[] = [];
    for await (const account of adminOf(fake).accounts.list()) found.push(account);
    expect(new Set(found.map(({ id }) => id)).size).toBe(250);
    expect(found.at(0)?.name).toBe(fake.account.name);
    expect(found.at(-1)?.name).toBe("Account 250");
    expect(countAt(fake, "ListAccounts")).toBe(3);
  });

  test("toArray gives all of them", async () => {
    const fake = fakeLumar();
    withAccounts(fake, 101);
    expect(await adminOf(fake).accounts.list().toArray()).toHaveLength(101);
    expect(countAt(fake, "ListAccounts")).toBe(2);
  });

  test.each([
    [1, 1],
    [100, 1],
    [101, 2],
    [1000, 3],
  ])("toArray with limit %d asks for %d pages", async (limit, pages) => {
    const fake = fakeLumar();
    withAccounts(fake, 250);
    const found = await adminOf(fake).accounts.list().toArray({ limit });
    expect(found).toHaveLength(Math.min(limit, 250));
    expect(countAt(fake, "ListAccounts")).toBe(pages);
  });

  test("toArray with limit 0 sends nothing", async () => {
    const fake = fakeLumar();
    expect(await adminOf(fake).accounts.list().toArray({ limit: 0 })).toEqual([]);
    expect(fake.requests).toHaveLength(0);
  });

  test("a break in the middle of a page asks for no more pages", async () => {
    const fake = fakeLumar();
    withAccounts(fake, 250);
    let read = 0;
    for await (const _ of adminOf(fake).accounts.list()) {
      read += 1;
      if (read === 120) break;
    }
    expect(countAt(fake, "ListAccounts")).toBe(2);
  });

  test("sends nothing before it is iterated, and starts anew each time", async () => {
    const fake = fakeLumar();
    const list = adminOf(fake).accounts.list();
    expect(fake.requests).toHaveLength(0);
    expect(await list.toArray()).toEqual(await list.toArray());
    expect(countAt(fake, "ListAccounts")).toBe(2);
  });

  test("passes the options on to each page", async () => {
    const fake = fakeLumar();
    withAccounts(fake, 150);
    await adminOf(fake).accounts.list({ headers: { "x-trace": "t1" } }).toArray();
    const pages = fake.requests.filter(({ operationName }) => operationName === "ListAccounts");
    expect(pages.map(({ headers }) => headers["x-trace"])).toEqual(["t1", "t1"]);
  });

  test("stops between pages when the signal is aborted", async () => {
    const fake = fakeLumar();
    withAccounts(fake, 250);
    const controller = new AbortController();
    const reason = new Error("enough");
    const reading = (async () => {
      for await (const _ of adminOf(fake).accounts.list({ signal: controller.signal })) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(countAt(fake, "ListAccounts")).toBe(1);
  });

  test("a renewal in the middle loses and repeats nothing", async () => {
    const fake = fakeLumar();
    withAccounts(fake, 250);
    const ids: string[] = [];
    for await (const { id } of adminOf(fake).accounts.list()) {
      ids.push(id);
      if (ids.length === 50) fake.expireSessions();
    }
    expect(new Set(ids).size).toBe(250);
    expect(ids).toHaveLength(250);
    expect(countAt(fake, "LoginWithUserKey")).toBe(2);
  });

  test("ends when the server repeats a cursor", async () => {
    const fake = fakeLumar();
    const page = { nodes: [{ id: "a", name: null }], pageInfo: { hasNextPage: true, endCursor: "same" } };
    const fault = { operationName: "ListAccounts", body: { data: { me: { accounts: page } } } };
    fake.failNext([fault, fault, fault]);
    const found = await adminOf(fake).accounts.list().toArray();
    expect(found.every(({ name }) => name === null)).toBe(true);
    expect(countAt(fake, "ListAccounts")).toBe(2);
  });

  test("ends when the server promises another page without saying where", async () => {
    const fake = fakeLumar();
    const page = { nodes: [{ id: "a", name: null }], pageInfo: { hasNextPage: true, endCursor: null } };
    fake.failNext({ operationName: "ListAccounts", body: { data: { me: { accounts: page } } } });
    expect(await adminOf(fake).accounts.list().toArray()).toHaveLength(1);
    expect(countAt(fake, "ListAccounts")).toBe(1);
  });

  test.each([
    [{}],
    [{ me: { accounts: null } }],
    [{ me: { accounts: { nodes: null, pageInfo: { hasNextPage: false } } } }],
    [{ me: { accounts: { nodes: [], pageInfo: null } } }],
  ])("an answer of another shape, %j, is a format error", async (data) => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "ListAccounts", body: { data } });
    const error = await failure(adminOf(fake).accounts.list().toArray(), ResponseFormatError);
    expect(error).toMatchObject({ code: "BAD_RESPONSE", retryable: false });
    expect(operationsAt(fake)).toEqual(["LoginWithUserKey", "ListAccounts"]);
  });
});
