import { describe, expect, it } from "vitest";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import { checkStore, storedSession } from "../../../src/core/session/store.ts";
import { canary, storableCanary } from "../../oracle/oracle.ts";

describe("the option sessionStore", () => {
  const { get, set, delete: remove, withLock } = memorySessionStore();

  it("may be absent, or a store with a lock or without", () => {
    expect(checkStore(undefined)).toBeUndefined();
    for (const store of [{ get, set, delete: remove }, { get, set, delete: remove, withLock }]) expect(checkStore(store)).toBe(store);
  });

  it.each([[null], [5], ["store"], [[]], [{}], [{ get, set }], [{ get, delete: remove }], [{ set, delete: remove }], [{ get, set, delete: "delete" }]])("is refused where it lacks a method: %j", (store) => {
    expect(() => checkStore(store)).toThrow("sessionStore must have the methods get, set and delete");
  });
});

describe("a session of a store", () => {
  const session = { token: storableCanary("token-of-a-stored-session"), obtainedAt: "2026-01-01T00:00:00.000Z" };

  it("has the members that it has, and no empty ones", () => {
    expect(Object.keys(storedSession({ ...session, more: 1 }) ?? {})).toEqual(["token", "obtainedAt"]);
    const all = { ...session, expiresAt: "2026-01-02T00:00:00.000Z", refreshToken: canary("refresh-token-of-a-stored-session") };
    expect(storedSession(all)).toEqual(all);
  });
});
