import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Authorization } from "../../../src/core/credentials/source.ts";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import { canary } from "../../oracle/oracle.ts";
import { ago, begun, caught, deferred, holdTime, hour, lifetime, managed, origin, scope, settled, storeWith, tokenOf } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const rejectedBefore = (value: string): Authorization => ({ header: origin.header, value, generation: 0, adopted: true });

describe("a rejected credential", () => {
  it("is replaced by one login for all who sent it, and not used in the meantime", async () => {
    const { manager, login } = managed();
    const old = await manager.current(scope());
    const renewing = [manager.renew(old, scope(), 0), manager.renew(old, scope(), 0)];
    const meanwhile = manager.current(scope());
    expect(meanwhile).toBeInstanceOf(Promise);
    const renewed = await Promise.all([...renewing, meanwhile]);
    expect(new Set(renewed.map(({ value }) => value))).toEqual(new Set([tokenOf(2)]));
    expect(login).toHaveBeenCalledTimes(2);
  });

  it("that is older than the live one starts nothing, and leaves the live one in use", async () => {
    const { manager, login } = managed();
    const old = await manager.current(scope());
    const live = await manager.renew(old, scope(), 0);
    expect(await manager.renew(old, scope(), 0)).toBe(live);
    expect(manager.current(scope())).toBe(live);
    expect(login).toHaveBeenCalledTimes(2);
  });

  it("that is older than one which is rejected itself waits for the next", async () => {
    const { manager, login } = managed();
    const old = await manager.current(scope());
    const second = await manager.renew(old, scope(), 0);
    manager.accepted(second);
    expect(await caught(manager.renew(second, scope(), 1))).toMatchObject({ code: "SESSION_REJECTED_AFTER_LOGIN" });
    expect(await manager.renew(old, scope(), 0)).toMatchObject({ value: tokenOf(3) });
    expect(login).toHaveBeenCalledTimes(3);
  });

  it("made by a login is renewed once a call, and then told as what it is", async () => {
    const { manager, login } = managed();
    const first = await manager.current(scope());
    manager.accepted(first);
    expect(await caught(manager.renew(first, scope(), 1))).toMatchObject({
      code: "SESSION_REJECTED_AFTER_LOGIN",
      message: "the server rejected the session right after the login that made it",
      hint: expect.stringContaining("endpoint") as string,
    });
    expect(login).toHaveBeenCalledTimes(1);
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(2) });
  });

  it("found in a store is renewed twice a call, since its rejection says nothing of a login", async () => {
    const { manager } = managed({ store: await storeWith({ token: tokenOf(9), obtainedAt: ago(0) }) });
    const found = await manager.current(scope());
    expect(found.adopted).toBe(true);
    const { value } = await manager.renew(found, scope(), 1);
    expect(value).toBe(tokenOf(1));
    expect(await caught(manager.renew(found, scope(), 2))).toMatchObject({ code: "SESSION_REJECTED_AFTER_LOGIN" });
  });

  it("is not taken from the store again, by the same manager", async () => {
    const stored = { token: tokenOf(9), obtainedAt: ago(0) };
    const store = await storeWith(stored);
    const { manager, login } = managed({ store });
    await manager.renew(await manager.current(scope()), scope(), 0);
    await store.set("key", stored);
    expect(await manager.renew(await manager.current(scope()), scope(), 0)).toMatchObject({ value: tokenOf(2) });
    expect(login).toHaveBeenCalledTimes(2);
  });

  it.each([["the last 64", 1, tokenOf(1)], ["and no more", 0, "rejected-token-0"]])(
    "is remembered among %s", async (_name, number, used) => {
      const { manager, login } = managed({ store: await storeWith({ token: `rejected-token-${number}`, obtainedAt: ago(0) }) });
      for (let count = 0; count < 65; count += 1) await caught(manager.renew(rejectedBefore(`rejected-token-${count}`), scope(), 2));
      expect(await manager.current(scope())).toMatchObject({ value: used });
      expect(login).toHaveBeenCalledTimes(number);
    });
});

