import { readFile } from "node:fs/promises";
import { usage } from "./failure.ts";

/** The secret that a file holds, without white space around it. */
export async function readSecretFile(path: string, option: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw usage(`the file of ${option} cannot be read (${code}): ${path}`, "Name a file that holds the key and nothing else.");
  }
}
