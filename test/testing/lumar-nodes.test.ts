import { describe, expect, test } from "vitest";
import { createFakeLumar, type FakeLumar } from "keylight/testing";
import { createClockedFake, createFurnishedFake, login, numberIn, send, type Credential } from "./support.ts";
import { decodeGlobalId, encodeId } from "../../src/testing/lumar/ids.ts";

describe("ids", () => {
  test.each([
    ["Account", 715, "TjAwN0FjY291bnQ3MTU"],
    ["UserKey", 132, "TjAwN1VzZXJLZXkxMzI"],
    ["User", 861, "TjAwNFVzZXI4NjE"],
    ["ServiceAccount", 123, "TjAxNFNlcnZpY2VBY2NvdW50MTIz"],
    ["ServiceAccountKey", 456, "TjAxN1NlcnZpY2VBY2NvdW50S2V5NDU2"],
  ] as const)("of %s %i is %s", (type, number, id) => {
    expect(encodeId(type, number)).toBe(id);
    expect(decodeGlobalId(id)).toEqual({ type, number });
  });

  test.each(["", "!", "a", "715", "TjAwN1Byb2plY3Q0NT0", btoa("N008Account715").replaceAll("=", "")])("are not %j", (id) => {
    expect(decodeGlobalId(id)).toBeUndefined();
  });
});

describe("node", () => {
  const typename = async (fake: FakeLumar, id: string | number, credential: Credential): Promise<unknown> => {
    const { body } = await send(fake, "query ($id: ObjectID!) { node(id: $id) { __typename id } }", { id }, credential);
    expect(body.errors).toBeUndefined();
    return body.data.node?.__typename;
  };

  test("resolves every type by its global id only", async () => {
    const { fake, admin, serviceAccount, key } = await createFurnishedFake();
    const user = (await send(fake, "Me", {}, admin)).body.data.me;
    const objects = { Account: fake.account, User: user, UserKey: fake.userKey, ServiceAccount: serviceAccount, ServiceAccountKey: key };
    for (const [type, { id }] of Object.entries(objects)) {
      expect(await typename(fake, id, admin)).toBe(type);
      expect(await typename(fake, numberIn(id), admin)).toBeUndefined();
      expect(await typename(fake, String(numberIn(id)), admin)).toBeUndefined();
    }
  });

  test("resolves nothing foreign", async () => {
    const { fake, admin, serviceAccount, key, apiKey } = await createFurnishedFake();
    const user = (await send(fake, "Me", {}, admin)).body.data.me;
    const foreigner = await login(fake, fake.createAccount({ foreign: true }).userKey);
    for (const { id } of [fake.account, user, fake.userKey, serviceAccount, key]) {
      expect(await typename(fake, id, foreigner)).toBeUndefined();
    }
    expect(await typename(fake, fake.userKey.id, apiKey)).toBeUndefined();
    for (const { id } of [fake.account, user, serviceAccount, key]) expect(await typename(fake, id, apiKey)).toBeDefined();
  });

  test("answers an empty object for an id of another type", async () => {
    const { fake, admin, serviceAccount } = await createFurnishedFake();
    const { status, body } = await send(fake, "GetAccount", { accountId: serviceAccount.id }, admin);
    expect([status, body]).toEqual([200, { data: { node: {} } }]);
  });

  test("answers null for an unknown id, with an error if unknownNode says so", async () => {
    for (const unknownNode of ["null", "error"] as const) {
      const { fake } = createClockedFake({ unknownNode });
      const session = await login(fake);
      const types = ["Account", "User", "UserKey", "ServiceAccount", "ServiceAccountKey"] as const;
      for (const accountId of [...types.map((type) => encodeId(type, 1)), "unknown", btoa("N007Project45").replaceAll("=", "")]) {
        const { status, body } = await send(fake, "GetAccount", { accountId }, session);
        expect([status, body.data]).toEqual([200, { node: null }]);
        const error = { message: "Entity not found", path: ["node"], extensions: { code: "ENTITY_NOT_FOUND" } };
        expect(body.errors).toEqual(unknownNode === "error" ? [error] : undefined);
      }
    }
  });

  test("gives the account by its documented query", async () => {
    const { fake } = createClockedFake();
    const { body } = await send(fake, "GetAccount", { accountId: fake.account.id }, await login(fake));
    expect(body).toEqual({ data: { node: fake.account } });
  });
});

describe("accounts of a user", () => {
  async function fakeWithAccounts(count: number) {
    const fake = createFakeLumar();
    const accounts = [fake.account];
    while (accounts.length < count) accounts.push(fake.createAccount().account);
    return { fake, accounts, session: await login(fake) };
  }

  test("come in pages that end", async () => {
    const { fake, accounts, session } = await fakeWithAccounts(5);
    fake.createAccount({ foreign: true });
    const seen = [];
    let after: unknown = null;
    do {
      const { body } = await send(fake, "ListAccounts", { first: 2, after }, session);
      const { nodes, pageInfo } = body.data.me.accounts;
      seen.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
    } while (after !== undefined);
    expect(seen).toEqual(accounts);
  });

  const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
    me { accounts(first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

  test("can be read backwards", async () => {
    const { fake, accounts, session } = await fakeWithAccounts(3);
    const last = (await send(fake, query, { last: 2 }, session)).body.data.me.accounts;
    expect(last.nodes).toEqual(accounts.slice(1).map(({ id }) => ({ id })));
    expect(last).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    expect(last.edges.map(({ cursor }: { cursor: string }) => cursor)).toEqual([last.pageInfo.startCursor, last.pageInfo.endCursor]);
    const first = (await send(fake, query, { last: 2, before: last.pageInfo.startCursor }, session)).body.data.me.accounts;
    expect(first.edges.map(({ node }: { node: unknown }) => node)).toEqual([{ id: fake.account.id }]);
  });

  test("may be none", async () => {
    const { fake, session } = await fakeWithAccounts(1);
    const all = (await send(fake, query, {}, session)).body.data.me.accounts;
    const rest = (await send(fake, query, { after: all.pageInfo.endCursor }, session)).body.data.me.accounts;
    expect(rest.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null });
  });

  test("bear the names that they were given", async () => {
    const { fake } = createClockedFake();
    const { account, userKey } = fake.createAccount({ name: "Second" });
    expect([account.name, userKey]).toEqual(["Second", fake.userKey]);
  });

  test.each([{ first: 0 }, { first: 1001 }, { last: 0 }, { last: 1001 }, { after: "x" }, { before: "x" }])(
    "are refused for %j",
    async (page) => {
      const { fake, session } = await fakeWithAccounts(1);
      const { status, body } = await send(fake, query, page, session);
      expect([status, body.errors[0].extensions.code]).toEqual([200, "BAD_USER_INPUT"]);
    },
  );
});
