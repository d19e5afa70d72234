import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { checkWay, groundOf } from "../../src/core/base-client.ts";
import { headerValue } from "../../src/core/credentials/source.ts";
import { defaultClientOf } from "../../src/core/default-client.ts";
import type { CommonOptions } from "../../src/core/options.ts";
import { canary } from "../oracle/oracle.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("what a client stands on", () => {
  test.each([[undefined], [null], ["options"], [5], [() => undefined]])("is not made from %s", (options) => {
    expect(() => groundOf(options as unknown as CommonOptions, [])).toThrow(new ConfigurationError("the options of a client must be an object"));
  });

  test("reads the service's variables, those of proxies and LC_LOG, and no other", () => {
    const env = { MY_KEY: "a", MY_OTHER: "b", LC_LOG: "off", HTTPS_PROXY: "http://proxy.test:3128" };
    const ground = groundOf({ env }, ["MY_KEY"]);
    expect(["MY_KEY", "MY_OTHER", "LC_LOG", "HTTPS_PROXY"].map((name) => ground.env(name))).toEqual(["a", undefined, "off", "http://proxy.test:3128"]);
    expect(ground.settings.proxy?.for(new URL("https://api.test/"))?.url.href).toBe("http://proxy.test:3128/");
    expect(() => groundOf({ env: { LC_LOG: "loud" } }, [])).toThrow("LC_LOG must be one of");
  });

  test("hides what has the shape of the service's secrets, and has no login running", () => {
    const ground = groundOf({ env: {}, timeout: 77 }, [], /svc_\w+/g);
    expect(ground.secrets.scrub("a svc_123 b")).toBe("a [redacted] b");
    expect([ground.settings.timeout, ground.open.size]).toEqual([77, 0]);
  });

  test("says before anything is sent what is wrong with the way to an address, and hides a proxy's password", () => {
    const password = canary("password-of-the-proxy");
    const ground = groundOf({ env: {}, proxy: `http://me:${password}@proxy.test:3128` }, []);
    checkWay(ground, new URL("https://api.test/"), new URL("https://login.test/"));
    expect(ground.secrets.scrub(`no ${password}`)).toBe("no [redacted]");
    const wrong = groundOf({ env: { http_proxy: "socks5://proxy.test" } }, []);
    expect(() => { checkWay(wrong, new URL("https://api.test/")); }).not.toThrow();
    expect(() => { checkWay(wrong, new URL("https://api.test/"), new URL("http://login.test/")); }).toThrow("http_proxy must be an http or https proxy");
  });
});

describe("the three functions of a service's default client", () => {
  interface Client { me: () => string; close: () => void }
  const client = (name: string): Client => ({ me: () => name, close: () => undefined });
  const functions = (service: string, make = vi.fn(() => client("made"))) => ({ ...defaultClientOf<Client>(service, make, ["me", "close"]), make });

  test("give the one that was set, else one that is made once and kept", () => {
    const { getDefaultClient, setDefaultClient, make } = functions("edges-1");
    expect(getDefaultClient().me()).toBe("made");
    expect(getDefaultClient().me()).toBe("made");
    expect(make).toHaveBeenCalledTimes(1);
    setDefaultClient(client("set"));
    expect(getDefaultClient().me()).toBe("set");
    setDefaultClient(undefined);
    expect(getDefaultClient().me()).toBe("made");
    expect(make).toHaveBeenCalledTimes(2);
  });

  test("give another one inside of withClient alone, across its awaits", async () => {
    const { getDefaultClient, setDefaultClient, withClient } = functions("edges-2");
    setDefaultClient(client("set"));
    const inside = withClient(client("inside"), async () => {
      await Promise.resolve();
      return getDefaultClient().me();
    });
    expect([getDefaultClient().me(), await inside]).toEqual(["set", "inside"]);
  });

  test.each([[null], ["client"], [5], [{}], [{ me: () => "half" }]])("take nothing but a client: %j", (other) => {
    const { getDefaultClient, setDefaultClient, withClient } = functions("edges-3");
    expect(() => { setDefaultClient(other as unknown as Client); }).toThrow(new ConfigurationError("setDefaultClient needs a client of this service"));
    expect(() => withClient(other as unknown as Client, () => "ran")).toThrow(new ConfigurationError("withClient needs a client of this service"));
    expect(getDefaultClient().me()).toBe("made");
  });

  test("take nothing for a client that is undefined in withClient: it would be somebody else's", () => {
    expect(() => functions("edges-4").withClient(undefined as unknown as Client, () => "ran")).toThrow("withClient needs a client of this service");
  });
});

test("a credential goes out behind its prefix where it has one", () => {
  const credential = { header: "x", value: canary("a-value-of-a-header"), generation: 1, adopted: true };
  expect(headerValue(credential)).toBe("a-value-of-a-header");
  expect(headerValue({ ...credential, prefix: "Bearer " })).toBe("Bearer a-value-of-a-header");
});
