import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { entriesOf } from "../entries.ts";
import { check, expectNone, run } from "./commands.ts";
import { binary, root, work } from "./places.ts";

/** Raise them when what is published has to grow, and say in the commit what for. Bytes. Most of it is the sandbox's GraphiQL. */
const limits = { packed: 700_000, unpacked: 2_400_000, files: 80, dependencies: 8 };

const meant =
  /^(docs\/[\w-]+\.(md|svg)|dist\/([\w.-]+\/)?[\w.-]+\.(js|d\.ts)|dist\/sandbox\/[\w.-]+\.(html|css)|graphql\/[a-z]+\/(schema|operations\/[\w-]+)\.graphql|package\.json|(README|CHANGELOG|THIRD-PARTY)\.md|LICENSE)$/;
const entryFiles = entriesOf(root).flatMap(({ code, types }) => [code, types].map((path) => relative(root, path).replaceAll("\\", "/")));
const demanded = [...entryFiles, "dist/cli.js", "docs/cli.md", "README.md", "LICENSE", "CHANGELOG.md", "THIRD-PARTY.md"];

export interface Packed {
  readonly path: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly string[];
}

interface NpmPacked {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { path: string }[];
}

export async function pack(): Promise<Packed> {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], root);
  const answer: unknown = JSON.parse(stdout);
  const [packed] = (Array.isArray(answer) ? answer : Object.values(answer as object)) as NpmPacked[];
  if (packed === undefined) throw new Error("npm pack packed nothing");
  return { ...packed, path: join(work, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** Names of the packages that are installed with keylight whether its user wants them or not. */
export function runtimeDependencies(): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies?: Record<string, string> };
  return Object.keys(dependencies);
}

/** @param installed - names of all packages that came with the tarball. */
export function checkDependencies(installed: readonly string[]): string {
  const direct = runtimeDependencies();
  const others = installed.filter((name) => name !== "keylight");
  if (others.length > limits.dependencies) throw new Error(`more than ${limits.dependencies} packages come with keylight: ${others.join(", ")}`);
  return `${direct.length} dependencies, with theirs ${others.length}`;
}

export async function checkTarball({ path, files, size, unpackedSize }: Packed): Promise<void> {
  await check("holds only what is meant", () => {
    expectNone("not meant", files.filter((file) => !meant.test(file)));
    expectNone("missing", demanded.filter((file) => !files.includes(file)));
  });
  await check("is small", () => {
    const note = `${files.length} files, ${(size / 1000).toFixed(1)} kB packed, ${(unpackedSize / 1000).toFixed(1)} kB unpacked`;
    const isSmall = size <= limits.packed && unpackedSize <= limits.unpacked && files.length <= limits.files;
    if (!isSmall) throw new Error(`${note}; the limits are ${JSON.stringify(limits)}`);
    return note;
  });
  await check("publint --strict", () => run(binary("publint"), ["run", "--strict", path], root).then(() => undefined));
  await check("attw --profile esm-only", () => run(binary("attw"), ["--profile", "esm-only", "--no-emoji", path], root).then(() => undefined));
}
