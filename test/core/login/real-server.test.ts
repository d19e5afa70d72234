/** Against oidc-provider, which knows nothing of keylight. */
import { describe, expect, test } from "vitest";
import { codeLogin } from "../../../src/core/login/code-login.ts";
import { deviceLogin, type DevicePrompt } from "../../../src/core/login/device-login.ts";
import { createLog } from "../../../src/core/log.ts";
import type { OAuthProvider } from "../../../src/core/login/provider.ts";
import { AuthenticationError } from "../../../src/errors/index.ts";
import { transportName } from "../../support/transport.ts";
import { Browser, clientId, peerOf, type Peer } from "./peer.ts";
import { oauthOf, rejection, scopeOf } from "./support.ts";

const log = createLog(undefined, "off", "logLevel");

/** The endpoints as a service may know them by heart. */
const fixed = (peer: Peer): OAuthProvider["endpoints"] => ({
  authorization: new URL("/authorize", peer.issuer),
  token: new URL("/oauth/token", peer.issuer),
  deviceAuthorization: new URL("/device/auth", peer.issuer),
});

/** Discovery compares the issuer letter by letter, and oidc-provider's ends in the slash that it was given. */
describe.each([
  ["that are discovered", (): OAuthProvider["endpoints"] => ({ discover: "oidc" })],
  ["that are known", fixed],
])(`a login over ${transportName} at a real authorization server, at addresses %s,`, (_name, endpointsOf) => {
  test("brings tokens, and refresh tokens that are rotated bring more", async () => {
    const peer = await peerOf();
    const oauth = oauthOf({ issuer: peer.issuer, endpoints: endpointsOf(peer) });
    const browser = new Browser();
    let page: Promise<{ text: string }> | undefined;
    const open = (address: string): void => {
      page = browser.visit(address).then((first) => browser.agree(first));
    };
    const session = await codeLogin(oauth, { ports: [0], path: "/callback", open, log }, scopeOf());
    expect((await page)?.text).toContain("You can close this window");
    expect(Date.parse(session.expiresAt ?? "") - Date.parse(session.obtainedAt)).toBe(3_540_000);
    const refreshed = await oauth.refresh(session.refreshToken ?? "", scopeOf());
    expect(refreshed?.token).not.toBe(session.token);
    expect(refreshed?.refreshToken).not.toBe(session.refreshToken);
    // The old one is used up, and using it again ends the whole family.
    expect(await oauth.refresh(session.refreshToken ?? "", scopeOf())).toBeUndefined();
    expect(await oauth.refresh(refreshed?.refreshToken ?? "", scopeOf())).toBeUndefined();
    expect(peer.requests.filter((request) => request.includes("/oauth/token"))).toEqual([
      "POST /oauth/token authorization_code",
      "POST /oauth/token refresh_token",
      "POST /oauth/token refresh_token",
      "POST /oauth/token refresh_token",
    ]);
  });

  test("that the person cancels fails with what the server says", async () => {
    const peer = await peerOf();
    const oauth = oauthOf({ issuer: peer.issuer, endpoints: endpointsOf(peer) });
    const browser = new Browser();
    const open = (address: string): void => void browser.visit(address).then((page) => browser.cancel(page));
    const error = await rejection(codeLogin(oauth, { ports: [0], path: "/callback", open, log }, scopeOf()));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: "LOGIN_FAILED", serviceCode: "access_denied", retryable: false });
  });
});

test("a login with a device code brings tokens once the person has entered it", { timeout: 30_000 }, async () => {
  const peer = await peerOf();
  const oauth = oauthOf({ issuer: peer.issuer });
  const prompts: DevicePrompt[] = [];
  const scope = scopeOf(25_000);
  const session = await deviceLogin(
    oauth,
    {
      async show(prompt) {
        prompts.push(prompt);
        const browser = new Browser();
        const form = await browser.visit(prompt.verificationUri);
        await browser.agree(await browser.submit(await browser.submit(form, { user_code: prompt.userCode })));
      },
    },
    scope,
  );
  expect(prompts).toEqual([
    {
      userCode: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/) as string,
      verificationUri: new URL("/device", peer.issuer).href,
      verificationUriComplete: expect.stringContaining("user_code=") as string,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    },
  ]);
  expect(session.token.length).toBeGreaterThan(20);
  expect(await oauth.refresh(session.refreshToken ?? "", scopeOf())).toMatchObject({ token: expect.any(String) as string });
});

test("dynamic registration makes a client that can log in", async () => {
  const peer = await peerOf();
  const metadata = { application_type: "native", token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], redirect_uris: ["http://127.0.0.1/callback"] };
  const response = await fetch(new URL("/reg", peer.issuer), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(metadata) });
  const { client_id: registered } = (await response.json()) as { client_id: string };
  expect(registered).not.toBe(clientId);
  const browser = new Browser();
  const open = (address: string): void => void browser.visit(address).then((page) => browser.agree(page));
  const session = await codeLogin(oauthOf({ issuer: peer.issuer, clientId: registered }), { ports: [0], path: "/callback", open, log }, scopeOf());
  expect(session.refreshToken).toBeTypeOf("string");
});

test("a client that the server does not know gets no code, and no callback comes", async () => {
  const peer = await peerOf();
  const browser = new Browser();
  let page: Promise<{ status: number }> | undefined;
  const open = (address: string): void => {
    page = browser.visit(address);
  };
  const scope = scopeOf(700);
  await rejection(codeLogin(oauthOf({ issuer: peer.issuer, clientId: "somebody-else" }), { ports: [0], path: "/callback", open, log }, scope));
  expect((await page)?.status).toBe(400);
});
