import { describe, expect, test } from "vitest";
import { ResponseFormatError, ValidationError } from "keylight";
import type { UserQuery } from "keylight/lumoauth";
import type { FakeLumoAuth, FakeLumoAuthOptions } from "keylight/testing";
import { adminOf, answering, defined, failure, fakeLumoAuth, page, rejection, user, wrong, type Reply, type Visit } from "./support.ts";

/** So many users, numbered. */
const users = (count: number, from = 1): (typeof user)[] => Array.from({ length: count }, (_, index) => ({ ...user, id: `u${String(from + index)}` }));

/** Users as a server has them that counts in pages; `clamp` is the most that it gives at once. */
const paged = (total: number, envelope: (data: object[], at: { page: number; limit: number; total: number }) => object, clamp = 100) => ({ query }: Visit): Reply => {
  const [number, limit] = [Number(query.get("page")), Math.min(Number(query.get("limit")), clamp)];
  return { body: envelope(users(total).slice((number - 1) * limit, number * limit), { page: number, limit, total }) };
};

async function idsOf(list: AsyncIterable<{ readonly id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

const all = (count: number): string[] => users(count).map(({ id }) => id);

describe("every documented envelope is read to its end, each object once", () => {
  const withMeta = (data: object[], { page: number, limit, total }: { page: number; limit: number; total: number }) => ({
    data,
    meta: { total, page: number, limit, totalPages: Math.ceil(total / limit), hasNextPage: number * limit < total, hasPreviousPage: number > 1 },
    resourceType: "users",
  });
  test.each<[string, total: number, (visit: Visit) => Reply, requests: number]>([
    ["data and meta", 250, paged(250, withMeta), 3],
    ["data and pagination", 250, paged(250, (data, at) => ({ data, pagination: at })), 3],
    ["both, identical", 250, paged(250, (data, at) => ({ ...withMeta(data, at), pagination: withMeta(data, at).meta })), 3],
    ["data without a word on it: a short page is the last", 250, paged(250, (data) => ({ data })), 3],
    ["data alone, and nothing behind a full page", 200, paged(200, (data) => ({ data })), 3],
    ["a total that is reached with a full page", 200, paged(200, (data, at) => ({ data, pagination: at })), 2],
    ["a meta that tells nothing, beside a pagination that does", 250, paged(250, (data, at) => ({ data, meta: {}, pagination: at })), 3],
    ["items and total", 250, paged(250, (items, { limit, total }) => ({ items, limit, total })), 3],
    ["a page that is smaller than was asked for, with meta", 250, paged(250, withMeta, 50), 5],
    ["a page that is smaller than was asked for, with a total", 250, paged(250, (data, at) => ({ data, pagination: at }), 50), 5],
    ["a page that is smaller than was asked for, with nothing but its size", 250, paged(250, (data, { limit }) => ({ data, meta: { limit } }), 50), 6],
  ])("%s", async (_, total, answer, requests) => {
    const { client, visits } = await answering(answer);
    expect(await idsOf(client.users.list())).toEqual(all(total));
    expect(visits).toHaveLength(requests);
  });

  test("items with an offset, of a server that knows no pages", async () => {
    const { client, visits } = await answering(({ query }) => {
      const [offset, limit] = [Number(query.get("offset") ?? 0), Number(query.get("limit"))];
      return { body: { items: users(250).slice(offset, offset + limit), total: 250, limit, offset } };
    });
    expect(await idsOf(client.users.list())).toEqual(all(250));
    expect(visits.map(({ query }) => query.get("offset"))).toEqual([null, "100", "200"]);
  });

  test("items with an offset, of a server that knows pages and no offset", async () => {
    const { client } = await answering(paged(250, (items, { page: number, limit, total }) => ({ items, total, limit, offset: (number - 1) * limit })));
    expect(await idsOf(client.users.list())).toEqual(all(250));
  });

  test.each<FakeLumoAuthOptions["lists"] & string>(["meta", "pagination", "both", "items"])("%s of the fake", async (lists) => {
    const { fake, emails } = await furnished({ lists });
    const from = fake.requests.length;
    const found = await adminOf(fake).users.list({ limit: 3 }).toArray();
    expect(found.map(({ email }) => email).sort()).toEqual(emails);
    expect(fake.requests.length - from).toBe(3);
  });
});

/** A fake with seven users. */
async function furnished(options: FakeLumoAuthOptions = {}): Promise<{ fake: FakeLumoAuth; emails: string[] }> {
  const fake = fakeLumoAuth(options);
  const made = await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => adminOf(fake).users.create({ email: `${name}@x.example` })));
  return { fake, emails: [fake.user.email, ...made.map(({ email }) => email)].sort() };
}

