import { expect, test } from "vitest";
import { codeOf } from "../../../src/core/transport/wire.ts";

const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED", syscall: "connect" });

test("an error of no errors is looked through for its cause", () => {
  expect(codeOf(new AggregateError([], "x", { cause: refused }))).toEqual({ code: "ECONNREFUSED", syscall: "connect" });
});

test("a code is found three causes deep, and no deeper", () => {
  const around = (cause: unknown): Error => new Error("x", { cause });
  expect(codeOf(around(around(around(refused))))).toEqual({ code: "ECONNREFUSED", syscall: "connect" });
  expect(codeOf(around(around(around(around(refused)))))).toEqual({});
});

test("a syscall that is no text is left out", () => {
  expect(codeOf({ code: "X", syscall: 5 })).toEqual({ code: "X", syscall: undefined });
});
