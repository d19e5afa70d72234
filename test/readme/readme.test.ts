import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeLumar } from "keylight/testing";
import { version } from "keylight";
import { withSamples } from "../../scripts/readme-samples.ts";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

describe("the README", () => {
  it("shows each sample as its file is: `npm run readme` puts them in", () => {
    expect(withSamples(read("README.md"))).toBe(read("README.md"));
  });

  it("shows every example that is a sample, and opens with the two commands", () => {
    const readme = read("README.md");
    for (const file of readdirSync(new URL("examples/", root)).filter((name) => name.endsWith(".ts"))) {
      expect(readme).toContain(`examples/${file}`);
    }
    expect(readme.indexOf("npm install && npm run demo")).toBeLessThan(800);
    expect(readme.indexOf("npm install && npm test")).toBeLessThan(800);
  });

  it("lets `npx keylight` work in a checkout after its first command: installing builds it", () => {
    const { bin, scripts } = JSON.parse(read("package.json")) as { bin: Record<string, string>; scripts: Record<string, string> };
    expect(bin["keylight"]).toBe("dist/cli.js");
    expect(scripts["prepare"]).toBe("npm run build");
  });

  it("names every error class and every code of a credential", () => {
    const readme = read("README.md");
    for (const name of ["ConfigurationError", "AmbiguousMutationError", "INTERACTION_REQUIRED", "KEY_REJECTED", "STORE_UNAVAILABLE"]) {
      expect(readme).toContain(name);
    }
  });
});

describe("examples/README.md", () => {
  const guide = read("examples/README.md");

  it("names every example", () => {
    const files = readdirSync(new URL("examples/", root), { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|yml)$/.test(name));
    expect(files.filter((name) => !guide.includes(`[${name}](${name})`))).toEqual([]);
  });

  it("names files that there are, in its links and its commands", () => {
    const named = [...guide.matchAll(/\]\(([^)#:]+)\)|(?:tsx|vitest run|cp) (examples\/)([\w./-]+)/g)].map(([, link, , path = ""]) => link ?? path);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(new URL(path, new URL("examples/", root))))).toEqual([]);
  });
});

describe("the version", () => {
  it("is that of package.json", () => {
    const { version: packaged }: { version?: unknown } = JSON.parse(read("package.json"));
    expect(version).toBe(packaged);
  });
});

describe("an example, run as it is against the fake", () => {
  const fake = createFakeLumar();
  let close: () => Promise<void>;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    const listening = await fake.listen();
    close = listening.close;
    env = {
      PATH: process.env["PATH"],
      LC_API_URL: listening.url,
      LC_USER_KEY_ID: fake.userKey.id,
      LC_USER_KEY_SECRET: fake.userKey.secret,
      LC_ACCOUNT_ID: fake.account.id,
      SERVICE_ACCOUNT_ID: "TjAxNFNlcnZpY2VBY2NvdW50OTk5",
    };
  });
  afterAll(() => close());

  it.each([
    ["quick-start.ts", "Example account: 0 service accounts", ""],
    ["own-documents.ts", "Example account", ""],
    ["default-client.ts", "0 service accounts", ""],
    ["errors.ts", "", "Check the id"],
    ["service-account-lifecycle.ts", "SERVICE_ACCOUNT_FORBIDDEN", ""],
    ["opentelemetry-app.ts", "name: 'Me'", ""],
  ])("%s does what it says, and exits by itself", async (file, onStdout, onStderr) => {
    const tsx = fileURLToPath(new URL("node_modules/tsx/dist/cli.mjs", root));
    const { stdout, stderr } = await run(process.execPath, ["--unhandled-rejections=strict", tsx, fileURLToPath(new URL(`examples/${file}`, root))], {
      env,
      timeout: 20_000,
    });
    expect(stdout).toContain(onStdout);
    if (onStderr === "") expect(stderr).toBe("");
    else expect(stderr).toContain(onStderr);
    expect(stdout + stderr).not.toContain(fake.userKey.secret);
  });
});
