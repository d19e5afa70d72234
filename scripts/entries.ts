import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One way into the package, as its `exports` say. */
export interface Entry {
  /** What a user imports from: `keylight`, `keylight/testing`. */
  readonly specifier: string;
  /** The specifier as a file name: `keylight-testing`. */
  readonly fileName: string;
  /** Absolute paths of the built declarations and the built code. */
  readonly types: string;
  readonly code: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The entries of the package in this folder, those with declarations: the gates follow `exports`, so that none is forgotten. */
export function entriesOf(folder: string): Entry[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!isObject(manifest) || typeof manifest["name"] !== "string" || !isObject(manifest["exports"])) {
    throw new Error(`${folder} holds no package with exports`);
  }
  const { name, exports } = manifest;
  return Object.entries(exports).flatMap(([path, target]) => {
    if (!isObject(target) || typeof target["types"] !== "string" || typeof target["default"] !== "string") return [];
    const specifier = `${name}${path.slice(1)}`;
    const [types, code] = [join(folder, target["types"]), join(folder, target["default"])];
    return [{ specifier, fileName: specifier.replaceAll("/", "-").replace(/^@/, ""), types, code }];
  });
}
