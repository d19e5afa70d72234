/** The whole login in a real browser, at a real authorization server, from the address that a program prints. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { chromium, type BrowserContext } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { clientId, peerOf, type Peer } from "../core/login/peer.ts";
import { startProcess, type Running } from "./process.ts";
import { readCache, temporaryDirectory } from "./support.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const why =
  executablePath === undefined
    ? "there is no Chromium here: apt-get install chromium"
    : spawnSync("script", ["--version"]).error === undefined
      ? undefined
      : "`script` of util-linux is not here, which makes terminals";
if (why !== undefined) console.warn(`the login in a real browser is skipped: ${why}`);

/** Ignored by git. */
const screenshots = fileURLToPath(new URL("../../.tmp/", import.meta.url));

async function browserContext(): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(temporaryDirectory(), {
    executablePath: executablePath ?? "",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  onTestFinished(() => context.close());
  return context;
}

/** An API that asks the authorization server whose token it was given. */
async function apiBehind(peer: Peer): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    void fetch(new URL("/me", peer.issuer), { headers: { authorization: incoming.headers.authorization ?? "" } }).then(async (answer) => {
      const person: unknown = answer.ok ? await answer.json() : undefined;
      outgoing.writeHead(answer.ok ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(answer.ok ? { data: [person] } : { message: "no" }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return `127.0.0.1:${String(typeof address === "object" && address !== null ? address.port : 0)}`;
}

async function started(): Promise<{ program: Running; peer: Peer; cacheDirectory: string; address: string; context: BrowserContext }> {
  const peer = await peerOf();
  const cacheDirectory = temporaryDirectory();
  const auth = { domain: peer.issuer.host, clientId, audience: "", ports: [0] };
  const program = startProcess("person", { domain: await apiBehind(peer), auth, cacheDirectory }, { terminal: true });
  const context = await browserContext();
  const addressIn = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+/.exec(program.said())?.[0];
  await expect.poll(addressIn, { timeout: 20_000 }).toBeDefined();
  return { program, peer, cacheDirectory, address: addressIn() ?? "", context };
}

test.skipIf(why)("a person logs in with Chromium, from the printed address to the page that says: You can close this window", { timeout: 90_000 }, async () => {
  const { program, peer, cacheDirectory, address, context } = await started();
  const page = await context.newPage();
  await page.goto(address);
  await page.fill('input[name="login"]', "a-person");
  await page.fill('input[name="password"]', "anything");
  await page.click('button[type="submit"]');
  await page.waitForSelector('input[value="consent"]', { state: "attached" });
  await page.click('button[type="submit"]');
  await page.waitForSelector("text=You can close this window");
  expect(new URL(page.url()).pathname).toBe("/callback");
  expect(await page.title()).toBe("Login received");
  // Nothing of the login is in the page, and nothing is loaded into it.
  const html = await page.content();
  for (const secret of new URL(page.url()).searchParams.values()) expect(html).not.toContain(secret);
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}interactive-login.png` });
  expect(await program.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('pipelines [{"sub":"a-person"}]') as string });
  expect(Object.values(readCache(cacheDirectory).sessions)).toMatchObject([{ token: expect.any(String) as string, refreshToken: expect.any(String) as string }]);
  expect(peer.requests.filter((request) => request.startsWith("POST /oauth/token"))).toEqual(["POST /oauth/token authorization_code"]);
  // The page cannot be used again: its listener is gone.
  await expect(page.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
});

test.skipIf(why)("a person who cancels in Chromium is told so, and so is the program", { timeout: 90_000 }, async () => {
  const { program, address, context } = await started();
  const page = await context.newPage();
  await page.goto(address);
  await page.click("text=[ Cancel ]");
  await page.waitForSelector("text=not completed");
  expect(await program.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("failed LOGIN_FAILED the authorization server said access_denied") as string });
});

test.skipIf(why)("a browser that is closed leaves the program waiting, and another one can finish the login", { timeout: 90_000 }, async () => {
  const { program, address, context } = await started();
  const page = await context.newPage();
  await page.goto(address);
  await page.close();
  await context.close();
  const next = await (await browserContext()).newPage();
  await next.goto(address);
  await next.fill('input[name="login"]', "a-person");
  await next.fill('input[name="password"]', "anything");
  await next.click('button[type="submit"]');
  await next.waitForSelector('input[value="consent"]', { state: "attached" });
  await next.click('button[type="submit"]');
  await next.waitForSelector("text=You can close this window");
  expect(await program.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("pipelines [{") as string });
});