describe("sessions that die before they were of any use", () => {
  const reject = async (manager: ReturnType<typeof managed>["manager"]): Promise<Authorization> => {
    const authorization = await manager.current(scope());
    await caught(manager.renew(authorization, scope(), 1));
    return authorization;
  };
  const unusable = "logins succeed, but the server rejects the sessions that they make";

  it("shut the way from the second on", async () => {
    const { manager, login } = managed();
    await reject(manager);
    await reject(manager);
    expect(await caught(Promise.resolve(manager.current(scope())))).toMatchObject({ code: "LOGIN_FAILED", message: unusable });
    expect(login).toHaveBeenCalledTimes(2);
  });

  it("count once each, however many callers meet the rejection", async () => {
    const { manager } = managed();
    const first = await reject(manager);
    await caught(manager.renew(first, scope(), 1));
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(2) });
  });

  it("do not count when a call had succeeded with one", async () => {
    const { manager } = managed();
    await reject(manager);
    manager.accepted(await manager.current(scope()));
    await reject(manager);
    await reject(manager);
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(4) });
  });

  it("count though a late success of an older session comes in", async () => {
    const { manager } = managed();
    const first = await reject(manager);
    const second = await manager.current(scope());
    manager.accepted(first);
    await caught(manager.renew(second, scope(), 1));
    expect(await caught(Promise.resolve(manager.current(scope())))).toMatchObject({ message: unusable });
  });

  it("do not count where they came from a store", async () => {
    const store = memorySessionStore();
    const { manager, login } = managed({ store });
    for (const number of [7, 8, 9]) {
      await store.set("key", { token: tokenOf(number), obtainedAt: ago(0) });
      const found = await manager.current(scope());
      expect(found.value).toBe(tokenOf(number));
      await caught(manager.renew(found, scope(), 2));
    }
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(1) });
    expect(login).toHaveBeenCalledTimes(1);
  });
});

describe("a session in the store", () => {
  it("is used instead of a login, until its end", async () => {
    const store = await storeWith({ token: tokenOf(9), obtainedAt: ago(lifetime - 1) });
    expect(await managed({ store }).manager.current(scope())).toMatchObject({ value: tokenOf(9), adopted: true });
    await settled();
    await store.set("key", { token: tokenOf(9), obtainedAt: ago(lifetime) });
    expect(await managed({ store }).manager.current(scope())).toMatchObject({ value: tokenOf(1), adopted: false });
  });

  it("that is over still gives its refresh token to the login", async () => {
    const stored = { token: tokenOf(9), obtainedAt: ago(lifetime), refreshToken: canary("refresh-token-of-the-store") };
    const { manager, login } = managed({ store: await storeWith(stored) });
    await manager.current(scope());
    expect(login).toHaveBeenCalledWith(expect.objectContaining({ previous: stored }));
  });

  it("that another process made while the lock was waited for is used instead of a login", async () => {
    const store = memorySessionStore();
    store.withLock = async (key, fn) => {
      await store.set(key, { token: tokenOf(9), obtainedAt: ago(0) });
      return fn();
    };
    const { manager, login } = managed({ store });
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(9) });
    expect(login).not.toHaveBeenCalled();
  });

  it("that is the one in use is no new one: a refresh near its end logs in", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { manager, login, store } = managed();
    const old = await manager.current(scope());
    vi.setSystemTime(begun + lifetime - hour);
    expect(await store.get("key")).toMatchObject({ token: old.value });
    void manager.current(scope());
    await settled();
    expect(login).toHaveBeenCalledTimes(2);
  });

  it("holds what a login brought, before anybody uses it", async () => {
    const store = memorySessionStore();
    const saving = deferred<undefined>();
    store.set = vi.fn(() => saving.promise);
    const { manager } = managed({ store });
    const used = vi.fn();
    const waiting = Promise.resolve(manager.current(scope())).then(used);
    await settled();
    expect(store.set).toHaveBeenCalledWith("key", { token: tokenOf(1), obtainedAt: new Date(begun).toISOString() });
    expect(used).not.toHaveBeenCalled();
    saving.resolve(undefined);
    await waiting;
    expect(used).toHaveBeenCalledTimes(1);
  });
});
