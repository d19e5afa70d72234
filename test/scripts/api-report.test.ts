import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../scripts/api-report.ts";
import { reportOf } from "../../scripts/api-report/report.ts";
import { entriesOf } from "../../scripts/entries.ts";
import { makePackage, write } from "./support.ts";

const code = "export class Lamp {}\nexport const make = () => new Lamp();";
const base = "interface Switch {\n  /** Volts. */\n  voltage?: number;\n}";
const options = "interface LampOptions extends Switch {\n  dim?: boolean;\n}";
const wiring = "interface Wiring {\n  copper: boolean;\n}";
const lamp = "declare class Lamp {\n  #private;\n  /** @internal */\n  constructor(wiring: Wiring);\n  on(options?: LampOptions): void;\n}";
const make = "declare function make(): Lamp;";
const exported = "export { Lamp, type LampOptions, make };";
const declarations = [base, options, wiring, lamp, make, exported].join("\n");

async function report(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = makePackage({ "dist/index.js": code, ...files });
  const [entry] = entriesOf(folder);
  if (entry === undefined) throw new Error("no entry");
  return reportOf(entry, folder);
}

// API Extractor reads all of the DOM for each report.
const timeout = 60_000;

describe("a report", { timeout }, () => {
  it("holds the members of a base that is not exported, and nothing that only internals lead to", async () => {
    const text = await report({ "dist/index.d.ts": declarations });
    expect(text).toContain("export interface LampOptions extends Switch");
    expect(text).toContain("voltage?: number;");
    expect(text).toContain("on(options?: LampOptions): void;");
    expect(text).not.toMatch(/Wiring|copper/);
  });

  it("is the same whatever files the declarations are built into", async () => {
    const chunk = [make, wiring, lamp, options, base, "export { LampOptions as n, make as r, Lamp as t };"].join("\n");
    const index = 'import { n as LampOptions, r as make, t as Lamp } from "./chunks/lamp.js";\nexport { Lamp, type LampOptions, make };';
    const inChunks = await report({ "dist/index.d.ts": index, "dist/chunks/lamp.d.ts": chunk });
    expect(inChunks).toBe(await report({ "dist/index.d.ts": declarations }));
  });

  it("is the same when something is documented", async () => {
    const documented = declarations.replace("  dim?", "  /** Whether it is dimmed. */\n  dim?").replace(make, `/** Makes one. */\n${make}`);
    expect(documented).not.toBe(declarations);
    expect(await report({ "dist/index.d.ts": documented })).toBe(await report({ "dist/index.d.ts": declarations }));
  });

  it("tells what is there at run time from what is only a type", async () => {
    expect(await report({ "dist/index.d.ts": declarations })).toContain("At run time: `Lamp`, `make`.");
    expect(await report({ "dist/index.d.ts": declarations, "dist/index.js": "export const make = 1;" })).toContain("At run time: `make`.");
  });

  it("is not made of declarations that do not compile", async () => {
    await expect(report({ "dist/index.d.ts": declarations.replace(": Lamp;", ": Lamp<string>;") })).rejects.toThrow("Type 'Lamp' is not generic");
  });
});

async function run(folder: string, ...args: string[]): Promise<{ code: number; out: string }> {
  const lines: string[][] = [];
  const code = await main(args, folder, (...said) => lines.push(said));
  expect(lines.every((said) => said.length === 1)).toBe(true);
  return { code, out: lines.flat().join("\n") };
}

describe("api:check", { timeout }, () => {
  it("passes on what was just written, and shows the line that has changed since", async () => {
    const folder = makePackage({ "dist/index.js": code, "dist/index.d.ts": declarations });
    expect(await run(folder)).toMatchObject({ code: 0 });
    expect(await run(folder, "--check")).toMatchObject({ code: 0 });

    write(folder, { "dist/index.d.ts": declarations.replace("voltage?: number", "voltage?: string") });
    const written = readFileSync(join(folder, "etc/lamp.api.md"), "utf8");
    const checked = await run(folder, "--check");
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/^- +voltage\?: number;$/m);
    expect(checked.out).toMatch(/^\+ +voltage\?: string;$/m);
    expect(readFileSync(join(folder, "etc/lamp.api.md"), "utf8")).toBe(written);
  });

  it("fails on a report that is missing and on one whose entry is gone; writing mends both", async () => {
    const folder = makePackage({ "dist/index.js": code, "dist/index.d.ts": declarations, "etc/lamp-shade.api.md": "# What `lamp/shade` gives" });
    const checked = await run(folder, "--check");
    expect(checked.code).toBe(1);
    expect(checked.out).toContain("etc/lamp.api.md is missing");
    expect(checked.out).toContain("etc/lamp-shade.api.md is about an entry that is gone");
    await run(folder);
    expect(readdirSync(join(folder, "etc"))).toEqual(["lamp.api.md"]);
  });
});
