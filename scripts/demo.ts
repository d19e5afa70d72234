/**
 * Runs `examples/service-account-lifecycle.ts` against the fake Lumar, over real HTTP on this machine, and shows what
 * the server saw. With LC_API_URL and a credential in the environment or in `.env`, it runs against that server instead.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { config } from "dotenv";
import { createFakeLumar, type FakeLumar } from "keylight/testing";

config({ quiet: true });
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", () => process.exit(0));

const lifecycle = fileURLToPath(new URL("../examples/service-account-lifecycle.ts", import.meta.url));

const endpoint = process.env["LC_API_URL"] ?? "";
if (endpoint === "") await onTheFake();
else {
  console.log(styleText("bold", `keylight, against ${new URL(endpoint).origin}`));
  await run({});
}

async function onTheFake(): Promise<void> {
  const fake = createFakeLumar();
  const { url, close } = await fake.listen();
  console.log(styleText("bold", "keylight, against its own fake of Lumar"), styleText("dim", url));
  // As if the session had ended just before this operation.
  fake.failNext({ operationName: "UpdateServiceAccount", status: 401 });

  // An empty variable counts as unset.
  const cleared = { LC_API_KEY: "", LC_SESSION_TOKEN: "" };
  const printed = await run({ ...cleared, LC_API_URL: url, LC_USER_KEY_ID: fake.userKey.id, LC_USER_KEY_SECRET: fake.userKey.secret });
  await close();
  showRequests(fake);
  const secrets = new Set([fake.userKey.secret, ...fake.requests.flatMap(({ headers }) => [headers["x-auth-token"], headers["x-api-key"]])]);
  secrets.delete(undefined);
  const shown = [...secrets].filter((secret) => secret !== undefined && printed.includes(secret)).length;
  console.log(`\n    ${fake.requests.length} requests, ${secrets.size} secrets, ${shown} of them printed above.\n`);
  if (shown > 0) process.exitCode = 1;
}

/** Runs the example as a program of its own, and gives what it printed. */
async function run(env: Record<string, string>): Promise<string> {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(process.execPath, [...process.execArgv, lifecycle], {
    env: { ...process.env, ...colour, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    process.stdout.write(chunk);
  });
  process.exitCode = await new Promise<number>((resolve) => child.once("close", (code) => { resolve(code ?? 1); }));
  return printed;
}

function showRequests(fake: FakeLumar): void {
  const title = styleText("bold", "What the server saw");
  console.log(`\n${title} ${styleText("dim", "(its session was ended in between: one 401, one login, and the call went through)")}\n`);
  for (const { operationName, headers, status } of fake.requests) {
    const credential = ["x-auth-token", "x-api-key"].find((name) => name in headers) ?? "no credential";
    console.log(`    ${styleText(status === 200 ? "green" : "yellow", String(status))}  ${(operationName ?? "").padEnd(26)} ${styleText("dim", credential)}`);
  }
}
