/** Completion, asked by the shells themselves. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { binFolder, missing, shell, variables } from "./process.ts";
import { keylight, temporaryDirectory } from "./support.ts";

const candidates = async (...words: string[]): Promise<string[]> => {
  const ran = await keylight(["__complete", "--", ...words], {});
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return ran.stdout.split("\n").flatMap((line) => line.split("\t", 1)).filter((word) => word !== "");
};

describe("what may come next", () => {
  test.each([
    [[""], ["doctor", "login", "logout", "whoami", "service-accounts", "keys", "completion", "sandbox", "help"]],
    [["key"], ["keys"]],
    [["keys", ""], ["list", "create", "revoke", "rotate", "audit", "help"]],
    [["keys", "re"], ["revoke"]],
    [["sa", "en"], ["enable"]],
    [["service-accounts", "create", "--role", ""], ["Admin", "Editor", "Viewer"]],
    [["service-accounts", "create", "--role", "V"], ["Viewer"]],
    [["keys", "create", "--format", ""], ["raw", "env"]],
    [["completion", ""], ["bash", "zsh", "fish"]],
    [["completion", "z"], ["zsh"]],
    [["keys", "create", "--out", ""], [":files"]],
    [["--dotenv", "some"], [":files"]],
    [["keys", "revoke", ""], []],
    [["keys", "list", "--account", ""], []],
    [["--json", "keys", "--debug", "au"], ["audit"]],
    [["--timeout", "keys", "who"], ["whoami"]],
    [["keys", "rotate", "--old"], ["--older-than"]],
    [["keys", "list", "--js"], ["--json"]],
    [["whoami", "--he"], ["--help"]],
  ])("after %j is %j", async (words, expected) => {
    expect(await candidates(...words)).toEqual(expected);
  });

  test("knows every option of every command", async () => {
    const options = await candidates("keys", "rotate", "--");
    expect(options).toEqual(expect.arrayContaining(["--service-account", "--older-than", "--no-verify", "--dry-run", "--out", "--exec", "--print", "--yes", "--endpoint", "--json", "--help"]));
  });
});

describe("the scripts", { timeout: 30_000 }, () => {
  test.each(["bash", "zsh", "fish"])("print as they are: %s", async (name) => {
    const ran = await keylight(["completion", name], { columns: 20 });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("__complete");
    expect(JSON.parse((await keylight(["completion", name, "--json"], {})).stdout)).toEqual({ shell: name, script: ran.stdout });
  });

  test("there is none for other shells", async () => {
    expect(await keylight(["completion", "cmd"], {})).toMatchObject({ code: 2, stderr: expect.stringContaining("bash, zsh, fish") });
  });

  const ask = async (program: string, script: (folder: string) => string): Promise<string[]> => {
    const bin = await binFolder();
    const folder = temporaryDirectory();
    writeFileSync(join(folder, "a file.key"), "");
    const { code, stdout, stderr } = await shell(script(folder), variables(bin), { program, cwd: folder }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.split("\n").filter((line) => line !== "");
  };

  test.skipIf(missing("bash"))("work in bash", async () => {
    const complete = (...words: string[]): Promise<string[]> =>
      ask("bash", () => `keylight completion bash > script && bash -n script && . ./script && COMP_WORDS=(keylight ${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length} && _keylight && printf '%s\\n' "\${COMPREPLY[@]}"`);
    expect(await complete("keys", "r")).toEqual(["revoke", "rotate"]);
    expect(await complete("keys", "create", "--out", "a")).toEqual(["a file.key"]);
    expect(await complete("sa", "create", "--role", "")).toEqual(["Admin", "Editor", "Viewer"]);
  });

  test.skipIf(missing("zsh"))("work in zsh", async () => {
    // What _describe is given is what zsh shows.
    const complete = (...words: string[]): Promise<string[]> =>
      ask("zsh", () => `keylight completion zsh > script && zsh -n script && compdef() { : } && _describe() { print -l -- "\${(@P)4}" } && _files() { print files } && . ./script && words=(keylight ${words.map((word) => `'${word}'`).join(" ")}) CURRENT=${words.length + 1} && _keylight`);
    expect(await complete("keys", "au")).toEqual(["audit:find keys that want attention"]);
    expect(await complete("keys", "create", "--out", "a")).toEqual(["files"]);
  });

  test.skipIf(missing("fish"))("work in fish", async () => {
    const complete = (line: string): Promise<string[]> => ask("fish", () => `keylight completion fish > script; and fish -n script; and source script; and complete -C '${line}'`);
    expect((await complete("keylight keys re")).map((one) => one.split("\t")[0])).toEqual(["revoke"]);
    expect(await complete("keylight sa create --role V")).toEqual(["Viewer"]);
    expect(await complete("keylight keys create --out a")).toEqual(["a file.key"]);
  });
});
