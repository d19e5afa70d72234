import { spawn, type ChildProcessByStdio } from "node:child_process";
import { PassThrough, type Readable } from "node:stream";
import { Command, CommanderError } from "commander";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "keylight";
import { sandboxCommand } from "../../../src/cli/sandbox/command.ts";
import { programFile } from "../../support/program.ts";
import { sandboxOf } from "./support.ts";

interface Run {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly end: () => void;
  readonly ended: Promise<void>;
}

/** The command in this process, until it is ended. */
function run(args: readonly string[], parent?: (command: Command) => Command): Run {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = { stdout: "", stderr: "" };
  stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const controller = new AbortController();
  const command = sandboxCommand({ stdout, stderr, signal: controller.signal, page: "/nowhere" });
  const whole = parent?.(command) ?? command;
  const ended = whole.parseAsync(args, { from: "user" }).then(() => undefined);
  ended.catch(() => undefined);
  onTestFinished(async () => {
    controller.abort();
    await ended.catch(() => undefined);
  });
  return { stdout: () => said.stdout, stderr: () => said.stderr, end: () => controller.abort(), ended };
}

describe("keylight sandbox", () => {
  test("prints variables that can be pasted, and all else on standard error", async () => {
    const { stdout, stderr, end, ended } = run([]);
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
    await ended;
    await expect(new Client({ env, retry: { attempts: 0 } }).me()).rejects.toMatchObject({ code: "LOGIN_FAILED" });
  });

  test.each([
    ["dotenv", /^LC_API_URL=http/],
    ["fish", /^set -gx LC_API_URL http/],
    ["powershell", /^\$env:LC_API_URL = 'http/],
  ])("prints them for %s", async (format, line) => {
    const { stdout, stderr } = run(["--format", format]);
    await expect.poll(stderr).toContain("Ctrl-C ends it.");
    expect(stdout()).toMatch(line);
  });

  test.each([
    ["its own option", ["--json"], undefined],
    ["that of the program around it", ["sandbox", "--json"], (command: Command) => new Command("keylight").option("--json", "as JSON").addCommand(command)],
  ])("prints one JSON object for programs, by %s", async (_whose, args, parent) => {
    const { stdout, stderr } = run(args, parent);
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
    const { ended, stdout } = run(["--port", new URL(other.url).port]);
    await expect(ended).rejects.toMatchObject({ code: "PORT_TAKEN", hint: expect.stringContaining("Choose another by --port") as string });
    expect(stdout()).toBe("");
  });

  test.each([["--port", "x"], ["--port", "-1"], ["--port", "65532"], ["--port", "1.5"], ["--format", "cmd"]])("refuses %s %s", async (option, value) => {
    const command = sandboxCommand().exitOverride().configureOutput({ writeErr: () => undefined });
    await expect(command.parseAsync([`${option}=${value}`], { from: "user" })).rejects.toThrow(CommanderError);
  });

  test("explains itself by --help, with examples", () => {
    let help = "";
    const command = sandboxCommand().exitOverride().configureOutput({ writeOut: (text) => (help += text) });
    expect(() => command.parse(["--help"], { from: "user" })).toThrow(CommanderError);
    expect(help).toContain("$ keylight sandbox --port 4600");
    expect(help.replace(/\s+/g, " ")).toContain('(choices: "sh", "dotenv", "fish", "powershell", default: "sh")');
    expect(help.replace(/\s+/g, " ")).toContain("take the next four (default: free ones)");
  });
});

describe("the process", () => {
  type Child = ChildProcessByStdio<null, Readable, Readable>;

  async function started(args: string[], nodeOptions: string[] = []): Promise<{ child: Child; stdout: () => string; stderr: () => string; ended: Promise<{ code: number | null; signal: string | null }> }> {
    const child = spawn(process.execPath, [...nodeOptions, await programFile(new URL("./programs/command.ts", import.meta.url)), ...args], { stdio: ["ignore", "pipe", "pipe"] });
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
    const { ended, stdout, stderr } = await started(["--json"], ["--import", `data:text/javascript,${encodeURIComponent(register)}`]);
    expect(await ended).toMatchObject({ code: 1 });
    expect(stderr()).toContain("the sandbox needs the package graphql, 16 or 17");
    expect(stderr()).toContain("hint: 'Install it beside keylight: npm install graphql (with --global, where keylight is)'");
    expect(stdout()).toBe("");
  });
});
