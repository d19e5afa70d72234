import { isRecord, parseJson } from "../transport/json.ts";
import { fileModules, hasCode, type FileModules } from "./file-modules.ts";
import { nothing, poll, type LockWait, type Release } from "./file-or-keyv.ts";
import { sessionKey } from "./store-key.ts";

/** A lock as old as this is stale, whoever holds it, in milliseconds: longer than a login may take. */
const staleAfter = 45_000;
/** Making a lock or claiming a stale one takes far less than this, in milliseconds. */
const unfinishedAfter = 2_000;

/** A lock file as it was met. */
interface Found {
  readonly text: string;
  readonly changedAt: number;
}

/**
 * Takes a lock: a file that only one can make. It names its owner, so that the lock of a process that was killed is
 * recognised; such a lock is claimed, see {@link claim}.
 *
 * @returns undefined when it could not be had in time.
 */
export async function takeLock(path: string, wait: LockWait, every: number): Promise<Release | undefined> {
  const modules = await fileModules();
  const mine = JSON.stringify({ owner: crypto.randomUUID(), pid: process.pid, host: modules.hostname, at: new Date().toISOString() });
  const attempt = async (): Promise<true | undefined> => {
    if (await create(modules, path, mine)) return true;
    const found = await look(modules, path);
    if (found === undefined || !isStale(found, modules.hostname)) return undefined;
    return (await claim(modules, path, found)) && (await create(modules, path, mine)) ? true : undefined;
  };
  const taken = await poll(attempt, wait, every);
  if (taken === undefined) return undefined;
  return async () => {
    const found = await look(modules, path);
    if (found?.text === mine) await modules.fs.unlink(path);
  };
}

async function create({ fs }: FileModules, path: string, text: string): Promise<boolean> {
  const handle = await fs.open(path, "wx", 0o600).catch((error: unknown) => {
    if (hasCode(error, "EEXIST")) return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(text);
    return true;
  } catch (error) {
    await fs.unlink(path).catch(nothing);
    throw error;
  } finally {
    await handle.close();
  }
}

async function look({ fs }: FileModules, path: string): Promise<Found | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([fs.readFile(path, "utf8"), fs.lstat(path)]);
    return { text, changedAt: mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** A time in the future is as far from the truth as one in the past. */
const ageOf = ({ changedAt }: Found): number => Math.abs(Date.now() - changedAt);

function isStale(found: Found, hostname: string): boolean {
  const age = ageOf(found);
  if (age > staleAfter) return true;
  const holder = parseJson(found.text);
  // Its maker was killed before it had written who it was.
  if (!isRecord(holder)) return age > unfinishedAfter;
  return holder["host"] === hostname && !isAlive(holder["pid"]);
}

function isAlive(pid: unknown): boolean {
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

/**
 * Removes a stale lock. Of all who met it only one may: who makes the file that bears this lock's mark. So nobody can
 * take the lock of a next owner for the stale one. It is renamed before it is removed, and looked at once more: should
 * its owner have come to life after all and let it go, it is somebody else's by now, and is put back.
 *
 * @returns whether the stale lock is gone by our hand.
 */
async function claim(modules: FileModules, path: string, stale: Found): Promise<boolean> {
  const { fs } = modules;
  const mark = await sessionKey("stale lock", [stale.text, String(stale.changedAt)]);
  const marker = `${path}.${mark.slice(0, 32)}.claim`;
  if (!(await create(modules, marker, ""))) {
    const other = await look(modules, marker);
    // Its maker was killed while it claimed.
    if (other !== undefined && ageOf(other) > unfinishedAfter) await fs.unlink(marker).catch(nothing);
    return false;
  }
  try {
    if (!isSame(await look(modules, path), stale)) return false;
    const aside = `${path}.${crypto.randomUUID()}.stale`;
    await fs.rename(path, aside);
    const isOurs = isSame(await look(modules, aside), stale);
    // Unlike a rename a link replaces nothing.
    if (!isOurs) await fs.link(aside, path).catch(nothing);
    await fs.unlink(aside);
    return isOurs;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  } finally {
    await fs.unlink(marker).catch(nothing);
  }
}

function isSame(found: Found | undefined, other: Found): boolean {
  return found !== undefined && found.text === other.text && found.changedAt === other.changedAt;
}
