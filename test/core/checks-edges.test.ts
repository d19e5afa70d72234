import { afterEach, describe, expect, test, vi } from "vitest";
import { Checks } from "../../src/core/checks.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** What is wrong with it, by one check. */
function issuesOf(check: (checks: Checks) => unknown): unknown {
  const checks = new Checks("an operation");
  check(checks);
  try {
    checks.done();
  } catch (error) {
    return error;
  }
  return undefined;
}
const future = (value: unknown) => issuesOf((checks) => checks.future(value as string, "until"));

describe("an instant", () => {
  test.each([
    ["2030-01-31", "2030-01-31T00:00:00.000Z"],
    ["2030-01-31T01:02Z", "2030-01-31T01:02:00.000Z"],
    ["2030-01-31T01:02:03Z", "2030-01-31T01:02:03.000Z"],
    ["2030-01-31T01:02:03.5Z", "2030-01-31T01:02:03.500Z"],
    ["2030-01-31T01:02:03.4567Z", "2030-01-31T01:02:03.456Z"],
    ["2030-01-31T01:02:03+02:00", "2030-01-30T23:02:03.000Z"],
    ["2030-01-31T01:02:03-02:30", "2030-01-31T03:32:03.000Z"],
    ["2032-02-29", "2032-02-29T00:00:00.000Z"],
  ])("%s is one", (text, instant) => {
    expect(new Checks("an operation").future(text, "until")).toBe(instant);
    expect(future(text)).toBeUndefined();
  });

  test.each([
    "", "x2030-01-31", "2030-01-31x", "12030-01-31", "2030-1-31", "2030-01-31T01:02", "2030-01-31T01:02:03", "2030-01-31T1:02Z", "2030-01-31T01:2Z", "2030-01-31T01:02:3Z",
    "2030-01-31T01:02:03.Z", "2030-01-31T01:02:03+2:00", "2030-01-31T01:02:03 02:00", "2030-01-31T01:02:03+02:0", "2030-02-30", "2031-02-29", "2030-04-31", "tomorrow", "2030-13-01",
  ])("%j is none", (text) => {
    expect(future(text)).toMatchObject({ issues: [{ path: "until", message: "must be a valid Date, or an ISO 8601 instant such as 2030-01-31T00:00:00Z" }] });
  });

  test("must lie ahead, by a millisecond at least", () => {
    vi.useFakeTimers({ now: Date.UTC(2029, 0, 1), toFake: ["Date"] });
    expect(future("2029-01-01T00:00:00.000Z")).toMatchObject({ issues: [{ message: "must lie in the future" }] });
    expect(future("2029-01-01T00:00:00.001Z")).toBeUndefined();
    expect(future(new Date(Date.UTC(2029, 0, 1) + 1))).toBeUndefined();
    expect(future(new Date(Number.NaN))).toMatchObject({ name: "ValidationError" });
  });
});

describe("an id", () => {
  test.each(["undefined", "null", "", "a b", "ü", 0, -1, 1.5, Number.NaN, null, "x".repeat(256)])("%j is none", (value) => {
    expect(issuesOf((checks) => checks.id(value as string, "id"))).toMatchObject({ message: "an operation: id must be a global id or a positive number", hint: expect.stringContaining("Nothing was sent") as string });
  });

  test.each(["1", "R2xvYmFs", "x".repeat(255), 1])("%j is one, and is given back", (value) => {
    const checks = new Checks("an operation");
    expect(checks.id(value, "id")).toBe(value);
    expect(() => { checks.done(); }).not.toThrow();
  });
});

describe("other inputs", () => {
  test("are passed where they are right", () => {
    const right = issuesOf((checks) => [checks.text("", "a"), checks.flag(false, "b"), checks.wholeNumber(0, "c"), checks.name("x".repeat(255), "d"), checks.oneOf("x", ["x"], "e"), checks.object({}, "f")]);
    expect(right).toBeUndefined();
  });

  test("are named all at once where they are wrong", () => {
    const wrong = issuesOf((checks) => {
      const any = (value: unknown): never => value as never;
      checks.text(any(5), "a");
      checks.flag(any("true"), "b");
      checks.wholeNumber(-1, "c");
      checks.wholeNumber(0.5, "d");
      checks.name(" ", "e");
      checks.name("x".repeat(256), "f");
      checks.oneOf(any("y"), ["x", "z"], "g");
      for (const value of [null, [], "h"]) expect(checks.object(any(value), "h")).toEqual({});
      checks.fail("i", "is wrong");
    });
    expect(wrong).toMatchObject({
      message: "an operation: a must be text; b must be true or false; c must be a whole number, 0 or more; d must be a whole number, 0 or more; e must be text of 1 to 255 characters; " +
        "f must be text of 1 to 255 characters; g must be one of x, z; h must be an object; h must be an object; h must be an object; i is wrong",
    });
  });
});
