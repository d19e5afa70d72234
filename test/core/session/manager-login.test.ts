import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AuthenticationError } from "../../../src/errors/index.ts";
import type { NewSession } from "../../../src/core/session/login.ts";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import type { StoredSession } from "../../../src/core/session/store.ts";
import { canary } from "../../oracle/oracle.ts";
import { ago, begun, caught, deferred, holdTime, lifetime, managed, scope, settled, storeWith, tokenOf } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a login that is asked for", () => {
  it("tells from when to when its session is, and is asked for though one is in the store", async () => {
    const { manager, login } = managed({ store: await storeWith({ token: tokenOf(9), obtainedAt: ago(0) }) });
    const { authorization, obtainedAt, expiresAt } = await manager.login(scope());
    expect(authorization).toMatchObject({ value: tokenOf(1), adopted: false });
    expect([obtainedAt, expiresAt]).toEqual([new Date(begun).toISOString(), new Date(begun + lifetime).toISOString()]);
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("is made though the session in use is good, and without its refresh token", async () => {
    const { manager, login } = managed();
    login.mockResolvedValueOnce({ token: tokenOf(1), refreshToken: canary("refresh-token-not-wanted") });
    await manager.current(scope());
    await manager.login(scope());
    expect(login).toHaveBeenLastCalledWith({ timeout: 30_000, background: false, previous: undefined });
    expect(manager.current(scope())).toMatchObject({ value: tokenOf(2) });
  });

  it("joins the one that runs, and is joined by calls", async () => {
    const { manager, login } = managed();
    const call = manager.current(scope());
    const [{ authorization }, other] = await Promise.all([manager.login(scope()), call]);
    expect(authorization).toBe(other);
    const asked = manager.login(scope());
    await manager.renew(authorization, scope(), 0);
    await asked;
    expect(login).toHaveBeenCalledTimes(2);
  });

  it("is under the store's lock", async () => {
    const store = memorySessionStore();
    let held = false;
    store.withLock = async (_key, fn) => {
      held = true;
      return fn().finally(() => {
        held = false;
      });
    };
    const { manager, login } = managed({ store });
    login.mockImplementation(() => Promise.resolve({ token: tokenOf(held ? 1 : 2) }));
    expect((await manager.login(scope())).authorization.value).toBe(tokenOf(1));
  });

  it("fails, to be tried again, where the session was ended while it ran", async () => {
    const { manager, login } = managed();
    const running = deferred<NewSession>();
    login.mockReturnValueOnce(running.promise);
    const asked = caught(manager.login(scope()));
    await settled();
    await manager.end();
    running.resolve({ token: tokenOf(1) });
    expect(await asked).toMatchObject({ code: "LOGIN_FAILED", message: "the session was ended while the login ran", retryable: true });
  });
});

describe("a credential that is asked for without a login", () => {
  it("is absent where there is none, and nothing logs in", async () => {
    const { manager, login } = managed();
    expect(await manager.atHand(scope())).toBeUndefined();
    expect(login).not.toHaveBeenCalled();
  });

  it("is the one in use, without a look into the store; absent once that is rejected", async () => {
    const { manager, store } = managed();
    const authorization = await manager.current(scope());
    const read = vi.spyOn(store, "get");
    expect(await manager.atHand(scope())).toBe(authorization);
    expect(read).not.toHaveBeenCalled();
    await caught(manager.renew(authorization, scope(), 1));
    expect(await manager.atHand(scope())).toBeUndefined();
  });

  it("is the one in the store, unless the store takes longer than the call lives", async () => {
    const stored: StoredSession = { token: tokenOf(9), obtainedAt: ago(0) };
    expect(await managed({ store: await storeWith(stored) }).manager.atHand(scope())).toMatchObject({ value: tokenOf(9) });
    const hanging = memorySessionStore();
    hanging.get = () => deferred<undefined>().promise;
    const call = scope();
    const waiting = caught(managed({ store: hanging }).manager.atHand(call));
    call.end({ cause: "closed" });
    expect(await waiting).toMatchObject({ end: { cause: "closed" } });
  });

  it("is what a running login brings, and absent where that brings nothing", async () => {
    const { manager, login } = managed();
    const running = deferred<NewSession>();
    login.mockReturnValueOnce(running.promise);
    const call = manager.current(scope());
    const waiting = manager.atHand(scope());
    running.resolve({ token: tokenOf(1) });
    expect(await waiting).toBe(await call);
    login.mockRejectedValueOnce(new AuthenticationError("no", "INVALID_CREDENTIALS"));
    const renewing = caught(manager.renew(await call, scope(), 0));
    expect(await manager.atHand(scope())).toBeUndefined();
    await renewing;
  });

  it("is the first token where that is to be asked for", async () => {
    const { manager } = managed({ initial: { value: () => canary("first-token-at-hand"), name: "sessionToken" } });
    expect(await manager.atHand(scope())).toMatchObject({ value: "first-token-at-hand" });
  });
});
