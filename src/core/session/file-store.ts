import { ConfigurationError, SessionStoreError } from "../../errors/index.ts";
import { readEnvironment } from "../environment.ts";
import { SessionFolder } from "./file-folder.ts";
import { takeLock } from "./file-lock.ts";
import { fileModules, type FileModules } from "./file-modules.ts";
import { nothing, sharedSessionStore, storeTrouble, type LockWait, type Release, type SharedPlace } from "./file-or-keyv.ts";
import { sessionKey } from "./store-key.ts";
import type { SessionStore, StoredSession } from "./store.ts";

/** Longest wait for the others who write to the file, in milliseconds; a write takes a hundredth of it. */
const writeLockTimeout = 1_000;
const hint = "Name a directory that can be written to: LC_CREDENTIALS_DIR, or the option directory.";

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
  return sharedSessionStore(new FilePlace(place, fileName));
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

class FilePlace implements SharedPlace {
  readonly #place: Place;
  readonly #fileName: string;
  #folder: Promise<SessionFolder> | undefined;
  /** The last write in this process; the next waits for it. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(place: Place, fileName: string) {
    this.#place = place;
    this.#fileName = fileName;
  }

  async get(key: string): Promise<StoredSession | undefined> {
    return this.#told("the session file cannot be read", async (folder) => {
      const document = (await folder.read()) ?? (await this.#alone(folder, () => folder.readOrMoveAside()));
      return document.get(key);
    });
  }

  async set(key: string, session: StoredSession): Promise<void> {
    await this.#told("the session file cannot be written", async (folder) => {
      await this.#alone(folder, async () => {
        const document = await folder.readOrMoveAside();
        document.set(key, session);
        await folder.replace(document);
      });
      await folder.sweep();
    });
  }

  async delete(key: string, ifToken?: string): Promise<void> {
    await this.#told("the session file cannot be written", async (folder) => {
      if ((await folder.read())?.get(key) === undefined) return;
      await this.#alone(folder, async () => {
        const document = await folder.readOrMoveAside();
        const found = document.get(key);
        if (found === undefined || (ifToken !== undefined && found.token !== ifToken)) return;
        document.delete(key);
        await folder.replace(document);
      });
    });
  }

  async take(key: string, wait: LockWait): Promise<Release | undefined> {
    const folder = await this.#open();
    await folder.make();
    const name = await sessionKey("lock", [key]);
    return takeLock(folder.lockPath(name.slice(0, 32)), wait, 50);
  }

  /** Runs while nobody else writes: not in this process, nor, as far as the lock can be had, in another. */
  #alone<T>(folder: SessionFolder, action: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      await folder.make();
      const lock = folder.lockPath("write");
      const release = await takeLock(lock, { timeout: writeLockTimeout }, 5).catch(nothing);
      try {
        return await action();
      } finally {
        await release?.().catch(nothing);
      }
    };
    const running = this.#writing.then(run);
    this.#writing = running.catch(nothing);
    return running;
  }

  async #told<T>(message: string, action: (folder: SessionFolder) => Promise<T>): Promise<T> {
    try {
      return await action(await this.#open());
    } catch (error) {
      throw storeTrouble(message, error, hint);
    }
  }

  #open(): Promise<SessionFolder> {
    this.#folder ??= fileModules().then((modules) => {
      const place = this.#place(modules);
      if (place === undefined) {
        throw new SessionStoreError("there is no place for the session file: the environment names no home directory", { hint });
      }
      return new SessionFolder(modules, place.directory, this.#fileName, place.own);
    });
    return this.#folder;
  }
}
