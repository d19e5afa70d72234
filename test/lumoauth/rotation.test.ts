import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AuthenticationError, ConfigurationError, Secret } from "keylight";
import { canary } from "../oracle/oracle.ts";
import { adminOf, bareServer, clientAt, clientOf, credentialOf, expectHidden, failure, fakeLumoAuth, key, listeningFake, page, rejection, unauthorized, user, type Visit } from "./support.ts";

const next = canary("lmk_the-key-after-the-rotation");

const keyOf = (visit: Visit): string => credentialOf(visit)[0]?.[1].replace("Bearer ", "") ?? "";

/** A server at which only the keys in the set are alive. */
async function guarded(...alive: string[]) {
  const keys = new Set(alive);
  const bare = await bareServer((visit) => {
    if (!keys.has(keyOf(visit))) return unauthorized;
    return visit.method === "GET" && visit.path.endsWith("/users") ? page([user]) : { body: { data: user } };
  });
  return { bare, keys };
}

describe("a key that is rotated in the portal, where the old one dies at once", () => {
  test("costs one more request, and no restart: the file that holds it has changed", async () => {
    const { fake, baseUrl } = await listeningFake();
    const directory = mkdtempSync(join(tmpdir(), "keylight-lumoauth-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    const file = join(directory, "key");
    writeFileSync(file, `${fake.apiKey}\n`);
    const client = clientOf({ baseUrl, tenant: fake.tenant.slug, apiKey: () => readFileSync(file, "utf8") });
    await client.users.list().toArray();
    const rotated = canary(fake.rotateKey());
    await failure(client.users.list().toArray(), AuthenticationError);
    writeFileSync(file, `${rotated}\n`);
    expect(await client.users.list().toArray()).toHaveLength(1);
    expect(fake.requests.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  test.each([
    ["a read", "GET"],
    ["a write, since a 401 proves that nothing ran", "POST"],
  ])("between two calls of the function is met by %s once, and the new one is sent", async (_, method) => {
    const { bare } = await guarded(next);
    const given = [key, next];
    let asked = 0;
    const client = clientAt(bare, { apiKey: async () => new Secret(given[asked++] ?? "") });
    await (method === "GET" ? client.users.get(1) : client.users.create({ email: "a@b.example" }));
    expect(bare.visits.map(credentialOf)).toEqual([[["authorization", `Bearer ${key}`]], [["authorization", `Bearer ${next}`]]]);
    expect(asked).toBe(2);
  });

  test("makes no write run twice at the fake", async () => {
    const fake = fakeLumoAuth();
    const old = fake.apiKey;
    const rotated = canary(fake.rotateKey());
    let asked = 0;
    const client = adminOf(fake, { apiKey: () => (asked++ === 0 ? old : rotated) });
    await client.users.create({ email: "a@b.example" });
    expect(fake.requests.map(({ status }) => status)).toEqual([401, 201]);
    expect((await client.users.list().toArray()).map(({ email }) => email)).toEqual([fake.user.email, "a@b.example"]);
  });

  test("is met by calls at once: each is repeated at most once, and all succeed", async () => {
    const { bare, keys } = await guarded(key);
    let current = key;
    const client = clientAt(bare, { apiKey: () => current, header: "x-api-key" });
    const calls = Array.from({ length: 60 }, async (_, index) => {
      if (index === 30) {
        keys.clear();
        keys.add(next);
        current = next;
      }
      return client.users.list().toArray();
    });
    expect((await Promise.all(calls)).every((list) => list.length === 1)).toBe(true);
    const old = bare.visits.filter((visit) => keyOf(visit) === key).length;
    expect(bare.visits.length - old).toBe(60);
    expect(old).toBeLessThanOrEqual(60);
  });

  test("in the middle of a list is met by one page", async () => {
    const alive = new Set([key]);
    let current = key;
    const bare = await bareServer((visit) => {
      if (!alive.has(keyOf(visit))) return unauthorized;
      return page([{ ...user, id: `u${visit.query.get("page") ?? ""}` }], { total: 4, hasNextPage: visit.query.get("page") !== "4" });
    });
    const client = clientAt(bare, { apiKey: () => current });
    const ids: string[] = [];
    for await (const { id } of client.users.list({ limit: 1 })) {
      ids.push(id);
      if (id === "u2") {
        alive.clear();
        alive.add(next);
        // The first answer of the function is still the old one: it learns of the rotation a moment later.
        setImmediate(() => {
          current = next;
        });
      }
    }
    expect(ids).toEqual(["u1", "u2", "u3", "u4"]);
    expect(bare.visits.length).toBeLessThanOrEqual(5);
  });
});

describe("a function that has no better key", () => {
  test("is asked once more, and what it gave before is not sent again", async () => {
    const { bare } = await guarded();
    let asked = 0;
    const error = await failure(clientAt(bare, { apiKey: () => (asked++, ` ${key} `) }).users.get(1), AuthenticationError);
    expect([error.code, asked, bare.visits.length]).toEqual(["KEY_REJECTED", 2, 1]);
  });

  test("but ever other bad ones is believed once a call", async () => {
    const { bare } = await guarded();
    let asked = 0;
    const client = clientAt(bare, { apiKey: () => canary(`lmk_bad-key-number-${String(asked++)}`) });
    for (const call of [() => client.users.get(1), () => client.users.create({ email: "a@b.example" })]) expect((await failure(call(), AuthenticationError)).code).toBe("KEY_REJECTED");
    expect([asked, bare.visits.length]).toEqual([4, 4]);
  });

  test("but an error fails the call with that error", async () => {
    const { bare } = await guarded();
    const broken = new Error("the vault is sealed");
    let asked = 0;
    const client = clientAt(bare, {
      apiKey: () => {
        if (asked++ > 0) throw broken;
        return key;
      },
    });
    expect(await rejection(client.users.get(1))).toBe(broken);
    expect(bare.visits).toHaveLength(1);
  });

  test("but something that is no key fails the call, and does not show it", async () => {
    const { bare } = await guarded();
    const half = canary("lmk_half-a-key and-the-rest");
    let asked = 0;
    const error = await failure(clientAt(bare, { apiKey: () => (asked++ === 0 ? key : half) }).users.get(1), ConfigurationError);
    expectHidden(error, [half, key]);
    expect(bare.visits).toHaveLength(1);
  });

  test("in time does not hold up the call beyond its timeout", async () => {
    const { bare } = await guarded();
    const client = clientAt(bare, { apiKey: () => new Promise<string>(() => undefined) });
    await expect(client.users.get(1, { timeout: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    const reason = new Error("stop");
    expect(await rejection(client.users.get(1, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(bare.visits).toEqual([]);
  });
});

test("an access token of a function is renewed the same way", async () => {
  const { bare } = await guarded(next);
  let asked = 0;
  await clientAt(bare, { accessToken: () => (asked++ === 0 ? key : next) }).users.get(1);
  expect(bare.visits).toHaveLength(2);
  const error = await failure(clientAt(bare, { accessToken: () => key }).users.get(1), AuthenticationError);
  expect(error.code).toBe("SESSION_EXPIRED");
});
