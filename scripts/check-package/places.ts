import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** This checkout. */
export const root = join(import.meta.dirname, "../..");

/** A folder for all that is made by this run; the main script removes it. */
export const work = realpathSync(mkdtempSync(join(tmpdir(), "keylight-package-")));

export const binary = (name: string): string => join(root, "node_modules/.bin", name);
