import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AuthenticationError } from "keylight";
import { showAddress } from "../../src/core/login/show.ts";
import { createLog } from "../../src/core/log.ts";
import { canary } from "../oracle/oracle.ts";
import { browse, browser, countAt, defined, failure, onlooker, personOf, rejection, siteOf } from "./support.ts";

/** The callback that a login waits for, and what it has to know. */
function callbackOf(address: string): { uri: string; state: string } {
  const { searchParams } = new URL(address);
  return { uri: defined(searchParams.get("redirect_uri")), state: defined(searchParams.get("state")) };
}

describe("a login goes on waiting for its own callback", () => {
  test.each<[string, { approve?: { state: string }; deny?: { state: string } }]>([
    ["a code with a foreign state", { approve: { state: "of-an-attacker" } }],
    ["a denial with a foreign state", { deny: { state: "of-an-attacker" } }],
  ])("after %s, which an attacker sent", async (_name, attack) => {
    const site = await siteOf();
    const { open, address } = onlooker();
    const client = personOf(site);
    const login = client.login({ open });
    const shown = await address;
    if (attack.approve !== undefined) site.fake.approve(attack.approve);
    else site.fake.deny(defined(attack.deny));
    expect((await browse(shown)).status).toBe(400);
    expect(countAt(site, "RedeemCode")).toBe(0);
    expect((await browse(shown)).status).toBe(200);
    await login;
    expect(countAt(site, "RedeemCode")).toBe(1);
  });

  test("after favicons, other hosts and other methods", async () => {
    const site = await siteOf();
    const { open, address } = onlooker();
    const login = personOf(site).login({ open });
    const shown = await address;
    const { uri, state } = callbackOf(shown);
    expect((await fetch(new URL("/favicon.ico", uri))).status).toBe(404);
    expect((await fetch(`${uri}?code=x&state=${state}`, { method: "POST" })).status).toBe(400);
    expect((await fetch(`${uri.replace("127.0.0.1", "localhost")}?code=x&state=${state}`)).status).toBe(400);
    await browse(shown);
    await login;
    expect(countAt(site, "RedeemCode")).toBe(1);
  });
});

test("a callback that is repeated redeems nothing a second time", async () => {
  const site = await siteOf();
  const { open, address } = onlooker();
  const login = personOf(site).login({ open });
  const redirect = await fetch(await address, { redirect: "manual" });
  const callback = defined(redirect.headers.get("location"));
  const answers = await Promise.allSettled([fetch(callback), fetch(callback), fetch(callback)]);
  await login;
  expect(answers.filter((answer) => answer.status === "fulfilled" && answer.value.status === 200)).toHaveLength(1);
  await expect(fetch(callback)).rejects.toThrow();
  expect(countAt(site, "RedeemCode")).toBe(1);
});

test("a code that was made for another login is refused: its verifier is not ours", async () => {
  const site = await siteOf();
  const mine = onlooker();
  const theirs = onlooker();
  const login = failure(personOf(site).login({ open: mine.open }), AuthenticationError);
  void personOf(site).login({ open: theirs.open }).catch(() => undefined);
  const redirect = await fetch(await theirs.address, { redirect: "manual" });
  const code = canary(defined(new URL(defined(redirect.headers.get("location"))).searchParams.get("code")));
  const { uri, state } = callbackOf(await mine.address);
  await fetch(`${uri}?code=${code}&state=${state}`);
  expect(await login).toMatchObject({ code: "LOGIN_FAILED", serviceCode: "invalid_grant" });
});

test.each(["code=x&code=y", "nothing=here", "code=", "code=x&iss=https://somebody.example/", "error=a&error=b", "code=x&id_token=y"])("a callback that knows the state and is none all the same ends the login: %s", async (query) => {
  const site = await siteOf();
  const { open, address } = onlooker();
  const login = failure(personOf(site).login({ open }), AuthenticationError);
  const { uri, state } = callbackOf(await address);
  await fetch(`${uri}?${query}&state=${state}`);
  expect(await login).toMatchObject({ code: "LOGIN_FAILED" });
  expect(site.fake.requests.map(({ status }) => status)).not.toContain(200);
});

