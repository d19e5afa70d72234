import { tracingChannel } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LoginGate, type NewSession } from "../../../src/core/session/login.ts";
import type { CallScope } from "../../../src/core/transport/scope.ts";
import { AuthenticationError, ConfigurationError, RateLimitError, TransportError } from "../../../src/errors/index.ts";

const trouble = (details = {}): TransportError => new TransportError("busy", "headers", { retryable: true, status: 503, requestId: "r-1", hint: "wait", ...details });
const refused = (): AuthenticationError => new AuthenticationError("bad key", "INVALID_CREDENTIALS", { status: 200, requestId: "r-2" });

function gateOf(login: () => Promise<NewSession>, { timeout = 30_000, retryAttempts = 0 } = {}) {
  const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
  const open = new Set<CallScope>();
  return { gate: new LoginGate({ login, timeout, retryAttempts, open, log }), log, open };
}

const caught = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => { throw new Error("it was fulfilled"); }, (error: unknown) => error);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("trouble with a login", () => {
  it("is told with what is known of it", async () => {
    const { gate, log } = gateOf(() => Promise.reject(trouble()));
    const error = await caught(gate.logIn(false));
    expect(error).toMatchObject({
      code: "LOGIN_FAILED", message: "the login failed: busy", retryable: true, status: 503, requestId: "r-1", hint: "wait",
      cause: { name: "TransportError", code: "NETWORK_ERROR" },
    });
    expect(log.warn).toHaveBeenCalledWith("the login failed", { code: "NETWORK_ERROR", status: 503, delayMs: expect.any(Number) as number });
  });

  it("that is no error of keylight is told without its text", async () => {
    const error = await caught(gateOf(() => Promise.reject(new TypeError("secret"))).gate.logIn(false));
    expect(error).toMatchObject({ code: "LOGIN_FAILED", message: "the login failed: unexpected error", retryable: true });
    expect(error).not.toHaveProperty("cause");
  });

  it.each([
    ["a wrong option", new ConfigurationError("no")],
    ["a permission", new AuthenticationError("no", "SESSION_EXPIRED")],
  ])("that another try would meet again (%s) is not tried again", async (_name, failure) => {
    const login = vi.fn(() => Promise.reject(failure));
    expect(await caught(gateOf(login, { retryAttempts: 3 }).gate.logIn(false))).toMatchObject({ retryable: false });
    expect(login).toHaveBeenCalledTimes(1);
  });

  it("closes the way for a while, with the time that is left, a fresh error for each caller, and then opens it", async () => {
    const { gate } = gateOf(() => Promise.reject(new RateLimitError("slow", { retryAfterMs: 5_000 })));
    await caught(gate.logIn(false));
    await vi.advanceTimersByTimeAsync(2_000);
    const [one, other] = [gate.blocked()?.(), gate.blocked()?.()];
    expect(one).toMatchObject({ code: "LOGIN_FAILED", retryAfterMs: 3_000 });
    expect(one).not.toBe(other);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(gate.blocked()).toBeUndefined();
  });

  it("is over with a login that succeeds: the next trouble begins with a short pause again", async () => {
    let fails = true;
    const { gate, log } = gateOf(() => (fails ? Promise.reject(trouble()) : Promise.resolve({ token: "t" })));
    for (let count = 0; count < 6; count += 1) await caught(gate.logIn(false));
    fails = false;
    expect(await gate.logIn(false)).toEqual({ token: "t", obtainedAt: new Date(Date.now()).toISOString() });
    expect(gate.blocked()).toBeUndefined();
    fails = true;
    log.warn.mockClear();
    await caught(gate.logIn(false));
    expect(log.warn.mock.calls[0]?.[1]).toMatchObject({ delayMs: expect.toSatisfy((ms: number) => ms <= 200) as number });
  });

  it.each([
    ["longer than a minute", 60_001, 3_600_000, 1],
    ["a minute", 60_000, 3_600_000, 2],
    ["beyond the deadline", 30_000, 30_000, 1],
  ])("with a pause asked for that is %s: logins", async (_name, retryAfterMs, timeout, logins) => {
    const login = vi.fn(() => Promise.reject(trouble({ retryAfterMs })));
    const failing = caught(gateOf(login, { timeout, retryAttempts: 1 }).gate.logIn(false));
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await failing).toMatchObject({ code: "LOGIN_FAILED" });
    expect(login).toHaveBeenCalledTimes(logins);
  });

  it("is what the caller gets when the owner closes during the pause, and nothing is left", async () => {
    const { gate, open } = gateOf(() => Promise.reject(trouble()), { retryAttempts: 3 });
    const failing = caught(gate.logIn(false));
    await vi.advanceTimersByTimeAsync(1);
    for (const scope of [...open]) scope.end({ cause: "closed" });
    expect(await failing).toMatchObject({ code: "LOGIN_FAILED", message: "the login failed: busy" });
    expect(open.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a refusal", () => {
  it("closes the way for good, with a fresh error for each caller", async () => {
    const { gate, log } = gateOf(() => Promise.reject(refused()));
    const first = await caught(gate.logIn(false));
    await vi.advanceTimersByTimeAsync(86_400_000);
    const later = gate.blocked()?.();
    for (const error of [first, later]) {
      expect(error).toMatchObject({ code: "INVALID_CREDENTIALS", message: "the login was refused: bad key", status: 200, requestId: "r-2", hint: expect.stringContaining("Check") as string });
    }
    expect(first).not.toBe(later);
    expect(log.error).toHaveBeenCalledWith(expect.any(String), { status: 200 });
  });
});

describe("sessions that are rejected before they were of any use", () => {
  it("slow down logins from the second one on, and a session that is accepted ends that", () => {
    const { gate } = gateOf(() => Promise.resolve({ token: "t" }));
    gate.stillborn();
    expect(gate.blocked()).toBeUndefined();
    gate.confirmed();
    gate.stillborn();
    expect(gate.blocked()).toBeUndefined();
    gate.stillborn();
    expect(gate.blocked()?.()).toMatchObject({ code: "LOGIN_FAILED", retryable: true, retryAfterMs: expect.toSatisfy((ms: number) => ms >= 100 && ms <= 200) as number });
  });
});

describe("the error of one caller", () => {
  it("is the function's own where it is not ours, and a fresh one where it is", () => {
    const { gate } = gateOf(() => Promise.resolve({ token: "t" }));
    const own = new Error("vault is closed");
    expect(gate.failureOf(own)()).toBe(own);
    const wrong = new ConfigurationError("sessionToken is empty", { hint: "Set it." });
    expect(gate.failureOf(wrong)()).not.toBe(wrong);
    expect(gate.failureOf(wrong)()).toMatchObject({ name: "ConfigurationError", message: "sessionToken is empty", hint: "Set it." });
    expect(gate.failureOf(trouble({ retryAfterMs: 7 }))()).toMatchObject({ code: "LOGIN_FAILED", status: 503, retryAfterMs: 7 });
  });
});

describe("the channel keylight:login", () => {
  it("tells status and request id where a failed login has them, and nothing where it has not", async () => {
    const events: object[] = [];
    const channel = tracingChannel<unknown, object>("keylight:login");
    const nothing = (): void => undefined;
    const handlers = { start: nothing, end: nothing, asyncStart: nothing, error: nothing, asyncEnd: (event: object) => void events.push(event) };
    channel.subscribe(handlers);
    await caught(gateOf(() => Promise.reject(trouble())).gate.logIn(false));
    await caught(gateOf(() => Promise.reject(new TransportError("gone", "connect"))).gate.logIn(false));
    channel.unsubscribe(handlers);
    expect(events[0]).toMatchObject({ attempt: 1, status: 503, requestId: "r-1" });
    expect(Object.keys(events[1] ?? {})).not.toContain("status");
    expect(Object.keys(events[1] ?? {})).not.toContain("requestId");
  });
});
