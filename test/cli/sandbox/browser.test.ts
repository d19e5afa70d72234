/** The page in a real browser, as a newcomer uses it. What the server saw is counted at the fakes. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Sandbox } from "../../../src/cli/sandbox/start.ts";
import { builtPage, sandboxOf } from "./support.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
if (executablePath === undefined) console.warn("the sandbox's page in a real browser is skipped: there is no Chromium here: apt-get install chromium");

/** Ignored by git. */
const screenshots = fileURLToPath(new URL("../../../.tmp/screenshots/", import.meta.url));
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

describe.skipIf(executablePath === undefined)("the page in Chromium", { timeout: 90_000 }, () => {
  let browser: Browser;
  const home = mkdtempSync(join(tmpdir(), "keylight-chromium-"));

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? "", args, env: { HOME: home, PATH: process.env["PATH"] ?? "" } });
    await builtPage();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  });

  interface Look {
    readonly width?: number;
    readonly colorScheme?: "light" | "dark";
    readonly path?: string;
  }

  /** The page of a new sandbox. When the test is over, the browser must have had nothing to complain about. */
  async function opened({ width = 1200, colorScheme = "light", path = "/" }: Look = {}): Promise<{ sandbox: Sandbox; page: Page }> {
    const sandbox = await sandboxOf({ page: await builtPage() });
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(sandbox.url) && !request.url().startsWith("data:")) elsewhere.push(request.url());
    });
    await page.goto(`${sandbox.url}${path}`);
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
      expect(elsewhere).toEqual([]);
    });
    return { sandbox, page };
  }

  async function shot(page: Page, name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
  }

  const outcome = (page: Page, text: string) => page.locator("#outcome", { hasText: text }).waitFor();
  const statuses = (page: Page) => page.locator("#log .status").allInnerTexts();
  const operations = ({ fakes }: Sandbox) => fakes.lumar.requests.map(({ operationName }) => operationName);

  test("one call after the sessions expired makes one login, as the page and the server agree", async () => {
    const { sandbox, page } = await opened();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call succeeded");
    expect(operations(sandbox)).toEqual(["LoginWithUserKey", "Me"]);

    await page.getByRole("button", { name: "Expire all sessions" }).click();
    await page.getByText("The next call logs in.").waitFor();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The server saw 3 requests: 401, one login, 200.");

    await expect.poll(() => statuses(page)).toEqual(["200", "200", "401", "200", "200"]);
    expect(await page.locator("#log li.login").count()).toBe(2);
    expect(operations(sandbox).slice(2)).toEqual(["Me", "LoginWithUserKey", "Me"]);
    expect(await page.locator("#log .credential").allInnerTexts()).toEqual(["no credential", "x-auth-token #1", "x-auth-token #1", "no credential", "x-auth-token #2"]);
    await shot(page, "after-expire");
  });

  test("50 calls at once after the sessions expired make one login", async () => {
    const { sandbox, page } = await opened();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call succeeded");
    await page.getByRole("button", { name: "Expire all sessions" }).click();
    await page.getByText("The next call logs in.").waitFor();
    await page.getByRole("button", { name: "50 calls at once" }).click();
    await outcome(page, "All 50 calls succeeded");
    await outcome(page, "one login");
    await expect.poll(() => page.locator("#log li").count()).toBe(sandbox.fakes.lumar.requests.length);
    const isInView = () => {
      const [list, line] = [document.querySelector("#log"), [...document.querySelectorAll("#log li.login")].at(-1)].map((element) => element?.getBoundingClientRect());
      return list !== undefined && line !== undefined && line.top >= list.top && line.bottom <= list.bottom;
    };
    expect(await page.evaluate(isInView)).toBe(true);
    expect(operations(sandbox).filter((name) => name === "LoginWithUserKey")).toHaveLength(2);
    await shot(page, "fifty-calls");
  });

  test("trouble for the next request is told by the call, with its code", async () => {
    const { sandbox, page } = await opened();
    await page.getByLabel("Trouble for the next requests").selectOption("503");
    await page.getByLabel("How many requests").selectOption("2");
    await page.getByLabel("Through keylight").selectOption("client.serviceAccounts.create(…)");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "made Robot 1");
    await page.getByRole("button", { name: "Fail" }).click();
    await outcome(page, "The next 2 requests: 503");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call failed");
    expect(await page.locator("#outcome .failure code").allInnerTexts()).toEqual(["NETWORK_ERROR"]);
    expect(sandbox.fakes.lumar.requests.map(({ status }) => status)).toEqual([200, 200, 503]);
    await shot(page, "trouble");
  });

  test("the rate can be limited, and the limit lifted", async () => {
    const { page } = await opened();
    await page.getByLabel("Requests", { exact: true }).fill("1");
    await page.getByLabel("Seconds").fill("60");
    await page.getByRole("button", { name: "Limit" }).click();
    await page.getByRole("button", { name: "Lift the limit" }).waitFor();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "RATE_LIMITED");
    await page.getByRole("button", { name: "Lift the limit" }).click();
    await page.getByRole("button", { name: "Limit", exact: true }).waitFor();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call succeeded");
  });

  test.each(["CloudTower", "LumoAuth", "Luminary Cloud"])("%s can be called, and comes back after its credential was ended", async (title) => {
    const { page } = await opened();
    await page.getByRole("radio", { name: title }).check();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call succeeded");
    await page.locator("#controls button").first().click();
    await outcome(page, "done.");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call succeeded");
    const counted = title === "CloudTower" ? "The server saw 3 requests: 401, one login, 200." : "The server saw one request: 200.";
    await outcome(page, counted);
    await shot(page, title.toLowerCase().replace(" ", "-"));
  });

  test("the variables can be copied, for the shell that is chosen", async () => {
    const { sandbox, page } = await opened();
    await page.getByLabel("Shell").selectOption("fish");
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied").waitFor();
    const { LC_API_URL, LC_USER_KEY_ID, LC_USER_KEY_SECRET, LC_ACCOUNT_ID } = sandbox.env;
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `set -gx LC_API_URL ${LC_API_URL}\nset -gx LC_USER_KEY_ID ${LC_USER_KEY_ID}\nset -gx LC_USER_KEY_SECRET ${LC_USER_KEY_SECRET}\nset -gx LC_ACCOUNT_ID ${LC_ACCOUNT_ID}\n`,
    );
  });

  test("requests open to show their headers, without credentials, and stay open while others come", async () => {
    const { sandbox, page } = await opened();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "The call succeeded");
    const last = page.locator("#log details").last();
    await last.locator("summary").click();
    expect(await last.locator("dl").innerText()).toMatch(/x-auth-token\s+\[redacted\]/);
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await expect.poll(() => page.locator("#log li").count()).toBe(3);
    expect(await page.locator("#log details[open]").count()).toBe(1);
    const html = await page.locator("#log").innerHTML();
    for (const { headers } of sandbox.fakes.lumar.requests) expect(html).not.toContain(headers["x-auth-token"] ?? sandbox.env["LC_USER_KEY_SECRET"]);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Nothing yet.").waitFor();
  });

  test("text of a program that calls is shown as text", async () => {
    const { sandbox, page } = await opened();
    const hostile = '<img src=x onerror="document.title=1">';
    const body = JSON.stringify({ query: "query Q { version }", operationName: hostile });
    await fetch(sandbox.services.lumar.url, { method: "POST", headers: { "content-type": "application/json", "x-note": hostile }, body });
    await expect.poll(() => page.locator("#log .operation").allInnerTexts()).toEqual([hostile]);
    expect(await page.locator("#log img").count()).toBe(0);
  });

  test("GraphiQL runs a query against the fake, and shows the answer", async () => {
    const { sandbox, page } = await opened({ path: "/graphiql" });
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window", { hasText: "Example account" }).waitFor();
    expect(sandbox.fakes.lumar.requests.at(-1)).toMatchObject({ status: 200, headers: { "apollographql-client-name": "graphiql" } });
    await shot(page, "graphiql");
  });

  test("GraphiQL helps with typing, and has its dialogs", async () => {
    const { page } = await opened({ path: "/graphiql" });
    const editor = page.locator(".graphiql-query-editor .CodeMirror");
    await editor.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("{ vers");
    await page.locator(".CodeMirror-hints", { hasText: "version" }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type(" unknown }");
    await page.locator(".CodeMirror-lint-mark-error").first().waitFor();
    await page.getByRole("button", { name: "Open settings dialog" }).click();
    await page.getByRole("dialog").getByText("Theme").waitFor();
    await shot(page, "graphiql-settings");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Open short keys dialog" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Headers", exact: true }).click();
    await page.locator(".graphiql-editor-tool .CodeMirror:visible").click();
    await page.keyboard.type('{"x-auth-token":"bad');
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window", { hasText: /Unauthorized|Cannot query/ }).waitFor();
    await shot(page, "graphiql-headers");
  });

  test("GraphiQL looks the same way in the dark", async () => {
    const { page } = await opened({ path: "/graphiql", colorScheme: "dark" });
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByText("A GraphQL schema provides").waitFor();
    await shot(page, "graphiql-dark");
  });

  test.each([
    [400, "light"],
    [400, "dark"],
    [1200, "light"],
    [1200, "dark"],
  ] as const)("at %s px in the %s nothing is wider than the page", async (width, colorScheme) => {
    const { page } = await opened({ width, colorScheme });
    await page.getByLabel("Through keylight").selectOption("client.serviceAccounts.keys.create(…)");
    await page.getByRole("button", { name: "50 calls at once" }).click();
    await outcome(page, "All 50 calls succeeded");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("button", { name: "Expire all sessions" }).click();
    await page.getByText("The next call logs in.").waitFor();
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await outcome(page, "one login");
    await expect.poll(() => page.locator("#log li").count()).toBe(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await shot(page, `page-${width}-${colorScheme}`);
  });

  test("all of it can be reached by the keyboard, in order, and says its name", async () => {
    const { page } = await opened();
    await page.locator("#log-empty").waitFor();
    const names: string[] = [];
    for (let presses = 0; presses < 13; presses += 1) {
      await page.keyboard.press("Tab");
      names.push(await page.evaluate(() => {
        const focused = document.activeElement;
        const label = focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement ? focused.labels?.[0]?.textContent : undefined;
        return focused?.getAttribute("aria-label") ?? label ?? focused?.textContent ?? "";
      }));
    }
    expect(names).toEqual([
      "Lumar",
      "Through keylight",
      "Call",
      "50 calls at once",
      "Expire all sessions",
      "Revoke the user key",
      "Trouble for the next requests",
      "How many requests",
      "Fail",
      "Requests",
      "Seconds",
      "Limit",
      "Clear",
    ]);
  });

  test("the page says when the sandbox has ended", async () => {
    const { sandbox, page } = await opened();
    await page.getByText("Live").waitFor();
    await sandbox.close();
    await page.getByText("The sandbox has ended.").waitFor();
  });
});
