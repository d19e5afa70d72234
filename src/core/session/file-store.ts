import { ConfigurationError } from "../../errors/index.ts";
import { readEnvironment } from "../environment.ts";
import type { FileModules } from "./file-modules.ts";
import { placeOnDemand, sharedSessionStore } from "./file-or-keyv.ts";
import type { SessionStore } from "./store.ts";

/** Where sessions are kept. */
export interface FileSessionStoreOptions {
  /** Where `sessions.json` is. Default: `LC_CREDENTIALS_DIR`, else `keylight` in the platform's directory for configuration. */
  readonly directory?: string;
}

/** Where the file is to be, and whether the folder is ours by its name; undefined where the environment names no place. */
export type Place = (modules: FileModules) => { readonly directory: string; readonly own: boolean } | undefined;

/**
 * Keeps sessions in a file of the user, so that the processes of a machine share them and a next run goes on with them.
 * The directory is made with mode 0700, the file has 0600. The environment is read now, everything else at first use.
 *
 * Where the file cannot be read or written, sessions are kept in memory.
 *
 * @throws {@link ConfigurationError} when `directory` is no text.
 */
export function fileSessionStore(options: FileSessionStoreOptions = {}): SessionStore {
  return sessionFile(placeOf(options.directory), "sessions.json");
}

/** Keeps sessions in a file of a given name, by the same rules. */
export function sessionFile(place: Place, fileName: string): SessionStore {
  return sharedSessionStore(
    placeOnDemand(async () => {
      const { FilePlace } = await import("./file-place.ts");
      return new FilePlace(place, fileName);
    }),
  );
}

/**
 * A folder that somebody named: its permissions are not our business.
 *
 * @throws {@link ConfigurationError} naming the option or variable when it is no path.
 */
export function namedPlace(directory: unknown, name: string): Place {
  if (typeof directory !== "string" || directory === "" || directory.includes("\0")) throw new ConfigurationError(`${name} must be the path of a directory`);
  return ({ path }) => ({ directory: path.resolve(directory), own: false });
}

function placeOf(option: string | undefined): Place {
  if (option !== undefined) return namedPlace(option, "directory");
  const env = readEnvironment(["LC_CREDENTIALS_DIR", "XDG_CONFIG_HOME", "HOME", "APPDATA"]);
  const named = env("LC_CREDENTIALS_DIR");
  if (named !== undefined) return namedPlace(named, "LC_CREDENTIALS_DIR");
  return ({ path }) => {
    const below = (variable: string, ...names: string[]): string[] => {
      const start = env(variable);
      // A relative one would mean another place in each working directory.
      return start !== undefined && path.isAbsolute(start) ? [path.join(start, ...names, "keylight")] : [];
    };
    const places = {
      win32: () => below("APPDATA"),
      darwin: () => below("HOME", "Library", "Application Support"),
      other: () => [...below("XDG_CONFIG_HOME"), ...below("HOME", ".config")],
    };
    const { platform } = process;
    const [directory] = places[platform === "win32" || platform === "darwin" ? platform : "other"]();
    return directory === undefined ? undefined : { directory, own: true };
  };
}
