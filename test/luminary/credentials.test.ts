import { describe, expect, test } from "vitest";
import { AuthenticationError, ConfigurationError, Secret } from "keylight";
import { getDefaultClient, LuminaryClient, setDefaultClient, withClient, type LuminaryOptions } from "keylight/luminary";
import { canary, storableCanary } from "../oracle/oracle.ts";
import { clientOf, countAt, failure, lastAt, siteOf, thrown, wrong, type Site } from "./support.ts";

/** The credential headers of the last request. */
function sentTo(site: Site): Record<string, string | undefined> {
  const { headers } = lastAt(site);
  return Object.fromEntries(["x-api-key", "authorization", "cookie", "x-auth-token"].filter((name) => name in headers).map((name) => [name, headers[name]]));
}

describe("exactly one credential header goes out:", () => {
  test("x-api-key for a key", async () => {
    const site = await siteOf();
    for (const apiKey of [site.fake.apiKey, ` ${site.fake.apiKey}\n`, new Secret(site.fake.apiKey), () => site.fake.apiKey, () => Promise.resolve(new Secret(site.fake.apiKey))]) {
      await clientOf({ domain: site.domain, apiKey }).request("GET", "pipelines");
      expect(sentTo(site)).toEqual({ "x-api-key": site.fake.apiKey });
    }
  });

  test("Authorization: Bearer for an access token", async () => {
    const site = await siteOf();
    const accessToken = storableCanary(site.fake.logIn().accessToken);
    await clientOf({ domain: site.domain, accessToken }).request("GET", "pipelines");
    expect(sentTo(site)).toEqual({ authorization: `Bearer ${accessToken}` });
  });

  test("with the client's own version, and none of its user's headers lost", async () => {
    const site = await siteOf();
    await clientOf({ domain: site.domain, apiKey: site.fake.apiKey, headers: { "x-tenant": "a" } }).request("GET", "pipelines");
    expect(lastAt(site).headers).toMatchObject({ "x-client-version": expect.stringMatching(/^keylight-\d+\.\d+\.\d+/) as string, "x-tenant": "a" });
  });
});

