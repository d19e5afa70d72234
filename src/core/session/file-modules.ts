/** What file stores need of Node, loaded when a store is first used and not before. */
export interface FileModules {
  readonly fs: typeof import("node:fs/promises");
  readonly path: typeof import("node:path");
  readonly hostname: string;
}

let loading: Promise<FileModules> | undefined;

export function fileModules(): Promise<FileModules> {
  return (loading ??= load());
}

async function load(): Promise<FileModules> {
  const [fs, path, os] = await Promise.all([import("node:fs/promises"), import("node:path"), import("node:os")]);
  // Containers may share a directory and a host's name, but then their process ids are of different worlds.
  const world = await fs.readlink("/proc/self/ns/pid").catch(() => "");
  return { fs, path, hostname: `${os.hostname()} ${world}`.trim() };
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => error.code === code);
}
