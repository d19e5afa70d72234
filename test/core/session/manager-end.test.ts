import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NewSession } from "../../../src/core/session/login.ts";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import type { StoredSession } from "../../../src/core/session/store.ts";
import { canary } from "../../oracle/oracle.ts";
import { ago, caught, deferred, holdTime, managed, scope, settled, storeWith, tokenOf } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a session that is ended", () => {
  it("is forgotten here and in the store, and given to be ended at the server", async () => {
    const { manager, login, store } = managed();
    const authorization = await manager.current(scope());
    expect(await manager.end()).toBe(authorization);
    expect(await store.get("key")).toBeUndefined();
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(2) });
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ previous: undefined }));
  });

  it("leaves no refresh token behind", async () => {
    const { manager, login } = managed();
    login.mockResolvedValueOnce({ token: tokenOf(1), refreshToken: canary("refresh-token-ended") });
    await manager.current(scope());
    await manager.end();
    await manager.current(scope());
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ previous: undefined }));
  });

  it("leaves one of another process in the store", async () => {
    const { manager, store } = managed();
    await manager.current(scope());
    const other = { token: tokenOf(9), obtainedAt: ago(0) };
    await store.set("key", other);
    await manager.end();
    expect(await store.get("key")).toEqual(other);
  });

  it("is given again until the server knows of it", async () => {
    const { manager } = managed();
    const authorization = await manager.current(scope());
    await manager.end();
    expect(await manager.end()).toBe(authorization);
    manager.ended({ ...authorization });
    expect(await manager.end()).toBe(authorization);
    manager.ended(authorization);
    expect(await manager.end()).toBeUndefined();
  });

  it("that the server has rejected needs not be ended there", async () => {
    const { manager, store } = managed();
    await caught(manager.renew(await manager.current(scope()), scope(), 1));
    expect(await manager.end()).toBeUndefined();
    expect(await store.get("key")).toBeUndefined();
  });

  it("is not taken again from a store that did not forget it", async () => {
    const { manager, store } = managed();
    await manager.current(scope());
    store.delete = () => Promise.resolve();
    await manager.end();
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(2) });
  });

  it("may be one that only the store has", async () => {
    const store = await storeWith({ token: tokenOf(9), obtainedAt: ago(0) });
    const { manager, login } = managed({ store });
    expect(await manager.end()).toMatchObject({ value: tokenOf(9) });
    expect(await store.get("key")).toBeUndefined();
    expect(login).not.toHaveBeenCalled();
  });

  it("may be the first token, which is asked for to be ended, and not a second time", async () => {
    const give = vi.fn(() => canary("first-token-to-be-ended"));
    const { manager } = managed({ initial: { value: give, name: "sessionToken" } });
    expect(await manager.end()).toMatchObject({ value: "first-token-to-be-ended" });
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(1) });
    expect(give).toHaveBeenCalledTimes(1);
  });

  it("may be a first token that cannot be had: then nothing is left to ask for", async () => {
    const give = vi.fn(() => Promise.reject<string>(new Error("the vault is closed")));
    const { manager } = managed({ initial: { value: give, name: "sessionToken" } });
    expect(await manager.end()).toBeUndefined();
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(1) });
    expect(give).toHaveBeenCalledTimes(1);
  });
});

describe("what a flight brings that began before the end of its session", () => {
  it("serves who waits for it, and is kept neither here nor in the store", async () => {
    const { manager, login, store } = managed();
    const running = deferred<NewSession>();
    login.mockReturnValueOnce(running.promise);
    const call = manager.current(scope());
    await settled();
    await manager.end();
    running.resolve({ token: tokenOf(1) });
    expect(await call).toMatchObject({ value: tokenOf(1) });
    expect(await store.get("key")).toBeUndefined();
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(2) });
  });

  it("is dropped from the store where the end came while it was stored", async () => {
    const store = memorySessionStore();
    const saving = deferred<undefined>();
    const save = store.set.bind(store);
    store.set = vi.fn(async (key, session) => {
      await saving.promise;
      return save(key, session);
    });
    const { manager } = managed({ store });
    const call = manager.current(scope());
    await settled();
    expect(store.set).toHaveBeenCalledTimes(1);
    await manager.end();
    saving.resolve(undefined);
    await call;
    expect(await store.get("key")).toBeUndefined();
    expect(await manager.atHand(scope())).toBeUndefined();
  });

  it("is not kept either where it was found in the store, nor is its refresh token", async () => {
    const found = { token: tokenOf(9), obtainedAt: ago(0), refreshToken: canary("refresh-token-found-late") };
    const store = memorySessionStore();
    const reading = deferred<StoredSession>();
    store.get = vi.fn((): Promise<StoredSession | undefined> => Promise.resolve(undefined)).mockReturnValueOnce(reading.promise);
    const { manager, login } = managed({ store });
    const call = manager.current(scope());
    await settled();
    await manager.end();
    reading.resolve(found);
    expect(await call).toMatchObject({ value: tokenOf(9) });
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(1) });
    expect(login).toHaveBeenCalledWith(expect.objectContaining({ previous: undefined }));
  });
});

describe("a session that was made outside", () => {
  it("takes the place of the one in use, here and in the store", async () => {
    const { manager, store, login } = managed();
    await manager.current(scope());
    const outside = { token: tokenOf(8), obtainedAt: ago(0) };
    await manager.adopt(outside);
    expect(manager.current(scope())).toMatchObject({ value: tokenOf(8), adopted: false });
    expect(await store.get("key")).toEqual(outside);
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("is not overwritten by a login that was under way", async () => {
    const { manager, login, store } = managed();
    const running = deferred<NewSession>();
    login.mockReturnValueOnce(running.promise);
    const call = manager.current(scope());
    await settled();
    await manager.adopt({ token: tokenOf(8), obtainedAt: ago(0) });
    running.resolve({ token: tokenOf(1) });
    await call;
    expect(manager.current(scope())).toMatchObject({ value: tokenOf(8) });
    expect(await store.get("key")).toMatchObject({ token: tokenOf(8) });
  });

  it("is not overwritten by one that was under way before an end either", async () => {
    const { manager, login, store } = managed();
    const running = deferred<NewSession>();
    login.mockReturnValueOnce(running.promise);
    const call = manager.current(scope());
    await settled();
    await manager.end();
    await manager.adopt({ token: tokenOf(8), obtainedAt: ago(0) });
    running.resolve({ token: tokenOf(1) });
    await call;
    expect(manager.current(scope())).toMatchObject({ value: tokenOf(8) });
    expect(await store.get("key")).toMatchObject({ token: tokenOf(8) });
  });
});