describe("what goes out", () => {
  test("is a page and a limit, 100 by default, and the filters as they are", async () => {
    const { client, visits } = await answering(page([]));
    await client.users.list().toArray();
    await client.users.list({ limit: 7, search: "ü & ö=1", role: "admin", group: "web", blocked: false, sortBy: "email", sortDir: "DESC", department: 5, mfa: undefined }).toArray();
    await client.roles.list({ isSystem: true }).toArray();
    expect(visits.map(({ query }) => Object.fromEntries(query))).toEqual([
      { page: "1", limit: "100" },
      { page: "1", limit: "7", search: "ü & ö=1", role: "admin", group: "web", blocked: "false", sortBy: "email", sortDir: "DESC", department: "5" },
      { page: "1", limit: "100", isSystem: "true" },
    ]);
  });

  test("is nothing before the iteration, and it begins anew each time", async () => {
    const { client, visits } = await answering(page(users(2)));
    const list = client.users.list();
    expect(visits).toEqual([]);
    expect(await idsOf(list)).toEqual(await idsOf(list));
    expect(visits).toHaveLength(2);
    expect(await list.toArray({ limit: 0 })).toEqual([]);
    expect(visits).toHaveLength(2);
  });

  test("is nothing for a query that is none", async () => {
    const { client, visits } = await answering(page([]));
    const bad: UserQuery[] = [{ limit: 0 }, { limit: 101 }, { limit: 2.5 }, wrong<UserQuery>({ limit: "10" }), wrong<UserQuery>({ search: null }), wrong<UserQuery>({ role: ["a"] }), wrong<UserQuery>("admin")];
    for (const query of bad) {
      const error = await failure(client.users.list(query).toArray(), ValidationError);
      expect(error.issues).toHaveLength(1);
    }
    expect(visits).toEqual([]);
  });
});

describe("an iteration that is left", () => {
  test("early asks for no further page", async () => {
    const { client, visits } = await answering(paged(1000, (data, at) => ({ data, pagination: at })));
    for await (const { id } of client.users.list()) if (id === "u150") break;
    expect(visits).toHaveLength(2);
    expect(await client.users.list().toArray({ limit: 100 })).toHaveLength(100);
    expect(visits).toHaveLength(3);
  });

  test("by an abort stops at once, also among objects that are here already", async () => {
    const { client, visits } = await answering(paged(1000, (data, at) => ({ data, pagination: at })));
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen: string[] = [];
    const work = (async () => {
      for await (const { id } of client.users.list({}, { signal: controller.signal })) {
        seen.push(id);
        if (id === "u103") controller.abort(reason);
      }
    })();
    expect(await rejection(work)).toBe(reason);
    expect([seen.length, visits.length]).toEqual([103, 2]);
  });

  test("by an abort while a page is under way ends with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { client, visits } = await answering(({ query }, nth) => {
      if (nth === 1) return { body: { data: users(100), meta: { hasNextPage: true } } };
      controller.abort(reason);
      return { body: { data: users(100, Number(query.get("page")) * 100) } };
    });
    expect(await rejection(client.users.list({}, { signal: controller.signal }).toArray())).toBe(reason);
    expect(visits).toHaveLength(2);
  });

  test("by a failure of a later page keeps what came before it", async () => {
    const { client } = await answering((_, nth) => (nth === 1 ? { body: { data: users(100), meta: { hasNextPage: true } } } : { status: 400, body: "no" }));
    const seen: unknown[] = [];
    await rejection((async () => { for await (const one of client.users.list()) seen.push(one); })());
    expect(seen).toHaveLength(100);
  });
});

