import { describe, expect, test } from "vitest";
import { browserAddress, namedEndpoint } from "../../../src/core/login/provider.ts";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { ConfigurationError } from "../../../src/errors/index.ts";

describe("an address that a browser may get", () => {
  test.each([
    ["https://login.example.com/authorize?a=b%20c&d=1+2", "https://login.example.com/authorize?a=b%20c&d=1+2"],
    ["http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"],
    ["http://[::1]:8080/x", "http://[::1]:8080/x"],
    ["http://localhost/x", "http://localhost/x"],
  ])("is given as it is: %s", (address, given) => {
    expect(browserAddress(address)).toBe(given);
  });

  test.each([
    "https://login.example.com/$(touch /tmp/x);`id`|cat&x='1'!",
    "https://login.example.com/?q=$(touch x);`id`|cat'\"<>!*^",
    "https://login.example.com/#$(touch x)`",
  ])("has nothing in it that means something to a shell: %s", (address) => {
    const given = browserAddress(address) ?? "";
    expect(given).toMatch(/^https:\/\/login\.example\.com\/[\w\-.~:/?#[\]@=&%+]*$/);
    // And still means the same.
    expect(decodeURIComponent(new URL(given).pathname)).toBe(decodeURIComponent(new URL(address).pathname));
    expect([...new URL(given).searchParams]).toEqual([...new URL(address).searchParams]);
  });
});

describe("no browser gets", () => {
  test.each([
    "file:///etc/passwd",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "ms-msdt:/id PCWDiagnostic",
    "ssh://host/",
    "chrome://settings",
    "blob:https://login.example.com/x",
    "http://login.example.com/",
    "http://127.0.0.1.attacker.example/",
    "https://user:password@login.example.com/",
    "--version",
    "-a Calculator",
    "login.example.com",
    "",
  ])("%j", (address) => {
    expect(browserAddress(address)).toBeUndefined();
  });
});

test("an endpoint that a server names has to be https, or on this machine", () => {
  const secrets = new LiveSecrets();
  expect(namedEndpoint("https://login.example.com/authorize", "x", secrets)?.href).toBe("https://login.example.com/authorize");
  expect(namedEndpoint("http://127.0.0.1:1/authorize", "x", secrets)?.port).toBe("1");
  expect(namedEndpoint(undefined, "x", secrets)).toBeUndefined();
  for (const text of ["javascript:alert(1)", "file:///x", "http://login.example.com/", "", 7]) expect(() => namedEndpoint(text, "x", secrets)).toThrow(ConfigurationError);
});
