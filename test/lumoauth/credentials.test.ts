import { describe, expect, test } from "vitest";
import { AuthenticationError, ConfigurationError, Secret } from "keylight";
import { LumoAuthClient, type LumoAuthOptions } from "keylight/lumoauth";
import { canary } from "../oracle/oracle.ts";
import { answering, bareServer, clientAt, clientOf, credentialOf, defined, expectHidden, failure, key, page, thrown, unauthorized, user, wrong } from "./support.ts";

const other = canary("lmk_another-key-of-the-tenant");
const token = canary("eyJhbGciOiJSUzI1NiJ9.access-token");

describe("exactly one credential header", () => {
  test.each<[string, LumoAuthOptions, [string, string]]>([
    ["a key as Bearer, by default", { apiKey: key }, ["authorization", `Bearer ${key}`]],
    ["a key as Bearer, when asked for", { apiKey: key, header: "authorization" }, ["authorization", `Bearer ${key}`]],
    ["a key as X-API-Key, when asked for", { apiKey: key, header: "x-api-key" }, ["x-api-key", key]],
    ["a key of a function", { apiKey: async () => new Secret(`\n${key}\n`), header: "x-api-key" }, ["x-api-key", key]],
    ["a key that no prefix tells", { apiKey: canary("a-key-of-an-older-server") }, ["authorization", "Bearer a-key-of-an-older-server"]],
    ["an access token as Bearer", { accessToken: token }, ["authorization", `Bearer ${token}`]],
    ["the environment's key", { env: { LUMOAUTH_API_KEY: ` ${key}\n` } }, ["authorization", `Bearer ${key}`]],
    ["the environment's key in the header that the option names", { env: { LUMOAUTH_API_KEY: key }, header: "x-api-key" }, ["x-api-key", key]],
    ["the option's key before the environment's", { apiKey: other, env: { LUMOAUTH_API_KEY: key } }, ["authorization", `Bearer ${other}`]],
    ["an access token before the environment's key", { accessToken: token, env: { LUMOAUTH_API_KEY: key } }, ["authorization", `Bearer ${token}`]],
  ])("%s", async (_, options, expected) => {
    const { url, visits } = await bareServer(() => page([user]));
    await clientOf({ baseUrl: url, tenant: "acme", ...options }).users.list().toArray();
    expect(visits.map(credentialOf)).toEqual([[expected]]);
  });

  test("a caller's own headers go along, but none of them is a credential", async () => {
    const { client, visits } = await answering(page([]), { headers: { "X-Team": "web" } });
    await client.users.list({}, { headers: { "x-trace": "1" } }).toArray();
    expect(defined(visits[0]).rawHeaders.join("\n")).toMatch(/x-team\nweb[^]*x-trace\n1/i);
    for (const name of ["Authorization", "X-API-KEY", "cookie", "Host"]) {
      thrown(ConfigurationError, () => clientOf({ tenant: "acme", headers: { [name]: "x" } }));
      const error = await failure(client.users.get(1, { headers: { [name]: "x" } }), ConfigurationError);
      expect(error.message).toContain(name.toLowerCase());
    }
    expect(visits).toHaveLength(1);
  });
});

