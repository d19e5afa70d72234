import { describe, expect, test } from "vitest";
import { ValidationError } from "../../../src/errors/index.ts";
import { Secret } from "../../../src/core/secret.ts";
import { encode as encodeWritten } from "../../../src/core/transport/graphql.ts";
import type { PreparedDocument } from "../../../src/core/transport/document.ts";
import { jsonOf } from "../../../src/core/json-body.ts";

function encode(document: PreparedDocument, variables: object | undefined): string {
  return encodeWritten(document, variables === undefined ? undefined : jsonOf(variables, "variables"));
}

const document = { text: "query Me { me { id } }", name: "Me", kind: "query" as const };

test("the body holds document, variables and name", () => {
  const body = encode(document, { id: "1", when: new Date(0) });
  expect(JSON.parse(body)).toEqual({ query: document.text, variables: { id: "1", when: "1970-01-01T00:00:00.000Z" }, operationName: "Me" });
});

test("a document without a name or variables sends neither", () => {
  expect(JSON.parse(encode({ ...document, name: undefined }, undefined))).toEqual({ query: document.text });
});

test("a Secret among the variables is sent as its value", () => {
  expect(JSON.parse(encode(document, { secret: new Secret("hunter2") }))).toMatchObject({ variables: { secret: "hunter2" } });
});

test("the text goes out as it is, white space and comments included", () => {
  const text = 'query Me { # "me"\n\n  me { id } }\n';
  expect(JSON.parse(encode({ ...document, text }, {}))).toMatchObject({ query: text });
});

describe("variables that cannot be written", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;

  test.each<[string, object]>([["a BigInt", { id: 10n }], ["a circle", circle]])("such as %s are refused, without their values, and the next are not", (_what, variables) => {
    expect(() => encode(document, variables)).toThrow(ValidationError);
    expect(() => encode(document, variables)).toThrow(expect.objectContaining({ issues: [{ path: "variables", message: "holds a BigInt or refers to itself" }] }));
    expect(JSON.parse(encode(document, { id: "1" }))).toMatchObject({ variables: { id: "1" } });
  });
});

test("an operation that is encoded while another one is written does not get into it", () => {
  let inner = "";
  const nested = { toJSON: () => { inner = encode({ ...document, name: "Inner" }, { id: "2" }); return "1"; } };
  expect(JSON.parse(encode(document, { id: nested }))).toMatchObject({ operationName: "Me", variables: { id: "1" } });
  expect(JSON.parse(inner)).toMatchObject({ operationName: "Inner", variables: { id: "2" } });
});
