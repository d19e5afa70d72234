import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Plugin } from "esbuild";
import type * as Testing from "keylight/testing";

const program = fileURLToPath(new URL("calls.mjs", import.meta.url));
const testing: string = new URL("../../dist/testing.js", import.meta.url).href;

/**
 * Paths of the files that a program loads when it makes calls with the built package: found by making them, against the
 * fake, with a login, a session that is renewed and a retry among them.
 */
export async function loadedBy(calls: "ordinary" | "every"): Promise<ReadonlySet<string>> {
  const { createFakeLumar } = (await import(testing)) as typeof Testing;
  const fake = createFakeLumar();
  fake.failNext([
    { operationName: "Me", status: 401 },
    { operationName: "ListServiceAccounts", status: 503 },
  ]);
  const server = await fake.listen();
  try {
    const { id, secret } = fake.userKey;
    const { stdout } = await promisify(execFile)(process.execPath, [program, calls, server.url, id, secret, fake.account.id]);
    for (const status of [401, 503]) if (!fake.requests.some((request) => request.status === status)) throw new Error(`No call met a ${status}`);
    return new Set((JSON.parse(stdout) as string[]).map((url) => fileURLToPath(url)));
  } finally {
    await server.close();
  }
}

const resolving = Symbol("resolving");

/** For esbuild: leaves out what is only ever imported with `import()`, except the files whose paths are given. */
export function withoutLazyFiles(kept: ReadonlySet<string>): Plugin {
  return {
    name: "without-lazy-files",
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, namespace, resolveDir, pluginData }) => {
        // Asked for below.
        if (kind !== "dynamic-import" || pluginData === resolving) return undefined;
        const found = await build.resolve(path, { kind, importer, namespace, resolveDir, pluginData: resolving });
        return found.external || kept.has(found.path) ? found : { path, external: true };
      });
    },
  };
}
