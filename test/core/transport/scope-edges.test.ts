import { afterEach, describe, expect, test, vi } from "vitest";
import { CallScope, letGo } from "../../../src/core/transport/scope.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** How often timers were let go that were set meanwhile. */
function unrefs(): () => number {
  const unref = vi.fn();
  vi.spyOn(globalThis, "setTimeout").mockReturnValue({ unref } as unknown as ReturnType<typeof setTimeout>);
  return () => unref.mock.calls.length;
}

describe("the timers of a scope", () => {
  test("let the process exit where nobody waits: that of the deadline and that of a pause", () => {
    const count = unrefs();
    const scope = new CallScope({ timeout: 1_000, background: true });
    expect([scope.background, count()]).toEqual([true, 1]);
    void scope.sleep(10);
    expect(count()).toBe(2);
  });

  test.each([[undefined], [false]])("keep the process alive where somebody waits (background: %s)", (background) => {
    const count = unrefs();
    const scope = new CallScope({ timeout: 1_000, background });
    void scope.sleep(10);
    expect([scope.background, count()]).toEqual([false, 0]);
  });

  test("are left as they are on a runtime whose timers are numbers", () => {
    expect(() => { letGo(5 as unknown as ReturnType<typeof setTimeout>); }).not.toThrow();
  });
});
