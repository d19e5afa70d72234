import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AuthenticationError, TransportError } from "../../../src/errors/index.ts";
import { Secret } from "../../../src/core/secret.ts";
import { canary } from "../../oracle/oracle.ts";
import { ago, begun, caught, day, deferred, holdTime, hour, lifetime, managed, scope, settled, storeWith, tokenOf } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A manager whose draw asks for a refresh one hour before the end of a session. */
function drawnLate(): void {
  vi.spyOn(Math, "random").mockReturnValue(0);
}

describe("the credential for a call", () => {
  it("is waited for the first time, and then at hand without a promise", async () => {
    const { manager, login } = managed();
    const first = manager.current(scope());
    expect(first).toBeInstanceOf(Promise);
    const authorization = await first;
    expect(authorization).toEqual({ header: "x-session", prefix: "Token ", value: tokenOf(1), generation: 1, adopted: false });
    expect(manager.current(scope())).toBe(authorization);
    expect(login).toHaveBeenCalledTimes(1);
    expect(login).toHaveBeenCalledWith({ timeout: 30_000, background: false, previous: undefined });
  });

  it("comes from one login, however many wait for it", async () => {
    const { manager, login } = managed();
    const all = await Promise.all([manager.current(scope()), manager.current(scope()), manager.current(scope())]);
    expect(new Set(all).size).toBe(1);
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("is hidden from then on wherever texts are told, and so is its refresh token", async () => {
    const refreshToken = canary("refresh-token-to-be-hidden");
    const { manager, secrets, login } = managed();
    login.mockResolvedValue({ token: tokenOf(1), refreshToken });
    await manager.current(scope());
    expect(secrets.scrub(`${tokenOf(1)} ${refreshToken}`)).toBe("[redacted] [redacted]");
  });

  it("is not waited for longer than the call lives, and the login goes on", async () => {
    const { manager, login } = managed();
    const hanging = deferred<{ token: string }>();
    login.mockReturnValue(hanging.promise);
    const call = scope();
    const waiting = caught(Promise.resolve(manager.current(call)));
    await settled();
    call.end({ cause: "closed" });
    expect(await waiting).toMatchObject({ end: { cause: "closed" } });
    hanging.resolve({ token: tokenOf(1) });
    await settled();
    expect(manager.current(scope())).toMatchObject({ value: tokenOf(1) });
  });
});

describe("the age of a session", () => {
  it.each([["an hour before its end", 0, lifetime - hour], ["12.5 hours before its end", 0.5, lifetime - 12.5 * hour]])(
    "asks for a refresh %s, where this manager's draw says so: in the background, with the old token meanwhile", async (_name, draw, due) => {
      vi.spyOn(Math, "random").mockReturnValue(draw);
      const { manager, login } = managed();
      const old = await manager.current(scope());
      vi.setSystemTime(begun + due - 1);
      expect(manager.current(scope())).toBe(old);
      await settled();
      expect(login).toHaveBeenCalledTimes(1);
      vi.setSystemTime(begun + due);
      expect([manager.current(scope()), manager.current(scope())]).toEqual([old, old]);
      await settled();
      expect(login).toHaveBeenCalledTimes(2);
      expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ background: true }));
      expect(manager.current(scope())).toMatchObject({ value: tokenOf(2), generation: 2 });
    });

  it("ends its use at its end: the call waits for a login, which is not one of the background", async () => {
    const { manager, login } = managed();
    await manager.current(scope());
    vi.setSystemTime(begun + lifetime);
    const next = manager.current(scope());
    expect(next).toBeInstanceOf(Promise);
    expect(await next).toMatchObject({ value: tokenOf(2) });
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ background: false }));
  });

  it("is used up to the last millisecond", async () => {
    drawnLate();
    const { manager } = managed();
    const old = await manager.current(scope());
    vi.setSystemTime(begun + lifetime - 1);
    expect(manager.current(scope())).toBe(old);
  });

  it("is told by the server where it tells it", async () => {
    const { manager, login } = managed();
    login.mockResolvedValueOnce({ token: tokenOf(1), expiresAt: new Date(begun + 10_000).toISOString() });
    const old = await manager.current(scope());
    vi.setSystemTime(begun + 4_999);
    expect(manager.current(scope())).toBe(old);
    await settled();
    expect(login).toHaveBeenCalledTimes(1);
    vi.setSystemTime(begun + 5_000);
    expect(manager.current(scope())).toBe(old);
    await settled();
    expect(login).toHaveBeenCalledTimes(2);
  });

  it("that is negative, since the clock was put back, leaves the decision to the server", async () => {
    const { manager, login } = managed();
    const authorization = await manager.current(scope());
    vi.setSystemTime(begun - 365 * day);
    expect(manager.current(scope())).toBe(authorization);
    await settled();
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("counts for a session from a store too: one near its end serves the call and is refreshed at once", async () => {
    drawnLate();
    const store = await storeWith({ token: tokenOf(9), obtainedAt: ago(lifetime - hour) });
    const { manager, login } = managed({ store });
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(9), adopted: true });
    await settled();
    expect(login).toHaveBeenCalledTimes(1);
    expect(manager.current(scope())).toMatchObject({ value: tokenOf(1), adopted: false });
  });

  it("asks for no refresh while logins are in trouble, and for one when that is over", async () => {
    drawnLate();
    const { manager, login } = managed();
    const old = await manager.current(scope());
    vi.setSystemTime(begun + lifetime - hour);
    login.mockRejectedValueOnce(new TransportError("busy", "headers", { retryable: true, retryAfterMs: 5_000 }));
    for (let call = 0; call < 5; call += 1) {
      expect(manager.current(scope())).toBe(old);
      await settled();
    }
    expect(login).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(manager.current(scope())).toBe(old);
    await settled();
    expect(login).toHaveBeenCalledTimes(3);
  });

  it("asks for no refresh where nothing but a refresh token renews a session and there is none", async () => {
    drawnLate();
    const { manager, login } = managed({ byRefreshToken: true });
    const old = await manager.current(scope());
    vi.setSystemTime(begun + lifetime - hour);
    expect(manager.current(scope())).toBe(old);
    await settled();
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("asks for a refresh where there is a refresh token, and hands it on", async () => {
    drawnLate();
    const refreshToken = canary("refresh-token-handed-on");
    const { manager, login } = managed({ byRefreshToken: true });
    login.mockResolvedValueOnce({ token: tokenOf(1), refreshToken });
    await manager.current(scope());
    vi.setSystemTime(begun + lifetime - hour);
    void manager.current(scope());
    await settled();
    expect(login).toHaveBeenCalledTimes(2);
    expect(login).toHaveBeenLastCalledWith({ timeout: 30_000, background: true, previous: { token: tokenOf(1), refreshToken, obtainedAt: new Date(begun).toISOString() } });
  });
});

