import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { print } from "../../../src/core/transport/print.ts";

const name = (value: unknown, kind: unknown = "Name") => ({ kind, value });
const withValue = (value: object, alias?: object) => ({
  definitions: [{
    kind: "OperationDefinition",
    operation: "query",
    selectionSet: { kind: "SelectionSet", selections: [{ kind: "Field", alias, name: name("a"), arguments: [{ kind: "Argument", name: name("x"), value }] }] },
  }],
});

describe("an enum's value", () => {
  test.each(["trueish", "nullable", "falsehood", "_"])("%s is one", (value) => {
    expect(print(withValue({ kind: "EnumValue", value }))).toBe(`query{a(x:${value})}`);
  });

  test.each(["true", "false", "null", "A b", "A}", "1A", ""])("%j is none", (value) => {
    expect(() => print(withValue({ kind: "EnumValue", value }))).toThrow(ConfigurationError);
  });
});

test("an alias stands before its field", () => {
  expect(print(withValue({ kind: "NullValue" }, name("b")))).toBe("query{b:a(x:null)}");
});

test("a kind that only looks like its text is none", () => {
  expect(() => print(withValue({ kind: "NullValue" }, name("b", ["Name"])))).toThrow(ConfigurationError);
});
