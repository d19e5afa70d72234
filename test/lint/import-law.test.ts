import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

/** The project's own configuration; only what needs a file on disk (typed rules) is off. */
const eslint = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked });

async function lint(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath });
  const messages = result?.messages ?? [];
  return messages.filter((message) => message.ruleId !== "@typescript-eslint/no-unused-vars").map((message) => message.message);
}

const forbidden: [file: string, text: string, law: string][] = [
  ["src/errors/a.ts", 'import { x } from "../core/x.ts";', "src/errors must not import src/core"],
  ["src/core/a.ts", 'import { x } from "../index.ts";', "src/core must not import src/index"],
  ["src/core/session/a.ts", 'import { x } from "../../testing/x.ts";', "src/core must not import src/testing"],
  ["src/lumar/a.ts", 'import { x } from "../cloudtower/client.ts";', "src/lumar must not import src/cloudtower"],
  ["src/luminary/a.ts", 'import { x } from "../lumar/generated/operations.ts";', "src/luminary must not import src/lumar"],
  ["src/lumoauth/a.ts", 'import { x } from "../index.ts";', "src/lumoauth must not import src/index"],
  ["src/version.ts", 'import { x } from "./core/x.ts";', "src/version must not import src/core"],
  ["src/index.ts", 'export { x } from "./testing/index.ts";', "src/index must not import src/testing"],
  ["src/testing/a.ts", 'import { x } from "../core/secret.ts";', "src/testing must not import src/core"],
  ["src/testing/a.ts", 'import type { X } from "../core/secret.ts";', "src/testing must not import src/core"],
  ["src/testing/a.ts", 'import { x } from "../lumar/client.ts";', "src/testing must not import src/lumar"],
  ["src/cli/a.ts", 'import { x } from "../index.ts";', "src/cli must not import src/index"],
  ["src/attic/a.ts", 'import { x } from "../core/x.ts";', "src/attic has no place in the import law"],
  ["src/core/a.ts", 'import { x } from "../../scripts/x.ts";', "src imports nothing of ours from outside src"],
  ["src/lumar/a.ts", 'import { x } from "keylight";', "only src/cli imports the package by its own name"],
  ["src/core/a.ts", 'import { GraphQLClient } from "graphql-request";', "only src/core/transport/graphql.ts imports graphql-request"],
  ["src/lumar/a.ts", 'import type { X } from "graphql-request";', "only src/core/transport/graphql.ts imports graphql-request"],
  ["src/testing/a.ts", 'import { buildSchema } from "graphql";', "a static import would bundle graphql"],
  ["src/lumar/a.ts", 'import { print } from "graphql";', "a static import would bundle graphql"],
  ["src/core/transport/document.ts", 'import { print } from "graphql";', "a static import would bundle graphql"],
  ["src/testing/a.ts", 'import { http } from "msw";', "a static import would bundle msw"],
];

const allowed: [file: string, text: string][] = [
  ["src/errors/a.ts", 'import { x } from "./keylight-error.ts"; x();'],
  ["src/core/session/a.ts", 'import { x } from "../../errors/index.ts"; x();'],
  ["src/core/transport/graphql.ts", 'import { GraphQLClient } from "graphql-request"; new GraphQLClient();'],
  ["src/lumar/a.ts", 'import { x } from "../core/secret.ts"; import { y } from "./generated/operations.ts"; x(y);'],
  ["src/lumar/a.ts", 'import { version } from "../version.ts"; version();'],
  ["src/index.ts", 'export { Client } from "./lumar/client.ts"; export { Secret } from "./core/secret.ts";'],
  ["src/testing/a.ts", 'import type { X } from "../lumar/generated/operations.ts"; export type Y = X;'],
  ["src/testing/a.ts", 'import { x } from "../errors/index.ts"; import { y } from "./generated/lumar-schema.ts"; x(y);'],
  ["src/testing/a.ts", 'import type { HttpHandler } from "msw"; export const x: HttpHandler[] = []; await import("graphql");'],
  ["src/cli/a.ts", 'import { Client } from "keylight"; import { x } from "keylight/cloudtower"; new Client(x);'],
  ["test/core/a.test.ts", 'import { Client } from "keylight"; import { x } from "../../src/core/x.ts"; new Client(x);'],
];

