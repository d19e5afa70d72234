import { expect, test } from "vitest";
import { codeOf } from "../../../src/core/transport/wire.ts";

test("codes are found in an error, its causes and the first of several, and nowhere deeper than that", () => {
  const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED", syscall: "connect" });
  expect(codeOf(refused)).toEqual({ code: "ECONNREFUSED", syscall: "connect" });
  expect(codeOf(new TypeError("fetch failed", { cause: refused }))).toEqual({ code: "ECONNREFUSED", syscall: "connect" });
  expect(codeOf(new TypeError("x", { cause: new AggregateError([refused]) }))).toEqual({ code: "ECONNREFUSED", syscall: "connect" });
  expect(codeOf(Object.assign(new Error("x"), { code: 5 }))).toEqual({});
  const circle = new Error("x");
  circle.cause = circle;
  for (const value of [circle, undefined, null, "ECONNREFUSED"]) expect(codeOf(value)).toEqual({});
});
