import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { canary } from "../../oracle/oracle.ts";
import { ago, begun, caught, holdTime, interactionRequired, managed, scope, tokenOf } from "./manager-support.ts";

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

  it("of a session that was taken from outside meanwhile is not dropped with the old one", async () => {
    const { manager, login, first } = await withRefreshToken();
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
});
