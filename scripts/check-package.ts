/**
 * Builds and packs keylight, and checks the tarball as its users meet it. Prints one line a check; the exit code is 1
 * when one fails.
 */
import { rmSync } from "node:fs";
import { checkAlone } from "./check-package/alone.ts";
import { checkCommand } from "./check-package/command.ts";
import { anyFailed, check, run } from "./check-package/commands.ts";
import { install, type Consumer } from "./check-package/consumer.ts";
import { checkPeers } from "./check-package/peers.ts";
import { root, work } from "./check-package/places.ts";
import { checkDependencies, checkTarball, pack } from "./check-package/tarball.ts";

async function checkPackage(): Promise<void> {
  if (!(await check("builds", () => run("npm", ["run", "--silent", "build"], root).then(() => undefined)))) return;
  const tarball = await pack();
  await checkTarball(tarball);
  let alone: Consumer | undefined;
  await check("installs alone", async () => {
    alone = await install("alone", tarball.path);
    return checkDependencies(alone.packages);
  });
  if (alone === undefined) return;
  // First, while there is no peer.
  await checkPeers(alone, tarball.path);
  await checkCommand(alone);
  await checkAlone(alone);
}

try {
  await checkPackage();
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = anyFailed() ? 1 : 0;
