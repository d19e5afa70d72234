import { describe, expect, test } from "vitest";
import { KeylightError } from "../../../src/errors/index.ts";
import { transportName } from "../../support/transport.ts";
import { canary } from "../../oracle/oracle.ts";
import { endpointsOf, scriptedServer, type Scripted } from "./scripted.ts";
import { oauthOf, rejection, scopeOf } from "./support.ts";

const refreshToken = canary("a-refresh-token-that-nobody-may-see");
const token = canary("an-access-token-that-nobody-may-see");
const good = { access_token: token, token_type: "Bearer", expires_in: 3600 };

async function refresh(answer: Scripted) {
  const server = await scriptedServer(() => answer);
  const oauth = oauthOf({ issuer: server.issuer, endpoints: endpointsOf(server) });
  return { server, outcome: oauth.refresh(refreshToken, scopeOf()) };
}

describe(`a token endpoint over ${transportName}`, () => {
  test("gets a form with what is needed and no more, and no credential header", async () => {
    const { server, outcome } = await refresh({ body: good });
    await outcome;
    const [asked] = server.asked;
    expect(asked?.method).toBe("POST");
    expect(asked?.headers["content-type"]).toContain("application/x-www-form-urlencoded");
    expect(asked?.headers).not.toHaveProperty("authorization");
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({ client_id: "keylight-test-client", grant_type: "refresh_token", refresh_token: refreshToken });
  });

  test.each<[string, object, number | undefined]>([
    ["expires_in, less a minute", { expires_in: 3600 }, 3_540_000],
    ["half of a short one", { expires_in: 60 }, 30_000],
    ["expires_in as text", { expires_in: "7200" }, 7_140_000],
    ["the token's own exp, where there is no expires_in", { access_token: jwt({ iat: 1_000, exp: 4_600 }), expires_in: undefined }, 3_540_000],
    ["nothing, where neither tells", { expires_in: undefined }, undefined],
    ["nothing for a token that only looks like a JWT", { access_token: "a.!!.c", expires_in: undefined }, undefined],
    ["nothing for one whose claims are no JSON", { access_token: "a.aaaaa.c", expires_in: undefined }, undefined],
    ["nothing for a lifetime of 0", { expires_in: 0 }, undefined],
    ["a century for one that is longer than any", { expires_in: 1e300 }, 100 * 365 * 86_400_000 - 60_000],
  ])("tells how long a token lives: %s", async (_name, change, lifetime) => {
    const before = Date.now();
    const { outcome } = await refresh({ body: { ...good, ...change } });
    const { obtainedAt, expiresAt } = (await outcome) ?? { obtainedAt: "" };
    expect(Date.parse(obtainedAt)).toBeGreaterThanOrEqual(before);
    expect(expiresAt === undefined ? undefined : Date.parse(expiresAt) - Date.parse(obtainedAt)).toBe(lifetime);
  });

  test("may give a new refresh token; without one the old one stays", async () => {
    const next = canary("the-next-refresh-token-of-this-login");
    expect(await (await refresh({ body: { ...good, refresh_token: next } })).outcome).toMatchObject({ refreshToken: next });
    expect(await (await refresh({ body: good })).outcome).toMatchObject({ refreshToken });
  });

  test("may say whatever it likes in an identity token: nobody asked for it", async () => {
    expect(await (await refresh({ body: { ...good, id_token: jwt({ iss: "https://somebody.example" }) } })).outcome).toMatchObject({ token });
  });

  test("says invalid_grant, with any status it likes: the token is no good", async () => {
    for (const status of [400, 401, 403]) {
      const headers = { "www-authenticate": 'Bearer error="invalid_token"' };
      expect(await (await refresh({ status, headers, body: { error: "invalid_grant", error_description: "x" } })).outcome).toBeUndefined();
    }
  });

  test.each<[string, Scripted, object]>([
    ["429", { status: 429, headers: { "retry-after": "7" }, body: { error: "too_many_requests" } }, { code: "RATE_LIMITED", retryable: true, retryAfterMs: 7_000 }],
    ["500", { status: 500, body: { error: "invalid_grant" } }, { retryable: true, status: 500 }],
    ["503 with a web page", { status: 503, body: "<h1>maintenance</h1>" }, { retryable: true, status: 503 }],
    ["a broken connection", { drop: true }, { code: "NETWORK_ERROR", retryable: true }],
    ["temporarily_unavailable", { status: 400, body: { error: "temporarily_unavailable" } }, { retryable: true, serviceCode: "temporarily_unavailable" }],
    ["invalid_client", { status: 401, body: { error: "invalid_client", error_description: `what is ${refreshToken}?` } }, { code: "LOGIN_FAILED", retryable: false, serviceCode: "invalid_client", message: "the authorization server said invalid_client: what is [redacted]?" }],
    ["an error code that holds a secret", { status: 400, body: { error: refreshToken } }, { code: "LOGIN_FAILED", serviceCode: "[redacted]" }],
    ["200 with a web page", { body: `<h1>${refreshToken}</h1>` }, { code: "BAD_RESPONSE", status: 200 }],
    ["404 with a web page", { status: 404, body: "<h1>nothing here</h1>" }, { code: "BAD_RESPONSE", status: 404 }],
    ["JSON that is cut", { body: '{"access_token":"', headers: { "content-type": "application/json" } }, { code: "BAD_RESPONSE" }],
    ["a list", { body: [good] }, { code: "BAD_RESPONSE" }],
    ["no token", { body: { token_type: "Bearer" } }, { code: "BAD_RESPONSE" }],
    ["a token of another type", { body: { ...good, token_type: "DPoP" } }, { code: "BAD_RESPONSE" }],
    ["a type that nobody knows", { body: { ...good, token_type: "magic" } }, { code: "BAD_RESPONSE" }],
    ["a token that no header can carry", { body: { ...good, access_token: "line\nbreak" } }, { code: "BAD_RESPONSE" }],
    ["a refresh token that cannot be kept", { body: { ...good, refresh_token: "x".repeat(5_000) } }, { code: "BAD_RESPONSE" }],
    ["more than 1 MiB", { body: { ...good, more: "x".repeat(1_100_000) } }, { code: "BAD_RESPONSE" }],
  ])("says %s, which is told without a secret", async (_name, answer, expected) => {
    const { outcome, server } = await refresh(answer);
    const error = await rejection(outcome);
    expect(error).toBeInstanceOf(KeylightError);
    expect(error).toMatchObject(expected);
    expect(server.asked).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])("redirects with %i to another host: that one sees no request", async (status) => {
    const other = await scriptedServer(() => ({ body: good }));
    const { outcome } = await refresh({ status, headers: { location: new URL("/token", other.issuer).href } });
    expect(await rejection(outcome)).toMatchObject({ code: "UNEXPECTED_REDIRECT" });
    expect(other.asked).toEqual([]);
  });

  test("that does not answer is left when the scope ends", async () => {
    const server = await scriptedServer(() => ({ delay: 5_000, body: good }));
    const scope = scopeOf(200);
    const error = await rejection(oauthOf({ issuer: server.issuer, endpoints: endpointsOf(server) }).refresh(refreshToken, scope));
    expect(error).toMatchObject({ end: { cause: "timeout" } });
  });
});

