import { SessionStoreError } from "../../errors/index.ts";
import { SessionFolder } from "./file-folder.ts";
import { takeLock } from "./file-lock.ts";
import { fileModules } from "./file-modules.ts";
import { nothing, storeTrouble, type LockWait, type Release, type SharedPlace } from "./file-or-keyv.ts";
import type { Place } from "./file-store.ts";
import { sessionKey } from "./store-key.ts";
import type { StoredSession } from "./store.ts";

/** Longest wait for the others who write to the file, in milliseconds; a write takes a hundredth of it. */
const writeLockTimeout = 1_000;
const hint = "Name a directory that can be written to: LC_CREDENTIALS_DIR, or the option directory.";

/** A session file, and the locks beside it. */
export class FilePlace implements SharedPlace {
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
