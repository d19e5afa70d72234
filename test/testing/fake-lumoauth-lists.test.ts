import type { FakeLumoAuthOptions } from "keylight/testing";
import { describe, expect, test } from "vitest";
import { call, createClockedFake } from "./fake-lumoauth-support.ts";

/** A fake with so many groups, `g1` the oldest. */
async function withGroups(count: number, options: FakeLumoAuthOptions = {}) {
  const { fake } = createClockedFake(options);
  for (let index = 1; index <= count; index += 1) await call(fake, "POST /admin/groups", { name: `g${String(index)}` });
  return {
    fake,
    list: async (query: string) => (await call(fake, `GET /admin/groups${query}`)).body,
    slugs: async (query: string) => (await call(fake, `GET /admin/groups${query}`)).body.data.map((group: { slug: string }) => group.slug),
  };
}

describe("a list", () => {
  test("has 25 objects a page unless it is told otherwise, 100 at most", async () => {
    const { list } = await withGroups(101);
    const first = await list("");
    expect(first.data).toHaveLength(25);
    expect(first.meta).toEqual({ total: 101, page: 1, limit: 25, totalPages: 5, hasNextPage: true, hasPreviousPage: false });
    const most = await list("?limit=1000");
    expect([most.data.length, most.meta.limit, most.meta.totalPages]).toEqual([100, 100, 2]);
    const last = await list("?page=5");
    expect(last.data.map((group: { slug: string }) => group.slug)).toEqual(["g101"]);
    expect(last.meta).toMatchObject({ page: 5, hasNextPage: false, hasPreviousPage: true });
  });

  test("shows each object on one page, in the order of creation", async () => {
    const { slugs } = await withGroups(5);
    expect([await slugs("?limit=2"), await slugs("?limit=2&page=2"), await slugs("?limit=2&page=3"), await slugs("?limit=2&page=4")]).toEqual([
      ["g1", "g2"],
      ["g3", "g4"],
      ["g5"],
      [],
    ]);
  });

  test.each(["?page=0", "?page=-1", "?page=x", "?limit=0", "?limit=x", "?page=", "?page=1.5"])("with %s is the first page", async (query) => {
    const { list } = await withGroups(1);
    expect((await list(query)).meta).toMatchObject({ page: 1, limit: 25 });
  });

  test("can be empty", async () => {
    const { list } = await withGroups(0);
    expect(await list("")).toEqual({ data: [], meta: { total: 0, page: 1, limit: 25, totalPages: 0, hasNextPage: false, hasPreviousPage: false } });
  });

  test("can be in an older and in a newer envelope", async () => {
    const meta = { total: 3, page: 2, limit: 2, totalPages: 2, hasNextPage: false, hasPreviousPage: true };
    const expected = {
      pagination: { data: [expect.objectContaining({ slug: "g3" })], pagination: { page: 2, limit: 2, total: 3 } },
      both: { data: [expect.objectContaining({ slug: "g3" })], meta, pagination: meta },
      items: { items: [expect.objectContaining({ slug: "g3" })], total: 3, limit: 2, offset: 2 },
    };
    for (const lists of ["pagination", "both", "items"] as const) {
      const { list } = await withGroups(3, { lists });
      expect(await list("?limit=2&page=2")).toEqual(expected[lists]);
    }
  });

  test("of items has an offset, 50 objects, and 500 at most", async () => {
    const { list } = await withGroups(51, { lists: "items" });
    const first = await list("");
    expect([first.items.length, first.total, first.limit, first.offset]).toEqual([50, 51, 50, 0]);
    const offset = await list("?offset=49&limit=900");
    expect([offset.items.map((group: { slug: string }) => group.slug), offset.limit, offset.offset]).toEqual([["g50", "g51"], 500, 49]);
  });

  test("is sorted by any field, numbers as numbers", async () => {
    const { slugs } = await withGroups(11);
    expect(await slugs("?sortBy=slug&sortDir=DESC&limit=3")).toEqual(["g11", "g10", "g9"]);
    expect(await slugs("?sortBy=id&sortDir=ASC&limit=2")).toEqual(["g1", "g2"]);
    expect(await slugs("?sortBy=nothing&sortDir=DESC&limit=2")).toEqual(["g1", "g2"]);
    expect(await slugs("?sortBy=description&limit=2")).toEqual(["g1", "g2"]);
  });

  test("is searched whatever the case, and counts what was found", async () => {
    const { list, fake } = await withGroups(12);
    const found = await list("?search=G1");
    expect([found.data.map((group: { slug: string }) => group.slug), found.meta.total]).toEqual([["g1", "g10", "g11", "g12"], 4]);
    await call(fake, "POST /admin/users", { email: "ada@b.example", username: "countess" });
    for (const search of ["ADA@", "Countess"]) expect((await call(fake, `GET /admin/users?search=${search}`)).body.data[0].email).toBe("ada@b.example");
    expect((await call(fake, "GET /admin/clients?search=command")).body.data).toHaveLength(1);
  });

  test("of users is filtered by role, group and block", async () => {
    const { fake } = await withGroups(1);
    await call(fake, "POST /admin/users", { email: "a@b.example", groups: ["g1"] });
    const emails = async (query: string) => (await call(fake, `GET /admin/users?${query}`)).body.data.map((user: { email: string }) => user.email);
    expect(await emails("role=admin")).toEqual([fake.user.email]);
    expect(await emails("group=g1")).toEqual(["a@b.example"]);
    expect(await emails("role=admin&group=g1")).toEqual([]);
    expect(await emails("blocked=true")).toEqual([]);
    await call(fake, "POST /admin/users/a@b.example/block");
    expect(await emails("blocked=true")).toEqual(["a@b.example"]);
    expect(await emails("blocked=false")).toEqual([fake.user.email]);
    expect(await emails("blocked=maybe")).toHaveLength(2);
  });

  test("of roles is filtered by isSystem", async () => {
    const { fake } = createClockedFake();
    await call(fake, "POST /admin/roles", { name: "Editor" });
    const slugs = async (query: string) => (await call(fake, `GET /admin/roles?${query}`)).body.data.map((role: { slug: string }) => role.slug);
    expect([await slugs("isSystem=true"), await slugs("isSystem=false")]).toEqual([["admin", "user", "tenant_admin"], ["editor"]]);
  });
});