describe("a list that would never end ends", () => {
  test.each<[string, Reply]>([
    ["with a next page for ever", page(users(100), { hasNextPage: true })],
    ["with a total that is never reached", page(users(100), { total: 1_000_000 })],
    ["with full pages and no word on them", { body: { data: users(100) } }],
    ["with an offset that stays 0", { body: { items: users(100), total: 250, limit: 100, offset: 0 } }],
  ])("of a server that repeats its page %s: each object is given once, then an error", async (_, reply) => {
    const { client, visits } = await answering(reply);
    const seen: string[] = [];
    const error = await failure((async () => { for await (const { id } of client.users.list()) seen.push(id); })(), ResponseFormatError);
    expect(error).toMatchObject({ status: 200, operationName: "GET /admin/users", message: expect.stringContaining("never end"), mayHaveExecuted: false });
    expect([seen, visits.length]).toEqual([all(100), 3]);
  });

  test("of a server that goes round in a circle", async () => {
    const { client, visits } = await answering((_, nth) => page(users(100, (nth % 2) * 100 + 1), { hasNextPage: true }));
    await failure(client.users.list().toArray(), ResponseFormatError);
    expect(visits).toHaveLength(4);
  });

  test("with an empty page, whatever the server says of a next one", async () => {
    const { client, visits } = await answering(page([], { hasNextPage: true, total: 50 }));
    expect(await client.users.list().toArray()).toEqual([]);
    expect(visits).toHaveLength(1);
  });

  test("but one page that comes twice is let pass: an object that was made meanwhile has moved the others", async () => {
    const { client } = await answering((_, nth) => page([{ ...user, id: nth === 3 ? "u2" : "u1" }], { hasNextPage: nth < 3 }));
    expect(await idsOf(client.users.list({ limit: 1 }))).toEqual(["u1", "u2"]);
    const often = await answering((_, nth) => page([{ ...user, id: `u${String(Math.ceil(nth / 2))}` }], { hasNextPage: nth < 7 }));
    expect(await idsOf(often.client.users.list({ limit: 1 }))).toEqual(["u1", "u2", "u3", "u4"]);
  });
});

describe("an answer that is no list is an error that tells it", () => {
  test.each<[string, unknown]>([
    ["null", null],
    ["a text", { data: "users" }],
    ["an object", { data: { id: 1 } }],
    ["a list of numbers", { data: [1, 2] }],
    ["users without an id", { data: [{ email: "a@b.example" }] }],
    ["nothing of it", { ok: true }],
  ])("%s", async (_, body) => {
    const { client, visits } = await answering({ body: JSON.stringify(body), headers: { "content-type": "application/json" } });
    const error = await failure(client.users.list().toArray(), ResponseFormatError);
    expect(error).toMatchObject({ status: 200, operationName: "GET /admin/users", hint: expect.stringContaining("pathPrefix") });
    expect(visits).toHaveLength(1);
  });
});

test("the lists below an object are paged too, and a bad id is refused before anything is sent", async () => {
  const { client, visits } = await answering(paged(150, (data, at) => ({ data, pagination: at })));
  expect(await idsOf(client.groups.members("web team"))).toEqual(all(150));
  expect(await idsOf(client.roles.users(7, { search: "x" }))).toEqual(all(150));
  expect(visits.map(({ path }) => path)).toEqual([
    ...Array.from({ length: 2 }, () => "/t/acme/api/v1/admin/groups/web%20team/members"),
    ...Array.from({ length: 2 }, () => "/t/acme/api/v1/admin/roles/7/users"),
  ]);
  expect(defined(visits[3]).query.get("search")).toBe("x");
  for (const list of [client.groups.members(".."), client.roles.users("")]) await failure(list.toArray(), ValidationError);
  expect(visits).toHaveLength(4);
});
