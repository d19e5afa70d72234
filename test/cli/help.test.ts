/** Every command explains itself, and docs/cli.md explains every command. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { pathOf } from "../../src/cli/completion/reached.ts";
import { createProgram } from "../../src/cli/program.ts";
import { keylight } from "./support.ts";

const program = createProgram(() => Promise.resolve(), { stdout: process.stdout, stderr: process.stderr, signal: new AbortController().signal });

function withThoseBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withThoseBelow)];
}

const commands = withThoseBelow(program);
const leaves = commands.filter((command) => command.commands.length === 0);
const words = (command: Command): string[] => pathOf(command).split(" ").slice(1);

describe("--help", () => {
  test.each(commands.map((command) => [pathOf(command), command] as const))("of `%s` says what it does, with all its options", async (_path, command) => {
    const ran = await keylight([...words(command), "--help"], {});
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    for (const { long } of command.options) expect(ran.stdout).toContain(long);
    expect(ran.stdout).toContain("--endpoint <url>");
    expect(await keylight(["help", ...words(command)], {})).toMatchObject(words(command).length < 2 ? { code: 0, stdout: ran.stdout } : {});
  });

  test.each(leaves.map((command) => [pathOf(command), command] as const))("of `%s` has examples that it would take", async (path, command) => {
    const { stdout } = await keylight([...words(command), "--help"], { columns: 200 });
    const examples = stdout.slice(stdout.indexOf("Examples:")).split("\n").filter((line) => line.startsWith("  $ "));
    expect(examples.length).toBeGreaterThan(0);
    const called = examples.flatMap((line) => [...line.matchAll(/keylight ([^|>)]+)/g)].map(([, text = ""]) => text));
    for (const text of called) {
      expect(text.startsWith(words(command).join(" ")) || text.startsWith(words(command).join(" ").replace("service-accounts", "sa")), path).toBe(true);
      for (const [option = ""] of text.replace(/'[^']*'/g, "").matchAll(/--[\w-]+/g)) {
        expect([...command.options, ...program.options].some(({ long }) => long === option), `${option} in ${text}`).toBe(true);
      }
    }
  });

  test("of everything says how credentials are given, and what exit codes mean", async () => {
    const { stdout } = await keylight(["--help"], {});
    for (const text of ["LC_USER_KEY_ID", "LC_API_KEY", "never taken as arguments", "3 not found"]) expect(stdout).toContain(text);
  });

  test("fits the terminal", async () => {
    for (const columns of [60, 120]) {
      const { stdout } = await keylight(["keys", "rotate", "--help", "--no-color"], { columns });
      const [help = ""] = stdout.split("Examples:");
      for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test("breaks no word on a narrow terminal that has room for it", async () => {
    const { stdout } = await keylight(["keys", "rotate", "--help", "--no-color"], { columns: 40 });
    const [help = ""] = stdout.split("Examples:");
    for (const line of help.split("\n")) if (line.length > 40) expect(line).toMatch(/^Usage|\S{13}/);
  });
});

describe("docs/cli.md", () => {
  const text = readFileSync("docs/cli.md", "utf8");

  test.each(leaves.map((command) => [pathOf(command).replace(/^keylight /, ""), command] as const))("explains `%s`, with its options", (path, command) => {
    const [, section] = new RegExp(`### ${path}\\b[^\\n]*\\n([^]*?)(?=\\n##|$)`).exec(text) ?? [];
    expect(section, path).toBeDefined();
    for (const { long } of command.options) expect(section, `${path} ${String(long)}`).toContain(`\`${String(long)}`);
  });

  test("explains the options of all commands, the exit codes and the variables", () => {
    for (const { long } of program.options) expect(text).toContain(`\`${String(long)}`);
    for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(text).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
    for (const name of ["LC_API_URL", "LC_API_KEY", "LC_SESSION_TOKEN", "LC_USER_KEY_ID", "LC_USER_KEY_SECRET", "LC_ACCOUNT_ID", "LC_CREDENTIALS_DIR", "NO_COLOR", "FORCE_COLOR"]) expect(text).toContain(name);
  });
});