describe("discovery", () => {
  const metadata = (issuer: URL, change = {}): object => ({ issuer: issuer.href, authorization_endpoint: new URL("/a", issuer).href, token_endpoint: new URL("/t", issuer).href, ...change });

  test.each([["oidc", "/.well-known/openid-configuration"], ["oauth2", "/.well-known/oauth-authorization-server"]] as const)("by %s looks at %s, once", async (discover, path) => {
    const server = await scriptedServer((asked, _before, issuer) => ({ body: asked.path === path ? metadata(issuer) : good }));
    const oauth = oauthOf({ issuer: server.issuer, endpoints: { discover } });
    for (let count = 0; count < 2; count += 1) await oauth.refresh(refreshToken, scopeOf());
    expect(server.asked.map(({ method, path: asked }) => `${method} ${asked}`)).toEqual([`GET ${path}`, "POST /t", "POST /t"]);
  });

  test("that tells of no device authorization endpoint leads to no code", async () => {
    const server = await scriptedServer((_asked, _before, issuer) => ({ body: metadata(issuer) }));
    expect(await rejection(oauthOf({ issuer: server.issuer }).deviceCode(scopeOf()))).toMatchObject({ code: "BAD_RESPONSE" });
  });

  test("that fails is tried again the next time", async () => {
    const server = await scriptedServer(({ method }, before, issuer) => (before === 0 ? { status: 503 } : { body: method === "GET" ? metadata(issuer) : good }));
    const oauth = oauthOf({ issuer: server.issuer });
    expect(await rejection(oauth.refresh(refreshToken, scopeOf()))).toMatchObject({ retryable: true });
    expect(await oauth.refresh(refreshToken, scopeOf())).toMatchObject({ token });
  });

  test.each<[string, object]>([
    ["another issuer", { issuer: "https://somebody.example/" }],
    ["a token endpoint on plain http elsewhere", { token_endpoint: "http://somebody.example/token" }],
    ["a token endpoint that is a file", { token_endpoint: "file:///token" }],
    ["an authorization endpoint that is a script", { authorization_endpoint: "javascript:alert(1)" }],
    ["an authorization endpoint that is a file", { authorization_endpoint: "file:///etc/passwd" }],
    ["no authorization endpoint", { authorization_endpoint: undefined }],
  ])("that tells of %s leads to no login", async (_name, change) => {
    const server = await scriptedServer((_asked, _before, issuer) => ({ body: metadata(issuer, change) }));
    expect(await rejection(oauthOf({ issuer: server.issuer }).authorizationRequest(scopeOf()))).toBeInstanceOf(KeylightError);
    expect(server.asked).toHaveLength(1);
  });
});

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.c2ln`;
}