test("what a server says of a denial is told without control over who reads it, and without a secret", async () => {
  const site = await siteOf();
  const { open, address } = onlooker();
  const login = failure(personOf(site).login({ open }), AuthenticationError);
  const { uri, state } = callbackOf(await address);
  await fetch(`${uri}?error=access_denied&error_description=${encodeURIComponent(`${"x".repeat(10_000)} ${canary(state)}`)}&state=${state}`);
  expect((await login).message.length).toBeLessThan(2_200);
});

describe("an address of a login", () => {
  const log = createLog(undefined, "off", "logLevel");

  test.each(["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "http://login.example.com/", "ms-settings:", "https://user:password@login.example.com/"])("is not opened: %s", async (address) => {
    const open = vi.fn();
    const say = vi.fn();
    expect(await rejection(showAddress(new URL(address), { open, say, log }))).toMatchObject({ code: "LOGIN_FAILED" });
    expect(await rejection(showAddress(new URL(address), { open: undefined, say, log }))).toMatchObject({ code: "LOGIN_FAILED" });
    expect(open).not.toHaveBeenCalled();
    expect(say).not.toHaveBeenCalled();
  });

  test("goes to the caller's function as one argument, with nothing in it that a shell would obey", async () => {
    const open = vi.fn<(...given: string[]) => void>();
    await showAddress(new URL("https://login.example.com/$(touch x);`id`/a|b?c='d'&e=$(f)"), { open, say: undefined, log });
    expect(open.mock.calls).toEqual([[expect.stringMatching(/^https:\/\/login\.example\.com\/[\w\-.~:/?#[\]@=&%+]*$/)]]);
  });

  test("is printed where no browser can be opened: the package that does it is missing, or fails", async () => {
    onTestFinished(() => { vi.doUnmock("open"); });
    for (const module of [() => { throw new Error("Cannot find package 'open'"); }, () => ({ default: () => Promise.reject(new Error("no display")) })]) {
      vi.doMock("open", module);
      const said: string[] = [];
      await showAddress(new URL("https://login.example.com/a"), { open: undefined, say: (text) => said.push(text), log });
      expect(said.join("")).toMatch(/^Interactive login required\.[^]*https:\/\/login\.example\.com\/a\n/);
    }
  });

  test("is printed when the caller's function fails and there is a terminal", async () => {
    const said: string[] = [];
    await showAddress(new URL("https://login.example.com/a"), { open: () => Promise.reject(new Error("no display")), say: (text) => said.push(text), log });
    expect(said.join("")).toContain("https://login.example.com/a");
  });
});

describe("a function that is to open the address", () => {
  test("and fails, where there is no terminal, ends the login at once", async () => {
    const site = await siteOf();
    const error = await failure(personOf(site).login({ open: (address) => { throw new Error(address); } }), AuthenticationError);
    expect(error).toMatchObject({ code: "INTERACTION_REQUIRED", cause: { name: "Error" } });
  });

  test("and never comes back does not hold up the login", async () => {
    const site = await siteOf();
    const { open } = browser();
    await personOf(site).login({ open: (address) => { open(address); return new Promise(() => undefined); } });
    expect(countAt(site, "RedeemCode")).toBe(1);
  });

  test("and fails after the callback has come does no harm", async () => {
    const site = await siteOf();
    const { open, pages } = browser();
    const late = async (address: string): Promise<void> => {
      open(address);
      await pages[0];
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error("too late");
    };
    await personOf(site).login({ open: late });
  });
});

test("two clients that log in at once do not stand in each other's way", async () => {
  const site = await siteOf();
  const people = [browser(), browser()];
  await Promise.all(people.map(({ open }) => personOf(site).login({ open })));
  expect(countAt(site, "RedeemCode")).toBe(2);
});
