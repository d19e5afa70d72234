import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Testing from "keylight/testing";
import { check, expectNone, run } from "./commands.ts";
import type { Consumer } from "./consumer.ts";
import { root } from "./places.ts";

/** Runs the installed command, and gives what it said on standard output. */
async function said({ folder }: Consumer, args: readonly string[]): Promise<string> {
  return (await run(join(folder, "node_modules/.bin/keylight"), args, folder)).stdout;
}

function expectText(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`not in what it said: ${part}\n${text}`);
}

/** What files import when they are loaded. */
function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^import\b[^"\n]*"([^"]+)"/gm)].flatMap(([, specifier]) => specifier ?? []);
}

/** Checks the command as it is installed with the package. */
export async function checkCommand(consumer: Consumer): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const dist = join(consumer.folder, "node_modules/keylight/dist");
  await check("keylight --version", async () => {
    const text = await said(consumer, ["--version"]);
    if (text !== `${version}\n`) throw new Error(`it said ${text}`);
  });
  await check("keylight --help", async () => expectText(await said(consumer, ["keys", "rotate", "--help"]), "--older-than"));
  await check("keylight --help loads nothing of the package, nor what commands do", () => {
    const loaded = importsOf(join(dist, "cli.js"));
    expectNone("loaded", loaded.filter((specifier) => !specifier.startsWith("node:")));
  });
  await check("importing keylight loads nothing of the command", () => {
    expectNone("imports", importsOf(join(dist, "index.js")).filter((specifier) => specifier.includes("cli")));
  });
  await check("keylight talks to a server", () => throughLife(consumer));
}

/** With variables in a file, as a newcomer has them, against a fake that lives in this process. */
async function throughLife(consumer: Consumer): Promise<void> {
  const testing: string = pathToFileURL(join(root, "dist/testing.js")).href;
  const { createFakeLumar } = (await import(testing)) as typeof Testing;
  const fake = createFakeLumar();
  const server = await fake.listen();
  const { id, secret } = fake.userKey;
  const within = (name: string): string => join(consumer.folder, name);
  const variables = { LC_API_URL: server.url, LC_USER_KEY_ID: id, LC_USER_KEY_SECRET: secret, LC_CREDENTIALS_DIR: within("credentials") };
  writeFileSync(within("lumar.env"), Object.entries(variables).map(([name, value]) => `${name}=${value}\n`).join(""));
  const keylight = (...args: string[]): Promise<string> => said(consumer, ["--dotenv", "lumar.env", ...args]);
  try {
    expectText(await keylight("doctor"), "the credential is accepted");
    const account = JSON.parse(await keylight("service-accounts", "create", "--name", "CI", "--role", "Viewer", "--json")) as { id: string };
    await keylight("keys", "create", "--service-account", account.id, "--out", "ci.key");
    expectText(readFileSync(within("ci.key"), "utf8"), "lmr_sa_");
    expectText(await keylight("keys", "list"), "CI");
  } finally {
    await server.close();
  }
}
