import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { buildSandbox } from "../../scripts/sandbox/build.ts";
import { licencesOf } from "../../scripts/sandbox/packages.ts";
import tsdownConfig from "../../tsdown.config.ts";

const list = readFileSync("THIRD-PARTY.md", "utf8");
const words = (text: string): string => text.replace(/\s+/g, " ").trim();
/** Of the library and of the command. */
const bundled = (tsdownConfig as { deps: { alwaysBundle: string[] } }[]).flatMap(({ deps }) => deps.alwaysBundle);

function licenceOf(name: string): string {
  const file = readdirSync(`node_modules/${name}`).find((one) => /^licen[cs]e(\.md)?$/i.test(one));
  return readFileSync(`node_modules/${name}/${file ?? "LICENSE"}`, "utf8");
}

it.each(bundled)("THIRD-PARTY.md lists %s as it is installed, with its licence", (name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as Record<string, string>;
  expect(list).toContain(`## ${name} ${version} (${license})`);
  expect(words(list)).toContain(words(licenceOf(name)));
});

it("THIRD-PARTY.md lists nothing else", () => {
  expect([...list.matchAll(/^## (\S+)/gm)].map(([, name]) => name).sort()).toEqual([...bundled].sort());
});

it("THIRD-PARTY.md ends with all that is bundled into the sandbox's page, as it is installed: else npm run third-party", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keylight-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const licences = licencesOf(await buildSandbox(folder), fileURLToPath(new URL("../../", import.meta.url)));
  expect(licences).toMatch(/^### .*\bgraphiql 3/m);
  expect(list.endsWith(`\n\n${licences}`)).toBe(true);
});
