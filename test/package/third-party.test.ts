import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
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
