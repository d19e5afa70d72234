import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { headerValues } from "../faults/ledger.ts";
import { transportName } from "../support/transport.ts";
import { clients } from "./houses.ts";
import { accepted, callerAt, giving, refusedOptions, serverOf, withGiven } from "./world.ts";

const resetAll = (): void => {
  for (const { defaults } of clients) defaults.set(undefined);
};
beforeEach(resetAll);
afterEach(() => {
  resetAll();
  vi.unstubAllEnvs();
});

const another = (house: (typeof clients)[number]): object => callerAt(house, "https://127.0.0.1:9", giving(house.given[0], house.given[0].sample())).client;

describe.each(clients)(`$name over ${transportName}: the default client`, (house) => {
  const { set, get, within } = house.defaults;

  test("is the one that was set, until it is reset", async () => {
    const [first, second] = [another(house), another(house)];
    set(first);
    expect(get()).toBe(first);
    set(second);
    expect(get()).toBe(second);
  });

  test("is built from the environment at first use, once, and works", async () => {
    const server = await serverOf(house);
    const [given] = house.given;
    const text = accepted(server, given);
    for (const [name, value] of Object.entries(house.environment(server.base, text))) vi.stubEnv(name, value);
    const built = get();
    expect(get()).toBe(built);
    set(undefined);
    expect(get()).not.toBe(built);
    expect(server.connections).toBe(0);
    await house.calling(built).read();
    await house.calling(built).close();
    expect(server.visits.map((visit) => headerValues(visit, given.header))).toEqual([[given.prefix + text]]);
  });

  test("of a scope goes over the process's; scopes nest, last across awaits, and are restored, also after a throw", async () => {
    const [whole, outer, inner] = [another(house), another(house), another(house)];
    set(whole);
    const seen = await within(outer, async () => {
      const list = [get()];
      await after(1);
      list.push(await within(inner, async () => {
        await after(1);
        return get();
      }));
      expect(() => within(inner, () => {
        throw new Error("enough");
      })).toThrow("enough");
      list.push(get());
      return list;
    });
    expect(seen).toEqual([outer, inner, outer]);
    expect(seen.map((client, index) => client === [outer, inner, outer][index])).toEqual([true, true, true]);
    expect(get()).toBe(whole);
  });

  test("of scopes that run at the same time is each one's own", async () => {
    const pair = [another(house), another(house)];
    const seen = await Promise.all(pair.map((client, index) => within(client, async () => {
      await after(index === 0 ? 10 : 2);
      return get();
    })));
    expect(seen.map((client, index) => client === pair[index])).toEqual([true, true]);
  });

  test("is nothing but a client of this service: anything else is refused, and other services' defaults are left alone", () => {
    const own = another(house);
    set(own);
    for (const other of clients) {
      if (other === house) continue;
      refusedOptions(() => other.defaults.set(own));
      refusedOptions(() => other.defaults.within(own, () => undefined));
      other.defaults.set(another(other));
    }
    for (const nothing of [null, {}, "client", 5]) refusedOptions(() => set(nothing));
    for (const nothing of [undefined, null, {}]) refusedOptions(() => within(nothing, () => undefined));
    expect(get()).toBe(own);
  });

  test("keeps its own credential inside a scope of another one", async () => {
    const [one, two] = [await withGiven(house), await withGiven(house)];
    await within(one.client.client, () => two.client.read());
    const [given] = house.given;
    expect(two.server.visits.map((visit) => headerValues(visit, given.header))).toEqual([[given.prefix + two.text]]);
    expect(one.server.connections).toBe(0);
  });
});
