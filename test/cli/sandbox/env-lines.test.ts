import { execFileSync } from "node:child_process";
import { parse } from "dotenv";
import { describe, expect, test } from "vitest";
import { envLines, formats } from "../../../src/cli/sandbox/env-lines.ts";

const plain = { LC_API_URL: "http://127.0.0.1:4601/graphql", LC_USER_KEY_ID: "TjAwN1VzZXJLZXkxMDM" };
const hostile = { LC_API_KEY: "a b$HOME`id`\"\\;'#!" };

describe("lines to paste", () => {
  test("are those of the shell", () => {
    expect(formats.map((format) => envLines(plain, format)[1])).toEqual([
      "export LC_USER_KEY_ID=TjAwN1VzZXJLZXkxMDM",
      "LC_USER_KEY_ID=TjAwN1VzZXJLZXkxMDM",
      "set -gx LC_USER_KEY_ID TjAwN1VzZXJLZXkxMDM",
      "$env:LC_USER_KEY_ID = 'TjAwN1VzZXJLZXkxMDM'",
    ]);
  });

  test("give a shell the very values, and nothing to act on", () => {
    const script = `${envLines({ ...plain, ...hostile }, "sh").join("\n")}\nprintf '%s\\n' "$LC_API_URL" "$LC_API_KEY"`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${plain.LC_API_URL}\n${hostile.LC_API_KEY}\n`);
  });

  test("give a file .env the very values", () => {
    const values = { ...plain, LC_API_KEY: 'a b$HOME"#!' };
    expect(parse(envLines(values, "dotenv").join("\n"))).toEqual(values);
  });

  test("quote for fish and PowerShell", () => {
    expect(envLines({ A: "it's \\ $x" }, "fish")).toEqual(["set -gx A 'it\\'s \\\\ $x'"]);
    expect(envLines({ A: "it's $x" }, "powershell")).toEqual(["$env:A = 'it''s $x'"]);
  });
});
