import { describe, expect, test } from "vitest";
import { ConfigurationError, Secret, type ClientOptions } from "keylight";
import { adminOf, clientOf, expectHidden, fakeLumar, lastAt, thrown } from "./support.ts";

const document = "query Own($id: ObjectID!) { node(id: $id) { id } }";
const secret = "canary-secret-7f3a";
const apiKey = "lmr_sa_12_canary";

describe("explain", () => {
  test("sends nothing and logs in nowhere", () => {
    const fake = fakeLumar();
    adminOf(fake).explain(document, { id: "x" });
    expect(fake.requests).toHaveLength(0);
  });

  test("asks no function for its credential", () => {
    let asked = 0;
    clientOf({ apiKey: () => ((asked += 1), apiKey) }).explain(document);
    expect(asked).toBe(0);
  });

  test("shows the request: URL, method, name, kind, headers, body", () => {
    const client = clientOf({ apiKey, clientName: "tool", clientVersion: "1.2", headers: { "X-Team": "blue" } });
    const shown = client.explain(document, { id: "x" });
    expect(shown).toMatchObject({ method: "POST", url: "https://api.lumar.io/graphql", operationName: "Own", kind: "query" });
    expect(JSON.parse(shown.body)).toEqual({ query: document, variables: { id: "x" }, operationName: "Own" });
    expect(shown.headers).toMatchObject({
      "content-type": "application/json",
      "apollographql-client-name": "tool",
      "apollographql-client-version": "1.2",
      "x-team": "blue",
      "x-api-key": "[redacted]",
    });
  });

  test("shows what a request sends indeed", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { headers: { "x-team": "blue" } });
    const shown = client.explain(document, { id: fake.account.id });
    await client.request(document, { id: fake.account.id });
    const { headers, variables } = lastAt(fake);
    for (const [name, value] of Object.entries(shown.headers)) {
      if (name === "x-auth-token") expect(headers[name]).toMatch(/^[0-9a-f]{128}$/);
      else expect(headers[name]).toBe(value);
    }
    expect(JSON.parse(shown.body)).toMatchObject({ variables });
  });

  test.each<[string, ClientOptions, string | undefined, string | undefined]>([
    ["an option apiKey", { apiKey }, "option apiKey", "x-api-key"],
    ["an option sessionToken", { sessionToken: secret }, "option sessionToken", "x-auth-token"],
    ["an option userKey", { userKey: { id: 1, secret } }, "option userKey", "x-auth-token"],
    ["both of these", { userKey: { id: 1, secret }, sessionToken: secret }, "option sessionToken, then option userKey", "x-auth-token"],
    ["LC_API_KEY", { env: { LC_API_KEY: apiKey } }, "LC_API_KEY", "x-api-key"],
    ["LC_SESSION_TOKEN", { env: { LC_SESSION_TOKEN: secret } }, "LC_SESSION_TOKEN", "x-auth-token"],
    ["a user key", { env: { LC_USER_KEY_ID: "1", LC_USER_KEY_SECRET: secret } }, "LC_USER_KEY_ID + LC_USER_KEY_SECRET", "x-auth-token"],
    ["the vendor's", { env: { LUMAR_USER_KEY_ID: "1", LUMAR_SECRET: secret } }, "LUMAR_USER_KEY_ID + LUMAR_SECRET", "x-auth-token"],
    ["nothing", {}, undefined, undefined],
  ])("says where the credential came from: %s", (_, options, source, header) => {
    const shown = clientOf(options).explain(document, { id: "x" });
    expect(shown.credential?.source).toBe(source);
    expect(shown.credential?.header).toBe(header);
    expect(Object.entries(shown.headers).filter(([, value]) => value === "[redacted]").map(([name]) => name)).toEqual(header === undefined ? [] : [header]);
  });

  test.each<ClientOptions>([{ apiKey }, { sessionToken: secret }, { userKey: { id: 1, secret } }, { env: { LC_API_KEY: apiKey } }])(
    "shows no secret: %j",
    (options) => {
      const shown = clientOf(options).explain(document, { id: new Secret("canary-variable") });
      expectHidden(shown, [secret, apiKey, "canary-variable"]);
      expect(shown.body).toContain("[redacted]");
    },
  );

  test("gives a command for curl that takes the credential from a variable", () => {
    const { curl } = clientOf({ apiKey }).explain("query Own($n: String) { node(id: $n) { id } }", { n: "it's" });
    expect(curl).toMatch(/^curl -X POST 'https:\/\/api\.lumar\.io\/graphql'/);
    expect(curl).toContain('-H "x-api-key: $LC_API_KEY"');
    expect(curl).toContain("it'\\''s");
    expect(clientOf({ sessionToken: secret }).explain(document).curl).toContain('"x-auth-token: $LC_SESSION_TOKEN"');
    expect(clientOf().explain("{ version }").curl).not.toContain("$");
  });

  test("refuses what request refuses", () => {
    const client = clientOf();
    thrown(ConfigurationError, () => client.explain("query {"));
    thrown(ConfigurationError, () => client.explain("query A { version } query B { version }"));
  });
});
