import { cpSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Testing from "keylight/testing";
import { check, expectNone, runQuietly } from "./commands.ts";
import { install, nodeTypes, typeCheck, type Consumer } from "./consumer.ts";
import { root } from "./places.ts";

/** Pinned: a release of graphql must not break a change that has nothing to do with it. */
const graphql17 = "graphql@17.1.0";

/** Runs a compiled program of the consumer against a fake that lives in this process, with this checkout's graphql. */
async function runAgainstFake({ folder }: Consumer, program: string): Promise<void> {
  const testing: string = pathToFileURL(join(root, "dist/testing.js")).href;
  const { createFakeLumar } = (await import(testing)) as typeof Testing;
  const fake = createFakeLumar();
  const server = await fake.listen();
  try {
    await runQuietly(program, [server.url, fake.userKey.id, fake.userKey.secret, fake.account.id], folder);
  } finally {
    await server.close();
  }
  if (fake.requests.length === 0) throw new Error("no request came");
}

async function checkProgram(consumer: Consumer, name: string): Promise<void> {
  await check(`${name}: compiles`, () => {
    cpSync(join(root, "test/package/peers", `${name}.ts`), join(consumer.folder, `${name}.ts`));
    return typeCheck(consumer.folder, name, { module: "nodenext", outDir: "out", ...nodeTypes }, [`${name}.ts`]);
  });
  await check(`${name}: calls work`, () => runAgainstFake(consumer, `out/${name}.js`));
}

/** Checks users who have no graphql, and users who have one that is newer than what keylight was built with. */
export async function checkPeers(alone: Consumer, tarball: string): Promise<void> {
  await check("without graphql: installs without a warning", () => {
    expectNone("npm warns", alone.warnings);
    expectNone("installed", alone.packages.filter((name) => /^(graphql|msw|keyv)$/.test(name)));
  });
  await checkProgram(alone, "without-graphql");
  let newer: Consumer | undefined;
  await check("with graphql 17: installs without a conflict", async () => {
    newer = await install("with-graphql-17", tarball, [graphql17, "@graphql-typed-document-node/core@3"]);
    expectNone("npm warns", newer.warnings);
    return graphql17;
  });
  if (newer !== undefined) await checkProgram(newer, "with-graphql-17");
}