describe("the import law", { timeout: 60_000 }, () => {
  it.each(forbidden)("%s may not: %s", async (file, text, law) => {
    expect((await lint(file, text)).join("\n")).toContain(law);
  });

  it.each(allowed)("%s may: %s", async (file, text) => {
    expect(await lint(file, text)).toEqual([]);
  });

  it.each([
    ["an import", 'import { x } from "../core/x.ts";'],
    ["a dynamic import", 'await import("../core/x.ts");'],
    ["a re-export", 'export { x } from "../core/x.ts";'],
    ["a re-exported type", 'export type { X } from "../core/x.ts";'],
    ["a type of an import", 'export type X = import("../core/x.ts").X;'],
  ])("sees %s", async (_how, text) => {
    expect(await lint("src/errors/a.ts", text)).toEqual(["src/errors must not import src/core; it may import no other room"]);
  });
});

describe("the other laws of src", { timeout: 60_000 }, () => {
  it.each([
    ["a service named in code", "src/core/a.ts", "export const lumarUrl = 1;", "names no service, but says 'lumar'"],
    ["a service named in a comment", "src/core/a.ts", "// CloudTower needs this\nexport const x = 1;", "says 'CloudTower'"],
    ["any", "src/core/a.ts", "export let x: any;", "Unexpected any"],
    ["a non-null assertion", "src/core/a.ts", "export const f = (x?: string) => x!;", "Forbidden non-null assertion"],
    ["export *", "src/index.ts", 'export * from "./core/x.ts";', "Name what is exported."],
    ["process.env", "src/core/a.ts", "export const x = process.env.HOME;", "reads process.env"],
    ["globalThis.process.env", "src/lumar/a.ts", "export const x = globalThis.process?.env;", "reads process.env"],
    ["a taken-apart process", "src/lumar/a.ts", "export const { env } = process;", "reads process.env"],
    ["env of node:process", "src/lumar/a.ts", 'import { env } from "node:process"; export { env };', "reads process.env"],
    ["a long file", "src/core/a.ts", "// a line\n".repeat(251), "Maximum allowed is 250"],
    ["a long function", "src/core/a.ts", `export function f() {\n${"f();\n".repeat(41)}}`, "Maximum allowed is 40"],
  ])("forbid %s", async (_what, file, text, law) => {
    expect((await lint(file, text)).join("\n")).toContain(law);
  });

  it("let the environment's one reader read it, the command's process, and tests", async () => {
    expect(await lint("src/core/environment.ts", "export const x = process.env;")).toEqual([]);
    expect(await lint("src/cli/main.ts", "export const x = process.env;")).toEqual([]);
    expect(await lint("src/cli/run.ts", "export const x = process.env;")).not.toEqual([]);
    expect(await lint("test/a.test.ts", "export const x = process.env;")).toEqual([]);
  });

  it("count neither blank lines nor comments of a function", async () => {
    const body = "f();\n".repeat(38) + "\n// why\n".repeat(20);
    expect(await lint("src/core/a.ts", `export function f() {\n${body}}`)).toEqual([]);
  });

  it("hold floating promises to be errors in typed files", async () => {
    const config: unknown = await eslint.calculateConfigForFile("src/core/secret.ts");
    expect(config).toMatchObject({ rules: { "keylight/import-law": [2] } });
    const typed = new ESLint();
    const [result] = await typed.lintText("export const f = () => { Promise.resolve(); };", { filePath: "src/core/environment.ts" });
    expect(result?.messages.map((message) => message.ruleId)).toContain("@typescript-eslint/no-floating-promises");
  });
});