describe("the first token", () => {
  const initial = (value: string | Secret | (() => string | Promise<string>)) => ({ value, name: "sessionToken" });

  it.each([["a text", (text: string) => text], ["a Secret", (text: string) => new Secret(text)]])(
    "that is given as %s is there at once, without a store and without a login", (_name, given) => {
      const text = canary("first-token-given");
      const { manager, login, store } = managed({ initial: initial(given(` ${text}\n`)) });
      const read = vi.spyOn(store, "get");
      expect(manager.current(scope())).toMatchObject({ value: text, adopted: true, generation: 1 });
      expect(login).not.toHaveBeenCalled();
      expect(read).not.toHaveBeenCalled();
    });

  it("that no header can carry is refused when the manager is made, by the name of its option", () => {
    expect(() => managed({ initial: initial("") })).toThrow("sessionToken is empty");
  });

  it("that is to be asked for is asked for once, by the first call, for all", async () => {
    const text = canary("first-token-asked-for");
    const give = vi.fn(() => Promise.resolve(text));
    const { manager, login } = managed({ initial: initial(give) });
    expect(give).not.toHaveBeenCalled();
    const [one] = await Promise.all([manager.current(scope()), manager.current(scope())]);
    expect(one).toMatchObject({ value: text, adopted: true });
    const next = await manager.renew(one, scope(), 0);
    expect(next).toMatchObject({ value: tokenOf(1) });
    expect(give).toHaveBeenCalledTimes(1);
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("that cannot be had fails the call with the function's own error, and is asked for again", async () => {
    const closed = new Error("the vault is closed");
    const give = vi.fn(() => Promise.reject<string>(closed));
    const { manager, login } = managed({ initial: initial(give) });
    expect(await caught(Promise.resolve(manager.current(scope())))).toBe(closed);
    give.mockResolvedValue(canary("first-token-at-last"));
    expect(await manager.current(scope())).toMatchObject({ value: "first-token-at-last" });
    expect(login).not.toHaveBeenCalled();
  });

  it("that is no credential is a ConfigurationError for each caller, and is asked for again", async () => {
    const give = vi.fn(() => "");
    const { manager } = managed({ initial: initial(give) });
    for (let call = 0; call < 2; call += 1) {
      expect(await caught(Promise.resolve(manager.current(scope())))).toMatchObject({ name: "ConfigurationError", message: "sessionToken is empty" });
    }
    expect(give).toHaveBeenCalledTimes(2);
  });

  it("is not asked for after a login that was asked for", async () => {
    const give = vi.fn(() => canary("first-token-too-late"));
    const { manager } = managed({ initial: initial(give) });
    await manager.login(scope());
    await manager.renew(await manager.current(scope()), scope(), 0);
    expect(give).not.toHaveBeenCalled();
  });
});

describe("a login that fails", () => {
  it("gives each caller an error of its own, and the next one starts afresh", async () => {
    const { manager, login } = managed();
    login.mockRejectedValueOnce(new AuthenticationError("expired", "SESSION_EXPIRED"));
    const [one, other] = await Promise.all([caught(Promise.resolve(manager.current(scope()))), caught(Promise.resolve(manager.current(scope())))]);
    expect(one).toMatchObject({ code: "LOGIN_FAILED" });
    expect(one).not.toBe(other);
    expect(login).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await manager.current(scope())).toMatchObject({ value: tokenOf(2) });
  });

  it("asks neither the store nor the login while the way is shut", async () => {
    const { manager, login, store } = managed();
    login.mockRejectedValueOnce(new AuthenticationError("no", "INVALID_CREDENTIALS"));
    await caught(Promise.resolve(manager.current(scope())));
    const read = vi.spyOn(store, "get");
    expect(await caught(Promise.resolve(manager.current(scope())))).toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(read).not.toHaveBeenCalled();
    expect(login).toHaveBeenCalledTimes(1);
  });
});