describe("what cannot be a credential is refused before anything is sent, without showing it", () => {
  const bad = canary("lmk_with a space and more");
  test.each<[string, LumoAuthOptions, string]>([
    ["two of them", { apiKey: key, accessToken: token }, "apiKey and accessToken exclude each other"],
    ["a key with a login", { apiKey: key, login: { clientId: "app_1" } }, "apiKey and login exclude each other"],
    ["a token with a login", { accessToken: token, login: { clientId: "app_1" } }, "accessToken and login exclude each other"],
    ["an access token in X-API-Key", { accessToken: token, header: "x-api-key" }, "header is for the API key"],
    ["a login in X-API-Key", { login: { clientId: "app_1" }, header: "x-api-key" }, "header is for the API key"],
    ["another header", wrong({ apiKey: key, header: "apikey" }), "header must be"],
    ["white space inside", { apiKey: bad }, "apiKey holds white space"],
    ["the legacy scheme", { apiKey: `ApiKey ${key}` }, "apiKey holds white space"],
    ["Bearer before it", { apiKey: `Bearer ${key}` }, 'apiKey begins with "Bearer "'],
    ["nothing", { apiKey: "" }, "apiKey is empty"],
    ["a number", wrong({ apiKey: 12345 }), "apiKey must be a string or a Secret"],
    ["null", wrong({ apiKey: null, env: { LUMOAUTH_API_KEY: key } }), "apiKey is empty"],
    ["the text undefined", { accessToken: "undefined" }, "accessToken is the text"],
    ["a bad one in the environment", { env: { LUMOAUTH_API_KEY: bad } }, "LUMOAUTH_API_KEY holds white space"],
    ["a login without a client", wrong({ login: {} }), "login.clientId"],
    ["a login with scopes in one text", wrong({ login: { clientId: "app_1", scopes: "openid admin" } }), "login.scopes"],
    ["a login with two scopes in one", { login: { clientId: "app_1", scopes: ["openid admin"] } }, "login.scopes"],
  ])("%s", (_, options, message) => {
    const error = thrown(ConfigurationError, () => new LumoAuthClient({ tenant: "acme", env: {}, ...options }));
    expect(error.message).toContain(message);
    expectHidden(error, [key, token, bad]);
  });

  test("from a function, at the call", async () => {
    const { url, visits } = await bareServer(() => page([]));
    const error = await failure(clientOf({ baseUrl: url, tenant: "acme", apiKey: () => bad }).users.get(1), ConfigurationError);
    expect(error.message).toContain("apiKey holds white space");
    expect(visits).toEqual([]);
  });
});

describe("no credential", () => {
  test("is told at the first call that needs one, with what would do", async () => {
    const { url, visits } = await bareServer(() => page([]));
    const client = clientOf({ baseUrl: url, tenant: "acme", env: { LUMOAUTH_API_KEY: " \n" } });
    const error = await failure(client.users.list().toArray(), ConfigurationError);
    expect(`${error.message} ${String(error.hint)}`).toMatch(/no credential.*LUMOAUTH_API_KEY.*apiKey.*accessToken/);
    expect(visits).toEqual([]);
  });

  test("is all that variables of other programs give: only our own are read", async () => {
    const client = clientOf({ tenant: "acme", env: { LUMO_API_KEY: key, LUMOAUTH_SECRET_KEY: key, LC_API_KEY: key } });
    await failure(client.users.get(1), ConfigurationError);
  });
});

describe("a static credential that is rejected", () => {
  test.each<[string, LumoAuthOptions, string, string]>([
    ["a key", { apiKey: key }, "KEY_REJECTED", 'header: "x-api-key"'],
    ["a key in the other header", { apiKey: key, header: "x-api-key" }, "KEY_REJECTED", "not rotated, revoked or deleted"],
    ["an access token", { accessToken: token }, "SESSION_EXPIRED", "Get a new one"],
  ])("costs one request, and says what to do: %s", async (_, options, code, hint) => {
    const bare = await bareServer(() => unauthorized);
    const client = clientAt(bare, options);
    for (const call of [() => client.users.get("a@b.example"), () => client.users.create({ email: "a@b.example" })]) {
      bare.visits.length = 0;
      const error = await failure(call(), AuthenticationError);
      expect(error).toMatchObject({ code, status: 401, serviceCode: "invalid_token", mayHaveExecuted: false, retryable: false });
      expect(error.hint).toContain(hint);
      expect(bare.visits).toHaveLength(1);
    }
  });

  test("the hint on the other header is for those who use this one", async () => {
    const { client } = await answering(unauthorized, { header: "x-api-key" });
    expect((await failure(client.users.get(1), AuthenticationError)).hint).not.toContain("x-api-key");
  });
});
