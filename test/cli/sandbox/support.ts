import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, onTestFinished } from "vitest";
import { buildSandbox } from "../../../scripts/sandbox/build.ts";
import type { SandboxView } from "../../../src/cli/sandbox/protocol.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../src/cli/sandbox/start.ts";

/** Ignored by git. */
const parent = fileURLToPath(new URL("../../../.tmp/", import.meta.url));
let built: Promise<string> | undefined;
let folder: string | undefined;

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** The page as users get it, built once for a test file: `dist/` may be old or missing. */
export function builtPage(): Promise<string> {
  return (built ??= build());
}

async function build(): Promise<string> {
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(`${parent}sandbox-`);
  await buildSandbox(folder);
  return folder;
}

/** A sandbox that ends with its test. */
export async function sandboxOf(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ page: "/nowhere", ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request as it is written here, by `node:http`: `fetch` would not send any `host` or `origin`. */
export function send(url: string, { method = "GET", headers = {}, body = "" }: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { connection: "close", ...headers } }, (incoming) => {
      let text = "";
      incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export const json = { "content-type": "application/json" };

/** Presses a button of the page, without the page. */
export async function press<T = unknown>(sandbox: Sandbox, action: string, input: object): Promise<T> {
  const { status, text } = await send(`${sandbox.url}/api/${action}`, { method: "POST", headers: json, body: JSON.stringify(input) });
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return JSON.parse(text) as T;
}

/** What the page shows now. */
export async function viewOf(sandbox: Sandbox): Promise<SandboxView> {
  return JSON.parse((await send(`${sandbox.url}/api/state`)).text) as SandboxView;
}