describe("a credential that the server rejects", () => {
  test.each([
    ["revoked", (site: Site) => site.fake.apiKeys.revoke(site.fake.apiKeys.list()[0]?.id ?? "")],
    ["unknown", () => undefined],
  ])("is not tried again, and no login takes its place: a key that is %s", async (name, spoil) => {
    const site = await siteOf();
    spoil(site);
    const apiKey = name === "unknown" ? canary("a-key-that-nobody-knows") : site.fake.apiKey;
    const client = clientOf({ domain: site.domain, auth: site.auth, interactive: true, apiKey });
    const error = await failure(client.request("GET", "pipelines"), AuthenticationError);
    expect(error).toMatchObject({ code: "KEY_REJECTED", status: 401, retryable: false });
    expect(error.hint).toContain("https://app.luminarycloud.com/");
    expect(site.fake.requests).toHaveLength(1);
  });

  test("and came from a function is asked for once more: a rotated key costs one more request", async () => {
    const site = await siteOf();
    const created = site.fake.apiKeys.create({ name: "next" });
    const keys = [site.fake.apiKey, canary(created.key)];
    site.fake.apiKeys.revoke(site.fake.apiKeys.list().find(({ id }) => id !== created.id)?.id ?? "");
    await clientOf({ domain: site.domain, apiKey: () => keys.shift() ?? created.key }).request("GET", "pipelines");
    expect(site.fake.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  test("and is an access token is told so", async () => {
    const site = await siteOf();
    const { accessToken } = site.fake.logIn();
    site.fake.expireAccessTokens();
    const client = clientOf({ domain: site.domain, auth: site.auth, accessToken: storableCanary(accessToken) });
    expect(await failure(client.request("GET", "pipelines"), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED" });
    expect(countAt(site, "RefreshTokens")).toBe(0);
  });
});

describe("options and variables", () => {
  test("a key of the environment is used, its white space aside", async () => {
    const site = await siteOf();
    await clientOf({ env: { LC_DOMAIN: site.domain, LC_API_KEY: ` ${site.fake.apiKey}\n` } }).request("GET", "pipelines");
    expect(sentTo(site)).toEqual({ "x-api-key": site.fake.apiKey });
  });

  test("an option beats the environment wholly", async () => {
    const site = await siteOf();
    const accessToken = storableCanary(site.fake.logIn().accessToken);
    await clientOf({ domain: site.domain, accessToken, env: { LC_API_KEY: "another-key-of-the-environment" } }).request("GET", "pipelines");
    expect(sentTo(site)).toEqual({ authorization: `Bearer ${accessToken}` });
  });

  test("an empty variable counts as unset", async () => {
    const error = await failure(clientOf({ env: { LC_API_KEY: "", LC_DOMAIN: " " } }).request("GET", "pipelines"), AuthenticationError);
    expect(error).toMatchObject({ code: "INTERACTION_REQUIRED" });
  });

  test("what the environment says of logins does not trouble a client with a key", () => {
    const env = { LC_AUTH_DOMAIN: "https://login.example.com/no/host" };
    expect(() => clientOf({ apiKey: "a-key", env })).not.toThrow();
    expect(() => clientOf({ env })).toThrow(ConfigurationError);
  });

  test("apiKey and accessToken exclude each other", () => {
    expect(thrown(ConfigurationError, () => clientOf({ apiKey: "a-key", accessToken: "a-token" })).message).toBe("apiKey and accessToken exclude each other");
  });

  test.each<[string, LuminaryOptions]>([
    ["the option", { apiKey: "lmr_sa_17_abcdefghijklmnop" }],
    ["the variable", { env: { LC_API_KEY: "lmr_sa_17_abcdefghijklmnop" } }],
    ["a token", { accessToken: "lmr_sa_17_abcdefghijklmnop" }],
  ])("a key of Lumar is refused, before anything is sent, in %s", (_name, options) => {
    const error = thrown(ConfigurationError, () => clientOf(options));
    expect(error.message).toContain("Lumar");
    expect(error.hint).toContain("LC_API_KEY");
  });

  test("also one that a function gives", async () => {
    const site = await siteOf();
    await failure(clientOf({ domain: site.domain, apiKey: () => "lmr_sa_17_abcdefghijklmnop" }).request("GET", "pipelines"), ConfigurationError);
    expect(site.fake.requests).toEqual([]);
  });

  test.each([["a number", 7], ["an empty text", ""], ["a tuple, as the comma of the vendor's sample makes it in Python", ["a-key"]], ["a text with Bearer", "Bearer a-key"], ["undefined as text", "undefined"], ["a line break inside", "a\nb"], ["null", null]])(
    "a key that is malformed is refused loudly, and no browser takes its place: %s",
    (_name, apiKey) => {
      expect(() => clientOf({ apiKey: wrong<string>(apiKey), interactive: true })).toThrow(ConfigurationError);
    },
  );
});

describe("a key of the environment", () => {
  const key = "a-key-of-the-environment";

  test("does not go from one of the vendor's two environments to the other because an option names that one", () => {
    const error = thrown(ConfigurationError, () => clientOf({ domain: "apis-itar.luminarycloud.com", env: { LC_API_KEY: canary(key) } }));
    expect(error.message).toContain("LC_API_KEY");
    expect(error.hint).toContain("apiKey");
    // Said out loud, it may.
    expect(clientOf({ domain: "apis-itar.luminarycloud.com", apiKey: key, env: { LC_API_KEY: key } }).endpoint).toBe("https://apis-itar.luminarycloud.com/rest/v0/");
    expect(clientOf({ domain: "apis.luminarycloud.com", env: { LC_API_KEY: key } }).endpoint).toBe("https://apis.luminarycloud.com/rest/v0/");
  });

  test("goes to another host that an option names, such as a private installation's", () => {
    expect(clientOf({ domain: "lc.example.com", env: { LC_API_KEY: canary(key) } }).endpoint).toBe("https://lc.example.com/rest/v0/");
  });

  test("goes to a host that LC_DOMAIN names, with a warning where that is not the default one", () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    const logger = { error: say, warn: say, info: say, debug: say };
    clientOf({ env: { LC_API_KEY: canary(key), LC_DOMAIN: "apis-itar.luminarycloud.com" }, logger, logLevel: "warn" });
    expect(lines).toEqual([expect.stringContaining("LC_API_KEY goes to a host")]);
    clientOf({ env: { LC_API_KEY: key }, logger, logLevel: "warn" });
    expect(lines).toHaveLength(1);
  });
});

describe("the host", () => {
  test.each([
    [undefined, "https://apis.luminarycloud.com/rest/v0/", "https://app.luminarycloud.com/"],
    ["apis-itar.luminarycloud.com", "https://apis-itar.luminarycloud.com/rest/v0/", "https://app-itar.luminarycloud.com/"],
    ["lc.example.com:8443", "https://lc.example.com:8443/rest/v0/", "https://app.luminarycloud.com/"],
    ["https://lc.example.com", "https://lc.example.com/rest/v0/", "https://app.luminarycloud.com/"],
    ["127.0.0.1:8080", "http://127.0.0.1:8080/rest/v0/", "https://app.luminarycloud.com/"],
    ["http://localhost:8080/", "http://localhost:8080/rest/v0/", "https://app.luminarycloud.com/"],
  ])("%s is at %s, and its keys are made at %s", (domain, endpoint, keysUrl) => {
    const client = clientOf({ apiKey: "a-key", ...(domain === undefined ? {} : { domain }) });
    expect(client).toMatchObject({ endpoint, keysUrl });
  });

  test.each(["", "http://lc.example.com", "lc.example.com/path", "user:secret@lc.example.com", "lc.example.com?x=1", "ftp://lc.example.com", "not a host", 7])("%j is refused", (domain) => {
    const error = thrown(ConfigurationError, () => clientOf({ apiKey: "a-key", domain: wrong<string>(domain) }));
    expect(error.message).toContain("domain");
    expect(error.message).not.toContain("secret");
  });

  test("may have another root", async () => {
    expect(clientOf({ apiKey: "a-key", restPath: "/v1" }).endpoint).toBe("https://apis.luminarycloud.com/v1/");
    for (const restPath of ["v1", "//evil.example/", "/a b", 7]) expect(() => clientOf({ apiKey: "a-key", restPath: wrong<string>(restPath) })).toThrow(ConfigurationError);
  });
});

test("other options are checked too", () => {
  for (const options of [{ interactive: "yes" }, { auth: "x" }, { cacheDirectory: "" }, { timeout: -1 }, { sessionStore: {} }]) {
    expect(() => clientOf(wrong<LuminaryOptions>(options))).toThrow(ConfigurationError);
  }
  expect(() => new LuminaryClient(wrong<LuminaryOptions>("x"))).toThrow(ConfigurationError);
});

describe("the default client", () => {
  test("is set for the process, or for a scope across its awaits, and is otherwise made from the environment", async () => {
    const one = clientOf({ apiKey: "a-key" });
    const other = clientOf({ apiKey: "another-key" });
    setDefaultClient(one);
    expect(getDefaultClient()).toBe(one);
    await withClient(other, async () => {
      await Promise.resolve();
      expect(getDefaultClient()).toBe(other);
    });
    expect(getDefaultClient()).toBe(one);
    setDefaultClient(undefined);
    const made = getDefaultClient();
    expect(made).toBeInstanceOf(LuminaryClient);
    expect(getDefaultClient()).toBe(made);
    await made.close();
    setDefaultClient(undefined);
  });

  test("is refused when it is none", () => {
    expect(() => { setDefaultClient(wrong<LuminaryClient>({})); }).toThrow(ConfigurationError);
    expect(() => withClient(wrong<LuminaryClient>(undefined), () => 1)).toThrow(ConfigurationError);
  });
});
