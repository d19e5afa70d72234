import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { Client, type CreatedServiceAccountKey } from "keylight";
import { createFakeLumar, type FakeLumar } from "keylight/testing";

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const command = file("src/cli/main.ts");

interface Workflow {
  readonly jobs: { readonly rotate: { readonly steps: readonly { readonly name?: string; readonly run?: string; readonly env?: Record<string, string> }[] } };
}
const rotation = (parse(readFileSync(file("examples/github-actions/rotate-key.yml"), "utf8")) as Workflow).jobs.rotate.steps.find(({ name }) => name === "Rotate");

/** Programs that stand in the place of GitHub's and npm's on the path; the files that `gh` writes lie beside them. */
const standIns = {
  npx: `#!/bin/sh\n[ "$1 $2" = "--no keylight" ] || exit 64\nshift 2\nexec '${process.execPath}' '${file("node_modules/tsx/dist/cli.mjs")}' --tsconfig '${file("tsconfig.json")}' '${command}' "$@"\n`,
  gh: `#!/bin/sh\n[ -z "$GH_FAILS" ] || { echo "HTTP 403: Resource not accessible" >&2; exit 1; }\necho "$* of $GH_REPO by $GH_TOKEN" >> "$GH_PLACE/calls"\ncat > "$GH_PLACE/secret"\necho "Set Actions secret"\n`,
};

const days = (count: number): number => count * 86_400_000;

interface Scene {
  readonly fake: FakeLumar;
  readonly admin: Client;
  readonly serviceAccountId: string;
  readonly old: CreatedServiceAccountKey;
  /** Runs the step as a runner does. */
  rotate(more?: Record<string, string>): Promise<{ code: unknown; said: string }>;
  /** What `gh` was called with, and what it was given. */
  calls(): string;
  secret(): string;
  opens(key: string): Promise<boolean>;
}

/** A service account with one key, which was made some days ago. */
async function scene(age: number): Promise<Scene> {
  let now = Date.now() - days(age);
  const fake = createFakeLumar({ now: () => now });
  const { url, close } = await fake.listen();
  const place = mkdtempSync(join(tmpdir(), "keylight-rotate-"));
  onTestFinished(async () => {
    await close();
    rmSync(place, { recursive: true, force: true });
  });
  for (const [name, script] of Object.entries(standIns)) {
    writeFileSync(join(place, name), script);
    chmodSync(join(place, name), 0o755);
  }
  const admin = new Client({ endpoint: url, userKey: fake.userKey, env: {} });
  const account = await admin.serviceAccounts.create({ accountId: fake.account.id, name: "CI", roleCode: "Viewer" });
  const old = await admin.serviceAccounts.keys.create(account.id, { name: "nightly" });
  now = Date.now();
  const values: Record<string, string> = {
    "inputs.older-than || '25d'": "25d",
    "secrets.LC_USER_KEY_ID": fake.userKey.id,
    "secrets.LC_USER_KEY_SECRET": fake.userKey.secret,
    "vars.LC_ACCOUNT_ID": fake.account.id,
    "vars.LC_SERVICE_ACCOUNT_ID": account.id,
    "steps.app.outputs.token": "ghs_token",
    "github.repository": "owner/repository",
  };
  const variables = Object.entries(rotation?.env ?? {}).map(([name, value]) => [name, value.replace(/^\$\{\{ (.*) \}\}$/, (_all, expression: string) => values[expression] ?? `unknown ${expression}`)]);
  return {
    fake,
    admin,
    serviceAccountId: account.id,
    old,
    rotate: async (more = {}) => {
      const env = { PATH: `${place}:${process.env["PATH"] ?? ""}`, HOME: place, CI: "true", LC_API_URL: url, GH_PLACE: place, ...Object.fromEntries(variables), ...more };
      writeFileSync(join(place, "step.sh"), rotation?.run ?? "exit 65");
      const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", join(place, "step.sh")], { env, cwd: place, stdio: ["ignore", "pipe", "pipe"] });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
      const [code] = await once(child, "close");
      return { code, said };
    },
    calls: () => (existsSync(join(place, "calls")) ? readFileSync(join(place, "calls"), "utf8") : ""),
    secret: () => readFileSync(join(place, "secret"), "utf8").trimEnd(),
    opens: (apiKey) => new Client({ endpoint: url, apiKey, env: {} }).accounts.get(fake.account.id).then(() => true, () => false),
  };
}

describe("the script of the workflow that rotates a key", () => {
  test("gives the new key to gh, and to nobody else, and ends the old one", async () => {
    const { fake, old, rotate, calls, secret, opens } = await scene(40);
    const { code, said } = await rotate();
    expect(code, said).toBe(0);
    expect(calls()).toBe("secret set LC_API_KEY of owner/repository by ghs_token\n");
    expect(secret()).toMatch(/^lmr_sa_[\w-]+$/);
    expect(secret()).not.toBe(old.apiKey.reveal());
    expect([await opens(secret()), await opens(old.apiKey.reveal())]).toEqual([true, false]);
    for (const hidden of [secret(), old.apiKey.reveal(), fake.userKey.secret, "ghs_token"]) expect(said).not.toContain(hidden);
  });

  test("leaves a key alone that is not as old", async () => {
    const { old, rotate, calls, opens } = await scene(20);
    expect((await rotate()).code).toBe(0);
    expect(calls()).toBe("");
    expect(await opens(old.apiKey.reveal())).toBe(true);
  });

  test("fails when gh does, and the old key stays the one that works", async () => {
    const { admin, serviceAccountId, old, rotate, opens } = await scene(40);
    const { code, said } = await rotate({ GH_FAILS: "1" });
    expect(code, said).toBe(1);
    expect(said).toContain("HTTP 403");
    expect(await opens(old.apiKey.reveal())).toBe(true);
    const keys = await admin.serviceAccounts.keys.list(serviceAccountId);
    expect(keys.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id)).toEqual([old.id]);
    expect(keys).toHaveLength(2);
  });
});
