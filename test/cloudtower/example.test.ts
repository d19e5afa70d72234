import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { overNode } from "../support/transport.ts";
import { listeningTower, operationsAt } from "./support.ts";

const run = promisify(execFile);
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe.runIf(overNode("a program of its own has a transport of its own"))("examples/cloudtower.ts, run as it is", () => {
  test("does the documented curl calls one after the other, prints no secret, and exits by itself", async () => {
    const { fake, endpoint } = await listeningTower();
    const { stdout, stderr } = await run(process.execPath, ["--unhandled-rejections=strict", file("node_modules/tsx/dist/cli.mjs"), file("examples/cloudtower.ts")], {
      env: { PATH: process.env["PATH"], CLOUDTOWER_ENDPOINT: endpoint, CLOUDTOWER_USERNAME: fake.user.username, CLOUDTOWER_PASSWORD: fake.user.password },
      timeout: 20_000,
    });
    expect(stderr).toBe("");
    expect(stdout.split("\n").slice(0, 4)).toEqual(["key [redacted], role ROOT", "vm-1", "vm-2", "AuthenticationError: the server rejected the API key"]);
    expect(operationsAt(fake)).toEqual(["login", "CreateApiKey", "get-vms", "DeleteApiKey", "get-vms"]);
    for (const { headers } of fake.requests) {
      for (const secret of [fake.user.password, headers["authorization"]]) if (secret !== undefined) expect(stdout).not.toContain(secret);
    }
  });
});
