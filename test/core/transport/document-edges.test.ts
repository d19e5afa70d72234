import { parse } from "graphql";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { AnyDocument, prepare as Prepare } from "../../../src/core/transport/document.ts";

let prepare: typeof Prepare;
beforeEach(async () => {
  vi.resetModules();
  ({ prepare } = await import("../../../src/core/transport/document.ts"));
});

const textOf = (number: number): string => `query Q${number} { me { id } }`;

describe("what was worked out of a document", () => {
  test("is kept with an AST, which is not looked into again", () => {
    const { definitions } = parse("query Me { me { id } }");
    const look = vi.fn(() => definitions);
    const document = Object.defineProperty({ kind: "Document" }, "definitions", { get: look }) as unknown as AnyDocument;
    const first = prepare(document);
    const looks = look.mock.calls.length;
    expect(looks).toBeGreaterThan(0);
    expect(prepare(document)).toBe(first);
    expect(look).toHaveBeenCalledTimes(looks);
  });

  test("is kept for 500 texts; then the oldest one goes, and no other", () => {
    const all = Array.from({ length: 500 }, (_, number) => prepare(textOf(number)));
    expect(all.every((prepared, number) => prepare(textOf(number)) === prepared)).toBe(true);
    prepare(textOf(500));
    expect(prepare(textOf(1))).toBe(all[1]);
    expect(prepare(textOf(499))).toBe(all[499]);
    expect(prepare(textOf(0))).not.toBe(all[0]);
    expect(prepare(textOf(0))).toEqual(all[0]);
    expect(prepare(textOf(1))).not.toBe(all[1]);
  });
});

test.each([["of another kind", { kind: "Field" }], ["of no kind", {}]])("an object %s is no document, though it has definitions", (_what, own) => {
  const document = { ...own, definitions: parse("{ me { id } }").definitions } as unknown as AnyDocument;
  expect(() => prepare(document)).toThrow("a document must be GraphQL text, a TypedDocumentString or a TypedDocumentNode");
});
