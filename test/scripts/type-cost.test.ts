import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { main } from "../../scripts/type-cost.ts";
import { compile } from "../../scripts/type-cost/program.ts";
import { surfaceOf, unusedNames, usedBy } from "../../scripts/type-cost/surface.ts";
import { makePackage, write } from "./support.ts";

const declarations = `
  interface Bulb { readonly watts: number; unscrew(): void; }
  interface Meter { read(volts: number): number; }
  declare class Lamp implements AsyncDisposable {
    /** @internal */
    static wire(): void;
    readonly shade: { tilt(degrees: number): void };
    readonly bulbs: readonly Bulb[];
    on(options?: { meter?: Meter; done?: () => void }): Promise<{ off(): void }>;
    [Symbol.asyncDispose](): Promise<void>;
  }
  declare class Plug { pull(): void; }
  declare function make(): Lamp;
  declare const version = "1";
  export { Lamp, type Bulb, type Meter, type Plug, make, version };
`;
const consumerPath = "scripts/type-cost/consumers/lamp.ts";

const everything = `
  import { Lamp, make, version, type Meter, type Plug } from "lamp";
  const meter: Meter = { read: (volts) => volts };
  export async function use(lamp: Lamp, plug: Plug): Promise<string> {
    const { pull } = plug;
    pull();
    lamp.shade.tilt(1);
    for (const bulb of lamp.bulbs) bulb.unscrew();
    const lit = await new Lamp().on({ meter, done() {} });
    lit.off();
    return version + String(make());
  }
`;

describe("what a consumer leaves out", () => {
  const cases: [what: string, from: string, to: string, missing: string[]][] = [
    ["nothing, when it calls, takes out or implements each method and names each value", "", "", []],
    ["a value", "version +", '"" +', ["version"]],
    ["a function", "String(make())", '""', ["make"]],
    ["a method of a member that is an object", "lamp.shade.tilt(1);", "", ["Lamp.shade.tilt"]],
    ["a method of what a member holds", "bulb.unscrew()", "bulb", ["Bulb.unscrew"]],
    ["a method of what a method answers with", "lit.off()", "lit", ["Lamp.on().off"]],
    ["a method of a class that is exported as a type", "const { pull } = plug;\n    pull();", "void plug;", ["Plug.pull"]],
    ["a method that users implement", "{ read: (volts) => volts }", "JSON.parse('')", ["Meter.read"]],
  ];
  let unused: string[][] = [];

  beforeAll(() => {
    const consumers = cases.map(([, from, to], index) => [`${index}.ts`, everything.replace(from, to)]);
    const folder = makePackage({ "dist/index.d.ts": declarations, ...Object.fromEntries(consumers) });
    const paths = cases.map((_case, index) => join(folder, `${index}.ts`));
    const { program } = compile(paths);
    const surface = surfaceOf(program, join(folder, "dist/index.d.ts"), join(folder, "dist"));
    unused = paths.map((path) => unusedNames(surface, usedBy(program, path)));
  });

  it.each(cases.map(([what, from, , missing], index) => ({ what, from, missing, index })))("$what", ({ from, missing, index }) => {
    expect(everything).toContain(from);
    expect(unused[index]).toEqual(missing);
  });
});

it("type instantiations are those that tsc counts", () => {
  const consumer = "import { make } from 'lamp';\nexport const all = Promise.all([make().on(), [1].map((n) => ({ n }))]);";
  const folder = makePackage({ "dist/index.d.ts": declarations, "use.ts": consumer });
  const { instantiations } = compile([join(folder, "use.ts")]);
  const lib = ["es2023", "esnext.disposable", "dom", "dom.asynciterable"];
  const compilerOptions = { target: "es2023", lib, module: "nodenext", strict: true, skipLibCheck: true, noEmit: true, types: [] };
  write(folder, { "tsconfig.json": JSON.stringify({ compilerOptions, files: ["use.ts"] }) });
  const args = [resolve("node_modules/typescript/bin/tsc"), "--extendedDiagnostics"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  expect(instantiations).toBeGreaterThan(0);
  expect(stdout).toMatch(new RegExp(`^Instantiations: +${instantiations}$`, "m"));
});

describe("types:check", { timeout: 60_000 }, () => {
  const run = (folder: string, ...args: string[]): { code: number; out: string } => {
    const lines: string[] = [];
    const code = main(args, folder, (line) => lines.push(line));
    return { code, out: lines.join("\n") };
  };

  it("passes up to 10 % above what is recorded, and fails beyond", () => {
    const generic = everything.replace("return version", "await Promise.all([lamp.on(), lamp.on()]);\n    return version");
    const folder = makePackage({ "dist/index.d.ts": declarations, [consumerPath]: generic });
    expect(run(folder, "--check", "--write")).toMatchObject({ code: 0 });
    const record = JSON.parse(readFileSync(join(folder, "etc/type-cost.json"), "utf8")) as { instantiations: { lamp: number } };
    const { lamp } = record.instantiations;
    const recordAs = (count: number): void => write(folder, { "etc/type-cost.json": JSON.stringify({ ...record, instantiations: { lamp: count } }) });

    recordAs(Math.ceil(lamp / 1.1));
    expect(run(folder, "--check")).toMatchObject({ code: 0 });
    recordAs(Math.ceil(lamp / 1.1) - 1);
    expect(run(folder, "--check")).toMatchObject({ code: 1, out: expect.stringContaining(`FAILED  lamp: ${lamp}`) });
  });

  it.each([
    ["a method that is left out", { [consumerPath]: everything.replace("lit.off()", "lit") }, "does not use Lamp.on().off"],
    ["a file that does not compile", { [consumerPath]: everything.replace("lit.off()", "lit.of()") }, "Property 'of' does not exist"],
    ["an entry without a file", {}, `a file that uses all of it, ${consumerPath}`],
  ])("fails on %s, and then records nothing", (_what, files, message) => {
    const folder = makePackage({ "dist/index.d.ts": declarations, ...files });
    expect(run(folder, "--write")).toMatchObject({ code: 1, out: expect.stringContaining(message) });
    expect(existsSync(join(folder, "etc"))).toBe(false);
  });

  it("fails on what was never recorded", () => {
    const folder = makePackage({ "dist/index.d.ts": declarations, [consumerPath]: everything });
    expect(run(folder, "--check")).toMatchObject({ code: 1, out: expect.stringContaining("not recorded") });
  });
});
