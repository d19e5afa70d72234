import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { getResponse } from "msw";
import { setupServer } from "msw/node";
import * as oauth from "oauth4webapi";
import { afterEach, describe, expect, test } from "vitest";
import { createFakeLuminary, type FakeLuminary } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { api, authorization, createPkce, login, redirectUri, withKey, withToken } from "./fake-luminary-support.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

type PeerInit = oauth.CustomFetchOptions<string, unknown>;

/** Logs in through somebody else's OAuth client, up to tokens that it has checked. */
async function logInAsPeer(fake: FakeLuminary, origin: string, send: (url: string, init: RequestInit) => Promise<Response>) {
  // It sends nothing without TLS, so it believes that there is some.
  const secure = origin.replace(/^http:/, "https:");
  const server: oauth.AuthorizationServer = { issuer: `${origin}/`, token_endpoint: `${secure}/oauth/token` };
  const client: oauth.Client = { client_id: fake.auth.clientId };
  const options = { [oauth.customFetch]: (url: string, init: PeerInit) => send(url.replace(secure, origin), init as RequestInit) };
  const { verifier, challenge } = createPkce();
  const nonce = oauth.generateRandomNonce();
  const query = new URLSearchParams({ ...authorization(fake, challenge), nonce });
  const sent = await send(`${origin}/authorize?${query.toString()}`, { redirect: "manual" });
  const callback = oauth.validateAuthResponse(server, client, new URL(sent.headers.get("location") ?? ""), "state-of-the-request");
  const answer = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), callback, redirectUri, verifier, options);
  const first = await oauth.processAuthorizationCodeResponse(server, client, answer, { expectedNonce: nonce });
  const again = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), first.refresh_token ?? "", options);
  return { first, second: await oauth.processRefreshTokenResponse(server, client, again) };
}

describe("an OAuth client that is not ours", () => {
  test("finds in login and renewal all that the standards ask for", async () => {
    const fake = createFakeLuminary();
    const { first, second } = await logInAsPeer(fake, login, (url, init) => fake.handle(new Request(url, init)));
    expect(oauth.getValidatedIdTokenClaims(first)).toMatchObject({ iss: `${login}/`, email: "user@example.com" });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await fake.handle(new Request(`${api}/rest/v0/pipelines`, { headers: withToken(second.access_token) }))).status).toBe(200);
  });

  test("reads a refusal as the standard's error", async () => {
    const fake = createFakeLuminary();
    const server: oauth.AuthorizationServer = { issuer: `${login}/`, token_endpoint: `${login}/oauth/token` };
    const client = { client_id: fake.auth.clientId };
    const send = (url: string, init: PeerInit) => fake.handle(new Request(url, init as RequestInit));
    const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), "made-up", { [oauth.customFetch]: send });
    await expect(oauth.processRefreshTokenResponse(server, client, answer)).rejects.toMatchObject({ error: "invalid_grant", status: 403 });
  });
});

describe("a listening fake", () => {
  async function listening() {
    const fake = createFakeLuminary();
    canary(fake.apiKey);
    const server = await fake.listen();
    closers.push(server.close);
    return { fake, url: server.url };
  }

  test("is API and identity provider on one port of 127.0.0.1", async () => {
    const { fake, url } = await listening();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/rest/v0/pipelines`, { headers: withKey(fake.apiKey) })).status).toBe(200);
    const { first, second } = await logInAsPeer(fake, url, (address, init) => fetch(address, init));
    expect(oauth.getValidatedIdTokenClaims(first)?.iss).toBe(`${url}/`);
    const answer = await fetch(`${url}/rest/v0/pipelines`, { headers: withToken(second.access_token) });
    expect(await answer.json()).toMatchObject({ data: [fake.pipeline] });
  });

  test("answers 404 elsewhere and does not record it", async () => {
    const { fake, url } = await listening();
    for (const path of ["/", "/favicon.ico", "/rest/v1/pipelines", "/oauth/device/code", "/authorize/more"]) expect((await fetch(`${url}${path}`)).status).toBe(404);
    expect(fake.requests).toHaveLength(0);
  });

  test("cuts bodies and connections for real", async () => {
    const { fake, url } = await listening();
    fake.failNext([{ drop: "body" }, { drop: "before" }]);
    const cut = await fetch(`${url}/rest/v0/pipelines`, { headers: withKey(fake.apiKey) });
    await expect(cut.text()).rejects.toThrow(TypeError);
    await expect(fetch(`${url}/rest/v0/pipelines`, { headers: withKey(fake.apiKey) })).rejects.toThrow(TypeError);
  });
});

describe("the handlers", () => {
  const statusAt = async (fake: FakeLuminary, url: string) => (await getResponse(fake.handlers, new Request(url, { headers: withKey(fake.apiKey) })))?.status;

  test("carry a whole login and a call", async () => {
    const fake = createFakeLuminary();
    const server = setupServer(...fake.handlers);
    server.listen({ onUnhandledRequest: "error" });
    closers.push(async () => { server.close(); });
    const { second } = await logInAsPeer(fake, login, (url, init) => fetch(url, init));
    expect((await fetch(`${api}/rest/v0/pipelines?a=b`, { headers: withToken(second.access_token) })).status).toBe(200);
  });

  test("answer on both domains, and nowhere else", async () => {
    const fake = createFakeLuminary();
    expect(await statusAt(fake, `${api}/rest/v0/pipelines?a=b`)).toBe(200);
    expect(await statusAt(fake, `${login}/authorize`)).toBe(400);
    for (const origin of ["https://elsewhere.example", `${api}:8443`, "http://apis.luminarycloud.com"]) expect(await statusAt(fake, `${origin}/rest/v0/pipelines`)).toBeUndefined();
  });

  test("answer on other domains where such are given, with ports, and without TLS on this machine", async () => {
    const fake = createFakeLuminary({ domain: "itar.example:8443", authDomain: "127.0.0.1:9" });
    expect(await statusAt(fake, "https://itar.example:8443/rest/v0/pipelines")).toBe(200);
    expect(await statusAt(fake, "http://127.0.0.1:9/authorize")).toBe(400);
    for (const origin of [api, "https://itar.example", "https://127.0.0.1:9"]) expect(await statusAt(fake, `${origin}/rest/v0/pipelines`)).toBeUndefined();
  });

  test("are the same ones each time, one for each origin", () => {
    const fake = createFakeLuminary();
    expect(fake.handlers).toBe(fake.handlers);
    expect(fake.handlers).toHaveLength(2);
    expect(createFakeLuminary({ domain: "a.example", authDomain: "a.example" }).handlers).toHaveLength(1);
  });
});

test("handle needs nothing that only Node has", async () => {
  const entry = new URL("../../src/testing/luminary/fake.ts", import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, platform: "browser", format: "iife", globalName: "bundle", external: ["node:*"], logLevel: "silent" });
  const web = { AbortController, Headers, ReadableStream, Request, Response, TextEncoder, URL, URLSearchParams, atob, btoa, clearTimeout, crypto, setTimeout };
  const context: Record<string, unknown> = createContext(web);
  runInContext(outputFiles[0]?.text ?? "", context);
  const fake: FakeLuminary = runInContext("bundle.createFakeLuminary()", context);
  expect(runInContext("typeof process + typeof require + typeof Buffer", context)).toBe("undefinedundefinedundefined");
  const { second } = await logInAsPeer(fake, login, (url, init) => fake.handle(new Request(url, init)));
  expect((await fake.handle(new Request(`${api}/rest/v0/pipelines`, { headers: withToken(second.access_token) }))).status).toBe(200);
});
