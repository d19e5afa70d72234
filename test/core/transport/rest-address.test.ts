import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { addressBelow } from "../../../src/core/transport/rest.ts";

const root = new URL("https://api.example.com/v2/api/");

function refusal(path: unknown, below = root): ConfigurationError {
  try {
    addressBelow(below, path);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error(`the path ${JSON.stringify(path)} was taken`);
}

describe("a path below the root", () => {
  test.each([
    ["things", "https://api.example.com/v2/api/things"],
    ["/things", "https://api.example.com/v2/api/things"],
    ["things/", "https://api.example.com/v2/api/things/"],
    ["things/1", "https://api.example.com/v2/api/things/1"],
    ["things/a%2Fb", "https://api.example.com/v2/api/things/a%2Fb"],
    ["things/é", "https://api.example.com/v2/api/things/%C3%A9"],
    ["things/...", "https://api.example.com/v2/api/things/..."],
    ["things/.hidden", "https://api.example.com/v2/api/things/.hidden"],
    ["things/a..b", "https://api.example.com/v2/api/things/a..b"],
    ["things?next=../x", "https://api.example.com/v2/api/things?next=../x"],
    ["things/http://evil.example/", "https://api.example.com/v2/api/things/http://evil.example/"],
    ["things//evil.example", "https://api.example.com/v2/api/things//evil.example"],
    ["@evil.example/x", "https://api.example.com/v2/api/@evil.example/x"],
    ["/", "https://api.example.com/v2/api/"],
  ])("%j is %s", (path, href) => {
    expect(addressBelow(root, path).href).toBe(href);
  });

  test.each([
    ["https://api.example.com/v2/api", "https://api.example.com/v2/api/x"],
    ["https://api.example.com", "https://api.example.com/x"],
    ["https://api.example.com//evil.example/", "https://api.example.com//evil.example/x"],
    ["http://[::1]:80/p/", "http://[::1]/p/x"],
    ["https://api.example.com/p?q=1#h", "https://api.example.com/p/x"],
  ])("of the root %s, x is %s", (below, href) => {
    expect(addressBelow(new URL(below), "x").href).toBe(href);
  });

  test("does not change the root", () => {
    const before = root.href;
    addressBelow(root, "things", { a: 1 });
    expect(root.href).toBe(before);
  });
});

describe("a query", () => {
  test("is encoded, a list repeated, undefined left out, and 0, false and empty text kept", () => {
    const query = { text: "a b&c=d#e", many: ["x", 2], none: undefined, zero: 0, no: false, empty: "" };
    expect(addressBelow(root, "things", query).search).toBe("?text=a+b%26c%3Dd%23e&many=x&many=2&zero=0&no=false&empty=");
  });

  test("is added to that of the path", () => {
    expect(addressBelow(root, "things?a=1", { b: 2 }).search).toBe("?a=1&b=2");
  });

  test("never changes host or path, whatever it holds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()))), (query) => {
        const url = addressBelow(root, "things", query);
        expect(url.origin + url.pathname).toBe("https://api.example.com/v2/api/things");
        expect(url.hash).toBe("");
      }),
    );
  });
});

describe("a path is refused, and the error says where it may lead", () => {
  test.each([undefined, null, 5, {}, [], "", new URL("https://api.example.com/v2/api/x")])("%s is no text", (path) => {
    expect(refusal(path)).toMatchObject({ message: "the path must be text", hint: expect.stringContaining("https://api.example.com/v2/api/") });
  });

  test.each(["a b", "a\tb", "a\nb", "a\r\nHost: evil", "a\0", "a\x7f", "\\\\evil.example", "a\\..\\b", "a#b"])("%j holds what no path may", (path) => {
    expect(refusal(path).message).toContain("white space");
  });

  test.each(["http://evil.example/", "HTTPS://evil.example", "https:evil.example", "javascript:alert(1)", "data:,x", "//evil.example", "///evil.example", "a:b"])(
    "%s names a host of its own",
    (path) => {
      expect(refusal(path).message).toContain("host of its own");
    },
  );

  test.each([
    "..",
    ".",
    "../admin",
    "/../admin",
    "things/..",
    "things/../../admin",
    "things/./x",
    "%2e%2e/admin",
    "%2E./admin",
    ".%2e/admin",
    "things/%2e%2E",
    "things%2f..%2fadmin",
    "things%2F%2e%2e%2Fadmin",
    "things%5c..%5cadmin",
    "..?x=1",
    "things/..?x=1",
    "../?x=1/../..",
  ])("%s leads elsewhere", (path) => {
    expect(refusal(path).message).toContain('step "." or ".."');
  });
});

const pieces = [
  ...["..", ".", "%2e", "%2E", "%2f", "%5C", "%252e", "%00", "%", "/", "//", "\\", "?", "#", ";", ":", "@", "&", "=", "~"],
  ...["http:", "https://", "evil.example", "api.example.com", "user:pass@", "v2", "api", "things", "1", "é", "\u2028", "\uff0e", "\ud800", " ", "\t", "\n", "\r", "\0"],
];
const hostile = fc.oneof(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join("")), fc.string({ unit: "binary" }));
const roots = fc.constantFrom("https://api.example.com/v2/api/", "https://api.example.com/v2/api", "https://api.example.com/", "https://api.example.com//x//", "http://[::1]:8080/a%20b/");

/** Where a path leads at a server that decodes it once and resolves its steps afterwards. */
function decodedOnce(pathname: string): string {
  const text = pathname.replaceAll(/%2e/gi, ".").replaceAll(/%2f/gi, "/").replaceAll(/%5c/gi, "/");
  const steps: string[] = [];
  for (const step of text.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return steps.join("/");
}

describe("whatever a path holds", () => {
  test("it leads to no other origin and out of no root, also at a server that decodes it once; or it is refused", () => {
    fc.assert(
      fc.property(roots, hostile, (text, path) => {
        const below = new URL(text);
        const folder = below.pathname.endsWith("/") ? below.pathname : `${below.pathname}/`;
        let url: URL;
        try {
          url = addressBelow(below, path);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          return;
        }
        expect(url.origin).toBe(below.origin);
        expect(url.username + url.password).toBe("");
        expect(url.pathname.startsWith(folder)).toBe(true);
        expect(decodedOnce(url.pathname).startsWith(folder.replace(/\/$/, ""))).toBe(true);
        // What a transport makes of the text is the same address.
        expect(new URL(url.href).href).toBe(url.href);
      }),
      { numRuns: 5000 },
    );
  });

  test("an id that was encoded is taken and stays one step, unless it is made of steps itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }).filter((id) => !/\p{Surrogate}/u.test(id)), (id) => {
        const step = encodeURIComponent(id);
        if (/(?:^|[/\\])\.{1,2}(?:$|[/\\])/.test(id)) {
          refusal(`things/${step}`);
          return;
        }
        expect(addressBelow(root, `things/${step}`).pathname).toBe(`/v2/api/things/${step}`);
      }),
      { numRuns: 2000 },
    );
  });
});
