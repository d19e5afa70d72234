import type { CreatedServiceAccountKey } from "keylight";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { execSink } from "./sink-exec.ts";
import { fileSink } from "./sink-file.ts";
import { printSink } from "./sink-print.ts";

export interface SinkOptions {
  readonly out?: string;
  readonly format?: "raw" | "env";
  readonly exec?: string;
  readonly print?: boolean;
}

/** Which key is made, and for what. */
export interface Purpose {
  readonly serviceAccountId: string;
  readonly accountId?: string;
  /** The key that it replaces. */
  readonly oldKeyId?: string;
}

/** A place for the secret of one key, made ready before there is the key. */
export interface Sink {
  /** Puts the key there. @throws when it did not get there. */
  put(key: CreatedServiceAccountKey): Promise<void>;
  /** There is no key, or it is not to be kept: leaves nothing behind. */
  abandon(): Promise<void>;
  /** For programs: where the secret went. */
  readonly place: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly told: string;
}

/** Makes the place ready. @throws when it cannot take a secret. */
export type OpenSink = (context: Context, purpose: Purpose) => Promise<Sink>;

/** The one place that was asked for. @throws before anything is made, when it is none or several. */
export function sinkOf(options: SinkOptions): OpenSink {
  const { out, exec, print, format } = options;
  const asked = [out, exec, print].filter((one) => one !== undefined).length;
  const hint = "Give one of --out FILE, --exec COMMAND (secret on its standard input) and --print (standard output).";
  if (asked === 0) throw usage("it must be said where the key goes: it is shown this once", hint);
  if (asked > 1) throw usage("the key goes to one place only", hint);
  if (out?.trim() === "" || exec?.trim() === "") throw usage(`${out === undefined ? "--exec" : "--out"} is empty`, hint);
  if (format !== undefined && out === undefined) throw usage("--format is about the file of --out", "Leave it out, or give --out FILE.");
  if (out !== undefined) return fileSink(out, format ?? "raw");
  return exec !== undefined ? execSink(exec) : printSink;
}
