import { describe, expect, test } from "vitest";
import { ConfigurationError, type ClientOptions } from "keylight";
import { makeAuthority } from "../support/certificates.ts";
import { overFetch } from "../support/transport.ts";
import { clientOf, fakeLumar, failure } from "./support.ts";

const ca = makeAuthority("a service's")?.pem;

describe.runIf(overFetch("there node:http is missing"))("on a runtime without node:http", () => {
  test.skipIf(ca === undefined)("ca is refused at the first call, and nothing is sent", async () => {
    await expectRefused({ ca: ca ?? "" }, "ca");
  });

  test("proxy is refused at the first call, and nothing is sent", async () => {
    await expectRefused({ proxy: "http://127.0.0.1:3128" }, "proxy");
  });

  test("a proxy of the environment is the affair of the runtime's fetch", async () => {
    const fake = fakeLumar();
    await clientOf({ userKey: fake.userKey, env: { HTTPS_PROXY: "http://127.0.0.1:1" } }).me();
    expect(fake.requests).toHaveLength(2);
  });
});

async function expectRefused(options: ClientOptions, name: string): Promise<void> {
  const fake = fakeLumar();
  const client = clientOf({ sessionToken: "a-session-token", ...options });
  for (let call = 0; call < 2; call += 1) {
    const { message, hint } = await failure(client.me(), ConfigurationError);
    expect(message).toMatch(new RegExp(`^${name} needs node:http`));
    expect(hint).toContain("fetch");
  }
  expect(fake.requests).toEqual([]);
}
