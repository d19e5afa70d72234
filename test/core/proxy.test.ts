import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../src/core/environment.ts";
import { LiveSecrets } from "../../src/core/live-secrets.ts";
import { admitProxy, proxyVariables, readProxy, type ProxyServer } from "../../src/core/proxy.ts";
import { ConfigurationError } from "../../src/errors/index.ts";
import { canary } from "../oracle/oracle.ts";

const api = new URL("https://api.example.com/graphql");
const plain = new URL("http://appliance.example.com/api");
const none = readEnvironment([], {});
const inEnvironment = (variables: Record<string, string>) => readProxy(undefined, readEnvironment(proxyVariables, variables));
const serverOf = (option: unknown): ProxyServer | undefined => readProxy(option, none)?.for(api);
const thrownBy = (action: () => unknown): ConfigurationError => {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
  }
  throw new Error("expected a ConfigurationError");
};

test.each([
  ["http://proxy.example:3128", "http://proxy.example:3128/"],
  ["http://proxy.example", "http://proxy.example/"],
  ["https://proxy.example/", "https://proxy.example/"],
  [" http://10.0.0.1:8080/ \n", "http://10.0.0.1:8080/"],
  ["proxy.example:3128", "http://proxy.example:3128/"],
  ["proxy.example", "http://proxy.example/"],
  ["http://[fd00::1]:3128", "http://[fd00::1]:3128/"],
])("%j is the proxy %s, for every target", (option, href) => {
  const rules = readProxy(option, none);
  expect([rules?.for(api)?.url.href, rules?.for(plain)?.url.href, rules?.explicit]).toEqual([href, href, true]);
  expect(serverOf(option)).toMatchObject({ authorization: undefined, secrets: [] });
});

test.each([
  ["http://user:hunter2-pass@proxy.example", "user:hunter2-pass"],
  ["user:hunter2-pass@proxy.example:80", "user:hunter2-pass"],
  ["http://us%40er:hunter2%3A%2F%C3%BC@proxy.example", "us@er:hunter2:/ü"],
  ["http://hunter2token@proxy.example", "hunter2token:"],
  ["http://:hunter2-pass@proxy.example", ":hunter2-pass"],
])("%j has its credentials taken out of the address", (option, credentials) => {
  const server = serverOf(option);
  expect(server?.url.href).toBe("http://proxy.example/");
  expect(server?.authorization).toBe(`Basic ${Buffer.from(credentials).toString("base64")}`);
  const secrets = new LiveSecrets();
  admitProxy(readProxy(option, none), api, secrets);
  for (const secret of [credentials.replace(/^(user|us@er)?:|:$/g, ""), String(server?.authorization)]) expect(secrets.scrub(`it says ${secret}.`)).not.toContain(secret);
});

test.each([
  ["", "is not the URL of a proxy"],
  ["http://", "is not the URL of a proxy"],
  ["http://proxy example", "is not the URL of a proxy"],
  ["http://proxy:99999", "is not the URL of a proxy"],
  ["socks://proxy.example:1080", "must be an http or https proxy"],
  ["socks5h://user:hunter2-pass@proxy.example", "must be an http or https proxy"],
  ["ftp://proxy.example", "must be an http or https proxy"],
  ["http://proxy.example/proxy.pac", "must hold no path"],
  ["http://proxy.example/?token=hunter2-pass", "must hold no path"],
  ["http://proxy.example/#hunter2-pass", "must hold no path"],
  ["http://user:hunter2%zz@proxy.example", "holds a user name or password that is not percent-encoded"],
  [true, "must be the URL of a proxy, or false"],
  [null, "must be the URL of a proxy, or false"],
  [8080, "must be the URL of a proxy, or false"],
  [new URL("http://proxy.example"), "must be the URL of a proxy, or false"],
])("%j is refused by name and not quoted, as an option and as a variable", (value, message) => {
  canary("hunter2-pass");
  expect(thrownBy(() => serverOf(value)).message).toMatch(new RegExp(`^proxy ${message}`));
  if (typeof value !== "string" || value === "") return;
  const error = thrownBy(() => inEnvironment({ https_proxy: value })?.for(api));
  expect(error.message).toMatch(new RegExp(`^https_proxy ${message}`));
  expect(JSON.stringify([error.message, error.hint])).not.toContain("hunter2");
});

describe("of the variables", () => {
  test.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{ HTTPS_PROXY: "http://a" }, "a", undefined],
    [{ HTTP_PROXY: "http://a" }, undefined, "a"],
    [{ https_proxy: "http://a", HTTPS_PROXY: "http://b", http_proxy: "http://c", HTTP_PROXY: "http://d" }, "a", "c"],
    [{ https_proxy: " ", HTTPS_PROXY: "http://b" }, "b", undefined],
    [{ HTTPS_PROXY: "http://a", HTTP_PROXY: "http://b", NO_PROXY: "api.example.com" }, undefined, "b"],
    [{ HTTPS_PROXY: "http://a", HTTP_PROXY: "http://b", no_proxy: "appliance.example.com", NO_PROXY: "*" }, "a", undefined],
    // Where a request's own header would set it.
    [{ HTTP_PROXY: "http://a", HTTPS_PROXY: "http://b", REQUEST_METHOD: "GET" }, "b", undefined],
    [{ http_proxy: "http://a", REQUEST_METHOD: "GET" }, undefined, "a"],
    // One that is wrong harms only the targets that it is for.
    [{ HTTPS_PROXY: "http://a", HTTP_PROXY: "socks5://b", NO_PROXY: "appliance.example.com" }, "a", undefined],
  ])("%j: %s for https, %s for http", (variables, secure, insecure) => {
    const rules = inEnvironment(variables);
    expect([rules?.for(api)?.url.hostname, rules?.for(plain)?.url.hostname]).toEqual([secure, insecure]);
    expect(rules?.explicit).toBe(false);
  });

  test("there are no rules where none is set, nor for the option false", () => {
    expect(inEnvironment({ NO_PROXY: "*", REQUEST_METHOD: "GET", ALL_PROXY: "http://a" })).toBeUndefined();
    expect(readProxy(false, readEnvironment(proxyVariables, { HTTPS_PROXY: "socks5://a" }))).toBeUndefined();
  });

  test("the option is taken instead of all of them", () => {
    const env = readEnvironment(proxyVariables, { HTTPS_PROXY: "socks5://a", NO_PROXY: "*" });
    expect(readProxy("http://b", env)?.for(api)?.url.hostname).toBe("b");
  });
});

describe("this machine", () => {
  const urls = ["localhost", "LOCALHOST.", "api.localhost", "127.0.0.1", "127.1", "127.8.9.10", "[::1]"];
  test.each(urls)("%s is never asked through the proxy of a variable", (host) => {
    const rules = inEnvironment({ HTTPS_PROXY: "http://a", HTTP_PROXY: "http://a" });
    expect([rules?.for(new URL(`https://${host}/`)), rules?.for(new URL(`http://${host}:8080/`))]).toEqual([undefined, undefined]);
  });

  test.each(urls)("%s is asked through that of the option, unless the proxy would see the request", (host) => {
    const rules = readProxy("http://a", none);
    expect([rules?.for(new URL(`https://${host}/`))?.url.hostname, rules?.for(new URL(`http://${host}:8080/`))]).toEqual(["a", undefined]);
  });

  test.each(["localhost.example.com", "notlocalhost", "127.0.0.1.example.com", "128.0.0.1", "[::2]"])("%s is another machine", (host) => {
    expect(inEnvironment({ HTTPS_PROXY: "http://a" })?.for(new URL(`https://${host}/`))?.url.hostname).toBe("a");
  });
});
