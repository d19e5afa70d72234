/** What goes where, and how it looks: widths, colours, pipes, and text that would play with the terminal. */
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import stringWidth from "fast-string-truncated-width";
import { at, dataOf, furnished, siteOf, type Furnished } from "./support.ts";

const escape = "\u001B";
const nasty = `evil${escape}[2J${escape}]0;title\u0007\u009B31m\r\n\u202Egnp.exe\u2028end`;

async function named(name: string): Promise<Furnished> {
  const site = await furnished();
  await site.client.serviceAccounts.update(site.serviceAccount.id, { name });
  return site;
}

const long = "A service account with a name that goes on and on, for the nightly import of everything";

describe("a table", () => {
  test.each([120, 80, 70])("fits into %i columns: long names are cut, and ids never", async (columns) => {
    const site = await named(long);
    const { stdout } = await at(site, ["keys", "list", "--no-color"], { columns });
    const lines = stdout.trimEnd().split("\n");
    const leftOut = { 120: undefined, 80: "CREATED", 70: "CREATED, LAST USED" }[columns];
    expect(lines.slice(2)).toEqual(leftOut === undefined ? [] : [`Left out for want of room: ${leftOut}.`]);
    for (const line of lines) expect(stringWidth(line).width).toBeLessThanOrEqual(columns);
    expect(stdout).toContain(site.key.id);
    if (columns < 120) expect(stdout).toContain("…");
    expect(stdout).toContain("A servi");
  });

  test("is shown as records where it does not fit, with everything whole", async () => {
    const site = await named(long);
    const { stdout } = await at(site, ["keys", "list", "--no-color"], { columns: 40 });
    expect(stdout).toMatch(new RegExp(`^KEY +${site.key.id}\nNAME +nightly\nSERVICE ACCOUNT +${long}\nSTATUS +active\n`));
    expect(stdout).not.toContain("…");
  });

  test("is whole in a pipe, with instants as the server sent them", async () => {
    const site = await named(long);
    const { stdout } = await at(site, ["keys", "list"]);
    expect(stdout).toContain(long);
    expect(stdout).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z/);
  });

  test.each(["日本語のサービスアカウント、とても長い名前のもの", "emoji 👩‍👩‍👧‍👦🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀", "combining e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"])("counts wide text as terminals do: %s", async (name) => {
    const site = await named(name);
    const { stdout } = await at(site, ["keys", "list", "--no-color"], { columns: 78 });
    const [head = "", row = ""] = stdout.split("\n");
    expect(stringWidth(row).width).toBeLessThanOrEqual(78);
    const before = (line: string, text: string): number => stringWidth(line.slice(0, line.indexOf(text))).width;
    expect(before(row, "active")).toBe(before(head, "STATUS"));
  });
});

describe("text from the server", () => {
  test("moves, hides and colours nothing, in tables and in pipes", async () => {
    const site = await named(nasty);
    for (const extra of [{ columns: 120, types: "" }, { columns: 40 }, {}]) {
      const { stdout } = await at(site, ["service-accounts", "list", "--no-color"], extra);
      expect(stdout).toContain("evil");
      expect(stdout).toContain("gnp.exe");
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u2028\u2029]/);
    }
  });

  test("is the same value in JSON, written so that a terminal can be given it", async () => {
    const site = await named(nasty);
    const ran = await at(site, ["service-accounts", "list", "--json"]);
    expect(dataOf(ran)).toMatchObject([{ name: nasty }]);
    expect(ran.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E\u2028]/);
  });

  test("in an error is one line without control characters", async () => {
    const site = await siteOf();
    site.fake.failNext({ operationName: "ListServiceAccounts", body: { errors: [{ message: nasty }] } });
    const ran = await at(site, ["service-accounts", "list"]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("evil");
    expect(ran.stderr.trimEnd().split("\n")).toHaveLength(2);
    expect(ran.stderr).not.toMatch(new RegExp(`[${escape}\u007F-\u009F\u202E\u2028\r]`));
  });
});

describe("colours", () => {
  const colored = async (env: Record<string, string | undefined>, columns: number | undefined, ...args: string[]): Promise<boolean> => {
    const site = await furnished();
    return (await at(site, ["keys", "list", ...args], { env, ...(columns === undefined ? {} : { columns }) })).stdout.includes(escape);
  };

  test.each([
    ["a terminal", true, {}, 80, []],
    ["a pipe", false, {}, undefined, []],
    ["NO_COLOR", false, { NO_COLOR: "1" }, 80, []],
    ["an empty NO_COLOR", true, { NO_COLOR: "" }, 80, []],
    ["FORCE_COLOR in a pipe", true, { FORCE_COLOR: "1" }, undefined, []],
    ["FORCE_COLOR=0", false, { FORCE_COLOR: "0" }, 80, []],
    ["NO_COLOR and FORCE_COLOR", false, { NO_COLOR: "1", FORCE_COLOR: "1" }, 80, []],
    ["a dumb terminal", false, { TERM: "dumb" }, 80, []],
    ["--no-color", false, { FORCE_COLOR: "1" }, 80, ["--no-color"]],
    ["--json", false, { FORCE_COLOR: "1" }, 80, ["--json"]],
  ])("%s: %s", async (_what, expected, env, columns, args) => {
    expect(await colored(env, columns, ...args)).toBe(expected);
  });

  test("are on errors too, by the same rules", async () => {
    const site = await siteOf();
    expect((await at(site, ["sa", "get", "999"], { columns: 80 })).stderr).toContain(`${escape}[31mError:`);
    expect((await at(site, ["sa", "get", "999"], { columns: 80, env: { NO_COLOR: "1" } })).stderr).not.toContain(escape);
  });
});

describe("standard output", () => {
  const failing = (code: string): Writable => new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) }).on("error", () => undefined);

  test("that nobody reads any more ends the run quietly", async () => {
    const site = await furnished();
    for (const args of [["keys", "list"], ["keys", "list", "--json"], ["--help"], ["--version"]]) {
      expect(await at(site, args, { stdout: failing("EPIPE") }), args.join(" ")).toMatchObject({ code: 0, stderr: "" });
    }
  });

  test("that cannot be written is a failure", async () => {
    const site = await furnished();
    expect(await at(site, ["keys", "list"], { stdout: failing("ENOSPC") })).toMatchObject({ code: 1, stderr: expect.stringContaining("standard output cannot be written") });
    for (const args of [["--help"], ["--version"], ["__complete", "--", ""]]) expect(await at(site, args, { stdout: failing("ENOSPC") })).toMatchObject({ code: 1 });
  });
});

describe("--json", () => {
  test("that is an argument asks for nothing", async () => {
    const ran = await at(await furnished(), ["keys", "revoke", "--yes", "--", "--json"]);
    expect(ran).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/^Error: /) });
  });

  test.each([
    ["doctor"], ["login"], ["whoami"], ["logout"],
    ["service-accounts", "list"], ["service-accounts", "list", "--all-accounts"], ["service-accounts", "create", "--name", "x", "--role", "Viewer"],
    ["keys", "list"], ["keys", "audit"], ["keys", "rotate", "--older-than", "90d", "--dry-run"], ["completion", "bash"],
  ])("puts one value on standard output, also on a terminal: %s %s", async (...args) => {
    const site = await furnished();
    const { stdout, code } = await at(site, [...args, "--json"], { columns: 80, types: "" });
    expect(code).toBe(0);
    expect(() => void JSON.parse(stdout)).not.toThrow();
  });
});
