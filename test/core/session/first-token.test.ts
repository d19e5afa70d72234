import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { firstToken } from "../../../src/core/session/first-token.ts";
import { ScopeEnded, type CallScope } from "../../../src/core/transport/scope.ts";
import { canary } from "../../oracle/oracle.ts";
import { caught, deferred, holdTime } from "./manager-support.ts";

beforeEach(holdTime);
afterEach(() => {
  vi.useRealTimers();
});

const timeout = 5_000;

describe("the function that gives the first token", () => {
  it.each([["at once", (text: string) => text], ["with a promise", (text: string) => Promise.resolve(text)]])("may answer %s, and nothing is left", async (_name, give) => {
    const text = canary("first-token-of-a-function");
    const open = new Set<CallScope>();
    expect(await firstToken(() => give(text), { timeout, open })).toBe(text);
    expect([open.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it.each([["throws", () => { throw new TypeError("closed"); }], ["rejects", () => Promise.reject(new TypeError("closed"))]])(
    "fails with its own error when it %s, and nothing is left", async (_name, give) => {
      const open = new Set<CallScope>();
      const error = await caught(firstToken(give, { timeout, open }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ message: "closed" });
      expect([open.size, vi.getTimerCount()]).toEqual([0, 0]);
    });

  it("has as long as a login may take, and may be asked again after that", async () => {
    const open = new Set<CallScope>();
    let failure: unknown;
    const asking = caught(firstToken(() => deferred<string>().promise, { timeout, open })).then((error) => {
      failure = error;
    });
    await vi.advanceTimersByTimeAsync(timeout - 1);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await asking;
    expect(failure).toMatchObject({ code: "LOGIN_FAILED", message: "the function that gives the first token did not answer in time", retryable: true });
    expect(open.size).toBe(0);
  });

  it("is waited for no longer when the owner closes", async () => {
    const open = new Set<CallScope>();
    const asking = caught(firstToken(() => deferred<string>().promise, { timeout, open }));
    expect(open.size).toBe(1);
    for (const scope of [...open]) scope.end({ cause: "closed" });
    const error = await asking;
    expect(error).not.toBeInstanceOf(ScopeEnded);
    expect(error).toMatchObject({ code: "LOGIN_FAILED" });
    expect([open.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
