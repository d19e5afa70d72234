import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionStore } from "../../../src/core/session/store.ts";
import { canary } from "../../oracle/oracle.ts";
import { ago, begun, caught, holdTime, interactionRequired, lifetime, managed, scope, settled, tokenOf } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a refresh token", () => {
  const refreshToken = canary("refresh-token-of-the-first");

  async function withRefreshToken(options: Parameters<typeof managed>[0] = {}) {
    const all = managed(options);
    all.login.mockResolvedValueOnce({ token: tokenOf(1), refreshToken });
    const first = await all.manager.current(scope());
    return { ...all, first };
  }

  it("is handed to the login that follows a rejection", async () => {
    const { manager, login, first } = await withRefreshToken();
    await manager.renew(first, scope(), 0);
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ background: false, previous: { token: tokenOf(1), refreshToken, obtainedAt: new Date(begun).toISOString() } }));
  });

  it("that brings nothing any more is dropped, here and in the store, and each caller is told that a person has to log in", async () => {
    const { manager, login, first, store } = await withRefreshToken();
    const drop = vi.spyOn(store, "delete");
    login.mockRejectedValueOnce(interactionRequired());
    expect(await caught(manager.renew(first, scope(), 0))).toMatchObject({ code: "INTERACTION_REQUIRED" });
    expect(drop).toHaveBeenCalledWith("key", tokenOf(1));
    await manager.current(scope());
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ previous: undefined }));
  });

  it("that somebody else has used meanwhile brings what they stored", async () => {
    const { manager, login, first, store } = await withRefreshToken();
    login.mockImplementationOnce(async () => {
      await store.set("key", { token: tokenOf(9), obtainedAt: ago(0) });
      throw interactionRequired();
    });
    expect(await manager.renew(first, scope(), 0)).toMatchObject({ value: tokenOf(9), adopted: true });
  });

  it("stays where the login fails otherwise", async () => {
    const { manager, login, first, store } = await withRefreshToken();
    const drop = vi.spyOn(store, "delete");
    login.mockRejectedValueOnce(new Error("no way to the server"));
    expect(await caught(manager.renew(first, scope(), 0))).toMatchObject({ code: "LOGIN_FAILED" });
    expect(drop).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    await manager.current(scope());
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ previous: expect.objectContaining({ refreshToken }) as unknown }));
  });

  it("that was never there is not dropped: the store keeps the session that another may still use", async () => {
    const { manager, login, store } = managed();
    const first = await manager.current(scope());
    const drop = vi.spyOn(store, "delete");
    login.mockRejectedValueOnce(interactionRequired());
    expect(await caught(manager.renew(first, scope(), 0))).toMatchObject({ code: "INTERACTION_REQUIRED" });
    expect(drop).not.toHaveBeenCalled();
  });

  it("of a session that was taken from outside meanwhile is not dropped with the old one, though no store keeps it", async () => {
    const store: SessionStore = { get: () => Promise.resolve(undefined), set: () => Promise.resolve(), delete: () => Promise.resolve() };
    const { manager, login, first } = await withRefreshToken({ store });
    manager.accepted(first);
    const newer = { token: tokenOf(8), obtainedAt: ago(0), refreshToken: canary("refresh-token-from-outside") };
    login.mockImplementationOnce(async () => {
      await manager.adopt(newer);
      throw interactionRequired();
    });
    await caught(manager.renew(first, scope(), 0));
    await manager.renew(await manager.current(scope()), scope(), 0);
    expect(login).toHaveBeenLastCalledWith(expect.objectContaining({ previous: newer }));
  });

  it("that nobody has leaves the login's own answer: a person has to log in", async () => {
    const { manager, login } = managed();
    login.mockRejectedValueOnce(interactionRequired());
    expect(await caught(Promise.resolve(manager.current(scope())))).toMatchObject({ code: "INTERACTION_REQUIRED" });
  });

  it("that a session was dropped with meanwhile is nothing to drop", async () => {
    const { manager, login, first } = await withRefreshToken();
    login.mockImplementationOnce(async () => {
      await manager.end();
      throw interactionRequired();
    });
    expect(await caught(manager.renew(first, scope(), 0))).toMatchObject({ code: "INTERACTION_REQUIRED" });
  });

  it("is not needed for a session that was given, which then is used to its end", async () => {
    const { manager, login } = managed({ byRefreshToken: true, initial: { value: canary("session-that-was-given"), name: "sessionToken" } });
    vi.setSystemTime(begun + lifetime - 1);
    expect(manager.current(scope())).toMatchObject({ value: "session-that-was-given" });
    await settled();
    expect(login).not.toHaveBeenCalled();
  });
});
