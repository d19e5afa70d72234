import { SessionDocument } from "./file-document.ts";
import { hasCode, type FileModules } from "./file-modules.ts";
import { nothing } from "./file-or-keyv.ts";

/** What a process that was killed may leave behind. Files that were moved aside stay: they are not ours to throw away. */
const leftovers = { draft: /^\.[\w-]+\.tmp$/, lock: /^\.\w+\.lock(?:\.[\w-]+\.(?:claim|stale))?$/ };
const leftoverAge = 3_600_000;
/** Far more than all sessions of a user; what is longer is no session file. */
const longestFile = 16 * 1024 * 1024;

/** The folder of a session file. */
export class SessionFolder {
  readonly #modules: FileModules;
  readonly #directory: string;
  readonly #fileName: string;
  /** The file's name without its ending. */
  readonly #stem: string;
  /** Whether the folder's name says that it is ours, so that its permissions are our business though we did not make it. */
  readonly #own: boolean;
  #sweptAt = -Infinity;

  constructor(modules: FileModules, directory: string, fileName: string, own: boolean) {
    this.#modules = modules;
    this.#directory = directory;
    this.#fileName = fileName;
    this.#stem = fileName.replace(/\.\w+$/, "");
    this.#own = own;
  }

  /** The session file, or what is named after it. */
  #pathOf(suffix = ""): string {
    return this.#modules.path.join(this.#directory, this.#fileName + suffix);
  }

  lockPath(name: string): string {
    return this.#modules.path.join(this.#directory, `${this.#stem}.${name}.lock`);
  }

  async make(): Promise<void> {
    const { fs } = this.#modules;
    const made = await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
    if (made === undefined && !this.#own) return;
    // Another user's folder cannot be changed, and a mask may have taken bits of ours.
    if (((await fs.stat(this.#directory)).mode & 0o777) !== 0o700) await fs.chmod(this.#directory, 0o700).catch(nothing);
  }

  /** The sessions, none where there is no file; undefined when there is something else in its place. */
  read(): Promise<SessionDocument | undefined> {
    return this.#readAt(this.#pathOf());
  }

  async #readAt(path: string): Promise<SessionDocument | undefined> {
    const { fs } = this.#modules;
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    let handle;
    try {
      // A link is not followed, and a pipe is not waited for. Windows has neither flag.
      handle = await fs.open(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return new SessionDocument();
      if (hasCode(error, "ELOOP", "EMLINK", "ENXIO", "EISDIR")) return undefined;
      throw error;
    }
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return undefined;
      if ((stat.mode & 0o077) !== 0) await handle.chmod(0o600).catch(nothing);
      if (stat.size > longestFile) return undefined;
      return SessionDocument.parse(await handle.readFile("utf8"));
    } finally {
      await handle.close();
    }
  }

  /** The sessions; what is no session file is moved aside, and there are none then. To be called under the write lock. */
  async readOrMoveAside(): Promise<SessionDocument> {
    const found = await this.read();
    if (found !== undefined) return found;
    const { fs } = this.#modules;
    const path = this.#pathOf();
    const aside = `${path}.unreadable-${new Date().toISOString().replace(/[-:.]/g, "")}`;
    await fs.rename(path, aside);
    // Without the lock another process may just have put a good file in its place: that one goes back.
    if ((await this.#readAt(aside)) !== undefined) {
      await fs.link(aside, path);
      await fs.unlink(aside);
      return (await this.read()) ?? new SessionDocument();
    }
    return new SessionDocument();
  }

  /** Puts the sessions in the place of those of before. Whenever it is interrupted, the one or the other are there. */
  async replace(document: SessionDocument): Promise<void> {
    const { fs } = this.#modules;
    const path = this.#pathOf();
    const draft = `${path}.${crypto.randomUUID()}.tmp`;
    const handle = await fs.open(draft, "wx", 0o600);
    try {
      try {
        await handle.chmod(0o600).catch(nothing);
        await handle.writeFile(document.toString());
        await handle.sync();
      } finally {
        await handle.close();
      }
      await fs.rename(draft, path);
    } catch (error) {
      await fs.unlink(draft).catch(nothing);
      throw error;
    }
    await this.#syncFolder();
  }

  /** Makes the new name last. Not every system can do that with a folder. */
  async #syncFolder(): Promise<void> {
    const handle = await this.#modules.fs.open(this.#directory, "r").catch(nothing);
    await handle?.sync().catch(nothing);
    await handle?.close();
  }

  /** Removes what killed processes left behind long ago. Once an hour is enough. */
  async sweep(): Promise<void> {
    if (performance.now() - this.#sweptAt < leftoverAge) return;
    this.#sweptAt = performance.now();
    const { fs } = this.#modules;
    for (const name of await fs.readdir(this.#directory).catch(() => [])) {
      if (!this.#isLeftover(name)) continue;
      const path = this.#modules.path.join(this.#directory, name);
      const { mtimeMs } = await fs.lstat(path).catch(() => ({ mtimeMs: Infinity }));
      if (Date.now() - mtimeMs > leftoverAge) await fs.unlink(path).catch(nothing);
    }
  }

  #isLeftover(name: string): boolean {
    const isDraft = name.startsWith(this.#fileName) && leftovers.draft.test(name.slice(this.#fileName.length));
    return isDraft || (name.startsWith(this.#stem) && leftovers.lock.test(name.slice(this.#stem.length)));
  }
}
