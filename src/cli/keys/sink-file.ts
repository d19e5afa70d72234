import { open, unlink, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { failed, usage, type CliError } from "../failure.ts";
import type { OpenSink, Purpose } from "./sink.ts";

/** What the name of a file may hold, in place of the key that is replaced, and of the service account. */
export const keyPlaceholder = "{id}";
const accountPlaceholder = "{service-account}";

/** Ids come from the server: none may lead to another folder. */
const fitForName = (id: string): string => id.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_");

const nameFor = (pattern: string, { oldKeyId, serviceAccountId }: Purpose): string =>
  (oldKeyId === undefined ? pattern : pattern.replaceAll(keyPlaceholder, fitForName(oldKeyId))).replaceAll(accountPlaceholder, fitForName(serviceAccountId));

/** A new file that only its owner can read. It is there, empty, before the key is made. */
export const fileSink =
  (pattern: string, format: "raw" | "env"): OpenSink =>
  async (context, purpose) => {
    const name = nameFor(pattern, purpose);
    const path = resolve(context.host.directory, name);
    if (/[/\\]$/.test(name)) throw usage(`--out names a folder and no file: ${name}`, "Put the name of a file behind it.");
    const handle = await open(path, "wx", 0o600).catch((error: unknown) => {
      throw refusal(name, error);
    });
    return {
      place: { out: path },
      told: `The key is in ${name}.`,
      put: async (key) => {
        const text = key.apiKey.reveal();
        try {
          await handle.writeFile(format === "env" ? `LC_API_KEY=${text}\n` : `${text}\n`);
          await handle.sync();
          await handle.close();
        } catch (error) {
          throw failed("SINK_FAILED", `the file ${name} could not be written (${codeOf(error)})`, "Check that there is room, and run the command again.");
        }
      },
      abandon: () => remove(handle, path),
    };
  };

async function remove(handle: FileHandle, path: string): Promise<void> {
  await handle.close().catch(() => undefined);
  await unlink(path).catch(() => undefined);
}

function refusal(name: string, error: unknown): CliError {
  const code = codeOf(error);
  if (code === "EEXIST") return usage(`the file ${name} is there already, and is not overwritten`, "Name another file, or move this one away.");
  return usage(`the file ${name} cannot be made (${code})`, "Name a file in a folder that is there and that you may write to.");
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "unknown");
