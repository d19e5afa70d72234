import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "dotenv";
import type { Host } from "./host.ts";
import { usage } from "./failure.ts";

/** Where the value of a variable comes from. */
export type Origin = "environment" | "env-file";

/** The environment, with what a file adds to it. */
export interface Variables {
  readonly all: Readonly<Record<string, string | undefined>>;
  /** The file that was read, as it is to be called; undefined where there is none. */
  readonly file: { readonly name: string; readonly asked: boolean; readonly count: number } | undefined;
  /** The value without white space around it; undefined where it is missing or empty. */
  get(name: string): string | undefined;
  originOf(name: string): Origin | undefined;
}

/**
 * The variables of a run: those of the environment, and for what is not set there those of the file.
 *
 * @param asked - the file that was asked for by name; else `.env` of the current directory, if there is one.
 */
export async function readVariables({ env, directory }: Pick<Host, "env" | "directory">, asked: string | undefined): Promise<Variables> {
  const name = asked ?? ".env";
  const text = await textOf(resolve(directory, name), asked);
  const fromFile = text === undefined ? {} : parse(text);
  const added = Object.fromEntries(Object.entries(fromFile).filter(([variable]) => env[variable] === undefined));
  const all = { ...env, ...added };
  const get = (variable: string): string | undefined => {
    const value = Object.hasOwn(all, variable) ? all[variable]?.trim() : undefined;
    return value === "" ? undefined : value;
  };
  return {
    all,
    file: text === undefined ? undefined : { name, asked: asked !== undefined, count: Object.keys(fromFile).length },
    get,
    originOf: (variable) => (get(variable) === undefined ? undefined : Object.hasOwn(added, variable) ? "env-file" : "environment"),
  };
}

async function textOf(path: string, asked: string | undefined): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // A directory or a thing that may not be read is no reason to fail where nobody asked for it.
    if (asked === undefined) return undefined;
    throw usage(`the file of --dotenv cannot be read: ${asked} (${String(code)})`, "Name a file of lines such as LC_API_KEY=..., or leave the option out.");
  }
}
