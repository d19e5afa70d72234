import { describe, expect, test } from "vitest";
import { ResponseFormatError } from "../../src/errors/index.ts";
import { pagedList } from "../../src/core/paged-list.ts";
import { promised, promisedList, promisedText } from "../../src/core/promised.ts";

/** Counts what was read of it. */
function countTo(end: number): { list: ReturnType<typeof pagedList<number>>; read: number[] } {
  const read: number[] = [];
  const list = pagedList(async function* () {
    for (let item = 1; item <= end; item += 1) {
      read.push(item);
      yield await Promise.resolve(item);
    }
  });
  return { list, read };
}

describe("a list of pages", () => {
  test("is read to its end, each time from its beginning", async () => {
    const { list, read } = countTo(3);
    expect(await list.toArray()).toEqual([1, 2, 3]);
    const items: number[] = [];
    for await (const item of list) items.push(item);
    expect(items).toEqual([1, 2, 3]);
    expect(read).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test.each([[2, [1, 2]], [3, [1, 2, 3]], [9, [1, 2, 3]], [0, []], [-1, []]])("is read to a limit of %i and no further", async (limit, expected) => {
    const { list, read } = countTo(3);
    expect(await list.toArray({ limit })).toEqual(expected);
    expect(read).toEqual(expected);
  });

  test("has no limit where none is given", async () => {
    expect(await countTo(3).list.toArray({})).toEqual([1, 2, 3]);
  });
});

describe("what a schema promises", () => {
  const broken = (message: string): unknown => expect.objectContaining({ constructor: ResponseFormatError, message });

  test("is given as it is where it is there", () => {
    const value = { id: 1 };
    expect(promised(value, "me")).toBe(value);
    expect(promisedText("", "token")).toBe("");
    const list = [value];
    expect(promisedList(list, "keys")).toBe(list);
    expect(promisedList([], "keys")).toEqual([]);
  });

  test.each([[undefined], [null], [[]], ["text"], [5]])("is missed as an object where %j is there", (value) => {
    expect(() => promised(value as unknown as object, "me")).toThrow(broken("the answer lacks me"));
  });

  test.each([[undefined], [null], [{}], [5]])("is missed as a text where %j is there", (value) => {
    expect(() => promisedText(value, "token")).toThrow(broken("the answer lacks token"));
  });

  test.each([[undefined], [null], [{}], ["text"], [[{}, null]], [[5]]])("is missed as a list of objects where %j is there", (value) => {
    expect(() => promisedList(value as unknown as object[], "keys")).toThrow(broken("the answer lacks the list keys"));
  });
});
