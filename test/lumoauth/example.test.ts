import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { overNode } from "../support/transport.ts";
import { listeningFake, operationsAt } from "./support.ts";

const run = promisify(execFile);
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe.runIf(overNode("a program of its own has a transport of its own"))("examples/lumoauth.ts, run as it is", () => {
  test("does the documented curl calls, each with the header that it shows, prints no secret, and exits by itself", async () => {
    const { fake, baseUrl } = await listeningFake();
    const directory = mkdtempSync(join(tmpdir(), "keylight-lumoauth-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    const keyFile = join(directory, "key");
    writeFileSync(keyFile, `${fake.apiKey}\n`);
    const { stdout, stderr } = await run(process.execPath, ["--unhandled-rejections=strict", file("node_modules/tsx/dist/cli.mjs"), file("examples/lumoauth.ts")], {
      env: { PATH: process.env["PATH"], LUMOAUTH_URL: baseUrl, LUMOAUTH_TENANT: fake.tenant.slug, LUMOAUTH_API_KEY: fake.apiKey, LUMOAUTH_KEY_FILE: keyFile },
      timeout: 20_000,
    });
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toEqual([
      fake.user.email,
      `1 users; rotate the key at ${baseUrl}/t/${fake.tenant.slug}/portal/settings/api-keys`,
      expect.stringMatching(/^client app_\w+, secret \[redacted\]$/),
    ]);
    expect(operationsAt(fake)).toEqual(["GET /admin/users", "GET /admin/users", "POST /connect/register"]);
    expect(fake.requests.map(({ headers }) => [headers["authorization"], headers["x-api-key"]])).toEqual([
      [`Bearer ${fake.apiKey}`, undefined],
      [undefined, fake.apiKey],
      [undefined, fake.apiKey],
    ]);
  });
});
