import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { namedTests, normalised, rowsOf, titlesOf, type NamedTest } from "./named-tests.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const document = read("docs/reliability.md");
const rows = rowsOf(document);
const groups = ["Credentials", "Session renewal", "Session stores and many processes", "Retries, deadlines, answers", "Secrets", "Classification order"];

/** A shorter part of a name would be found by chance. */
const shortest = 10;

/** Titles of each test file that was asked for. */
const known = new Map<string, readonly string[]>();
function titlesIn(file: string): readonly string[] {
  const titles = known.get(file) ?? (existsSync(new URL(file, root)) ? titlesOf(read(file)).map(normalised) : []);
  known.set(file, titles);
  return titles;
}

const isThere = ({ file, name }: NamedTest): boolean => name.length >= shortest && titlesIn(file).some((title) => title.includes(normalised(name)));

describe("docs/reliability.md", () => {
  it.each(groups)("has promises under %s", (group) => {
    expect(rows.filter(({ section }) => section === group).length).toBeGreaterThan(5);
  });

  it.each(rows.map(({ section, cells }) => [section, cells[0] ?? "", cells] as const))("%s: %s", (_section, promise, cells) => {
    expect(cells).toHaveLength(2);
    expect(promise).not.toBe("");
    const named = namedTests(cells[1] ?? "");
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((one) => !isThere(one))).toEqual([]);
  });

  it("promises nothing twice", () => {
    const promises = rows.map(({ cells }) => cells[0]);
    expect(new Set(promises).size).toBe(promises.length);
  });

  it("names commands that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [...document.matchAll(/npm (?:run )?([a-z][a-z:]*)/g)].map(([, name = ""]) => name);
    expect(new Set(commands)).toEqual(new Set(["test", "soak", "test:mutation"]));
    for (const name of commands) expect(scripts).toHaveProperty([name]);
  });
});

describe("a named test is found", () => {
  // Never run: a text to be read, in which a skipped test must not count as one that shows anything.
  const source = `
    describe.each(all)("over %s", () => {
      test.each<[string]>(["rows are no names"])("a %i is sent again", () => {});
      it.skipIf(slow)(\`takes \${time} at most\`, () => {});
      // it("was here once", () => {});
      it.skip("is never run", () => {});
      describe.todo("is to be written", () => {});
      expect("a text in a test");
    });
  `;

  it("by groups and tests alone, not by comments, rows, texts, or what never runs", () => {
    expect(titlesOf(source)).toEqual(["over %s", "a %i is sent again", "takes … at most"]);
  });

  it("whatever its placeholders are called", () => {
    for (const name of ["a %i is sent again", "a %s is sent again", "a $status is sent again", "a … is sent again"]) expect(normalised(name)).toBe("a … is sent again");
    expect(normalised("100 % and $5")).toBe("100 % and $5");
  });

  it("in the file before it, by a part of its name", () => {
    const cell = "`test/a.test.ts`: `one name`, `another`<br>`test/b.test.ts`: `third`";
    expect(namedTests(cell)).toEqual([
      { file: "test/a.test.ts", name: "one name" },
      { file: "test/a.test.ts", name: "another" },
      { file: "test/b.test.ts", name: "third" },
    ]);
    const here = "test/docs/reliability.test.ts";
    expect(isThere({ file: here, name: "by a part of its name" })).toBe(true);
    expect(isThere({ file: here, name: "by a name that no test has" })).toBe(false);
    expect(isThere({ file: here, name: "its name" })).toBe(false);
    expect(isThere({ file: "test/docs/gone.test.ts", name: "by a part of its name" })).toBe(false);
  });
});
