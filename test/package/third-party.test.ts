import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import tsdownConfig from "../../tsdown.config.ts";

const list = readFileSync("THIRD-PARTY.md", "utf8");
const words = (text: string): string => text.replace(/\s+/g, " ").trim();
const { alwaysBundle: bundled } = (tsdownConfig as { deps: { alwaysBundle: string[] } }).deps;

it.each(bundled)("THIRD-PARTY.md lists %s as it is installed, with its licence", (name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as Record<string, string>;
  expect(list).toContain(`## ${name} ${version} (${license})`);
  expect(words(list)).toContain(words(readFileSync(`node_modules/${name}/LICENSE`, "utf8")));
});

it("THIRD-PARTY.md lists nothing else", () => {
  expect([...list.matchAll(/^## (\S+)/gm)].map(([, name]) => name).sort()).toEqual([...bundled].sort());
});
