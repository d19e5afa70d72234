import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LoginGate, type NewSession } from "../../../src/core/session/login.ts";
import type { CallScope } from "../../../src/core/transport/scope.ts";
import { AuthenticationError, TransportError } from "../../../src/errors/index.ts";
import { caught, holdTime, interactionRequired, settled } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.useRealTimers();
});

function gateOf(failure: Error, { timeout = 30_000, retryAttempts = 0 } = {}) {
  const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
  const open = new Set<CallScope>();
  const login = vi.fn(() => Promise.reject<NewSession>(failure));
  return { gate: new LoginGate({ login, timeout, retryAttempts, open, log }), login, open };
}

const busy = (retryAfterMs: number): TransportError => new TransportError("busy", "headers", { retryable: true, retryAfterMs });

describe("a login that fails", () => {
  it.each([["as long as", 30_000], ["longer than", 30_001]])("with a pause asked for that is %s its deadline allows fails at once, not at the deadline", async (_what, pause) => {
    const { gate } = gateOf(busy(pause), { retryAttempts: 1 });
    const failed = vi.fn();
    void caught(gate.logIn(false)).then(failed);
    await settled();
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it("is not tried again by an owner who closes in the pause", async () => {
    const { gate, login, open } = gateOf(busy(5_000), { retryAttempts: 3 });
    const failing = caught(gate.logIn(false));
    await settled();
    for (const scope of [...open]) scope.end({ cause: "closed" });
    await failing;
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("for want of a person shuts no way: another login may be tried at once", async () => {
    const { gate } = gateOf(interactionRequired());
    expect(await caught(gate.logIn(false))).toMatchObject({ code: "INTERACTION_REQUIRED" });
    expect(gate.blocked()).toBeUndefined();
  });

  it("as a call would for its session shuts the way for a while like any trouble", async () => {
    const { gate } = gateOf(new AuthenticationError("expired", "SESSION_EXPIRED"));
    expect(await caught(gate.logIn(false))).toMatchObject({ code: "LOGIN_FAILED", message: "the login failed: expired" });
    expect(gate.blocked()).toBeTypeOf("function");
  });
});
