import { spawn, type ChildProcessByStdio } from "node:child_process";
import { tmpdir } from "node:os";
import { PassThrough, type Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "keylight";
import { run } from "../../../src/cli/run.ts";
import { programFile } from "../../support/program.ts";
import { keylight } from "../support.ts";
import { sandboxOf } from "./support.ts";

interface Running {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly end: () => void;
  /** The exit code. */
  readonly ended: Promise<number>;
}

/** The command in this process, until it is ended. */
function start(args: readonly string[]): Running {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const said = { stdout: "", stderr: "" };
  stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const controller = new AbortController();
  const ended = run({ args, env: {}, directory: tmpdir(), stdin, stdout, stderr, signal: controller.signal, node: process.versions.node });
  onTestFinished(async () => {
    controller.abort();
    await ended;
  });
  return { stdout: () => said.stdout, stderr: () => said.stderr, end: () => controller.abort(), ended };
}

describe("keylight sandbox", () => {
  test("prints variables that can be pasted, and all else on standard error", async () => {
    const { stdout, stderr, end, ended } = start(["sandbox"]);
    await expect.poll(stderr).toContain("Ctrl-C ends it.");
    const lines = stdout().trimEnd().split("\n");
    expect(lines.every((line) => /^export [A-Z_]+=\S+$/.test(line))).toBe(true);
    const env = Object.fromEntries(lines.map((line) => line.slice("export ".length).split(/=(.*)/s).slice(0, 2)) as [string, string][]);
    expect(Object.keys(env)).toEqual(expect.arrayContaining(["LC_API_URL", "LC_USER_KEY_ID", "LC_USER_KEY_SECRET", "LC_ACCOUNT_ID", "CLOUDTOWER_ENDPOINT", "LUMOAUTH_URL", "LC_DOMAIN"]));
    expect(env).not.toHaveProperty("LC_API_KEY");
    expect(stderr()).toMatch(/Page {6}http:\/\/127\.0\.0\.1:\d+\n/);
    expect(stderr()).toMatch(/Luminary Cloud also has a key\..*\n\n {4}export LC_API_KEY=\S+\n/);
    expect(stderr()).toContain("npx keylight doctor");
    expect((await new Client({ env }).me()).username).toBe("user102@example.com");
    end();
    expect(await ended).toBe(0);
    await expect(new Client({ env, retry: { attempts: 0 } }).me()).rejects.toMatchObject({ code: "LOGIN_FAILED" });
  });

  test.each([
    ["dotenv", /^LC_API_URL=http/],
    ["fish", /^set -gx LC_API_URL http/],
    ["powershell", /^\$env:LC_API_URL = 'http/],
  ])("prints them for %s", async (format, line) => {
    const { stdout, stderr } = start(["sandbox", "--format", format]);
    await expect.poll(stderr).toContain("Ctrl-C ends it.");
    expect(stdout()).toMatch(line);
  });

  test.each([[["sandbox", "--json"]], [["--json", "sandbox"]]])("prints one JSON object for programs, by %j", async (args) => {
    const { stdout, stderr } = start(args);
    await expect.poll(stdout).toContain("\n");
    const { url, env, services } = JSON.parse(stdout()) as { url: string; env: Record<string, string>; services: Record<string, { url: string; env: Record<string, string> }> };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(services)).toEqual(["lumar", "cloudtower", "lumoauth", "luminary"]);
    expect(services["luminary"]?.env).toHaveProperty("LC_API_KEY");
    expect(env).toMatchObject(services["lumar"]?.env ?? { is: "missing" });
    expect(stderr()).toBe("");
  });

  test("names the next step where its port is taken", async () => {
    const other = await sandboxOf();
    const { code, stdout, stderr } = await keylight(["sandbox", "--json", "--port", new URL(other.url).port], {});
    expect([code, stdout]).toEqual([1, ""]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "PORT_TAKEN", hint: expect.stringContaining("Choose another by --port") as string } });
  });

  test.each([["--port", "x"], ["--port", "-1"], ["--port", "65532"], ["--port", "1.5"], ["--format", "cmd"]])("refuses %s %s", async (option, value) => {
    const { code, stdout, stderr } = await keylight(["sandbox", `${option}=${value}`], {});
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(option);
  });

  test("explains itself by --help, with examples", async () => {
    const { code, stdout: help } = await keylight(["sandbox", "--help"], {});
    expect(code).toBe(0);
    expect(help).toContain("$ keylight sandbox --port 4600");
    expect(help.replace(/\s+/g, " ")).toContain('(choices: "sh", "dotenv", "fish", "powershell", default: "sh")');
    expect(help.replace(/\s+/g, " ")).toContain("take the next four (default: free ones)");
    expect(help.match(/--json /g)).toHaveLength(2);
  });
});

describe("the process", () => {
  type Child = ChildProcessByStdio<null, Readable, Readable>;

  async function started(args: string[], nodeOptions: string[] = []): Promise<{ child: Child; stdout: () => string; stderr: () => string; ended: Promise<{ code: number | null; signal: string | null }> }> {
    const child = spawn(process.execPath, [...nodeOptions, await programFile(new URL("../../../src/cli/main.ts", import.meta.url)), "sandbox", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
    return { child, stdout: () => said.stdout, stderr: () => said.stderr, ended };
  }

  test.each(["SIGINT", "SIGTERM"] as const)("ends by %s with exit code 0, and lets go of everything", async (signal) => {
    const { child, stdout, ended } = await started(["--json"]);
    await expect.poll(stdout, { timeout: 15_000 }).toContain("\n");
    const { url } = JSON.parse(stdout()) as { url: string };
    // A page that is being watched does not keep it.
    const events = await fetch(`${url}/api/events`);
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(await events.text()).toContain("event: end");
    await expect(fetch(url)).rejects.toThrow();
  });

  test("says what to install where graphql is missing", async () => {
    // The checkout's own copy of graphql-request may have it.
    const hooks = `export async function resolve(name, context, next) { if (name === "graphql" && context.parentURL.endsWith("/program.mjs")) throw new Error("missing"); return next(name, context); }`;
    const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
    const { ended, stdout, stderr } = await started([], ["--import", `data:text/javascript,${encodeURIComponent(register)}`]);
    expect(await ended).toMatchObject({ code: 1 });
    expect(stderr()).toBe("Error: the sandbox needs the package graphql, 16 or 17\nNext: Install it beside keylight: npm install graphql (with --global, where keylight is)\n");
    expect(stdout()).toBe("");
  });
});
