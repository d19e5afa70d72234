import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { credentialText } from "../../../src/core/credentials/text.ts";
import { Secret } from "../../../src/core/secret.ts";

function refusal(value: unknown): ConfigurationError {
  try {
    credentialText(value as string, "apiKey");
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("the credential was taken");
}

test.each([
  ["empty", ""],
  ["white space alone", " \t\r\n"],
  ["a line break inside", "abc\ncdef"],
  ["a carriage return inside", "abc\rcdef"],
  ["a header injected", "abc\r\nx-admin: 1"],
  ["a space inside", "abc cdef"],
  ["a NUL", "abc\0cdef"],
  ["a DEL", "abc\x7fcdef"],
  ["non-ASCII", "schlüssel"],
  ["a no-break space at the end", "abcdef\u00a0"],
  ["a zero-width space", "abc\u200bcdef"],
  ["a typographic quote", "\u201cabc\u201d"],
  ["the text undefined", "undefined"],
  ["the text null", "null"],
  ["the text null among white space", " null\n"],
  ["a leading Bearer", "Bearer abcdef"],
  ["a leading bearer in lower case", "bearer abcdef"],
  ["a leading Bearer and a tab", "BEARER\tabcdef"],
  ["4,097 characters", "k".repeat(4097)],
])("%s is refused, naming the option and a way out, never the value", (_what, value) => {
  for (const given of [value, new Secret(value)]) {
    const error = refusal(given);
    expect(error.message).toMatch(/^apiKey /);
    expect(error.hint).toContain("apiKey");
    for (const part of ["abc", "cdef", "schl", "kkk", "x-admin"]) expect(JSON.stringify(error) + error.message).not.toContain(part);
  }
});

test.each([undefined, null, 12345, true, {}, ["key"], () => "key", Symbol("key"), Buffer.from("key"), Object("key")])("%s is no text and is refused", (value) => {
  const error = refusal(value);
  expect(error.message).toBe("apiKey must be a string or a Secret");
});

test("ASCII white space around it is trimmed, as files and shells add it", () => {
  for (const value of ["\n key-1 \t\r\n", "key-1\n", "\f key-1"]) {
    expect(credentialText(value, "apiKey")).toBe("key-1");
    expect(credentialText(new Secret(value), "apiKey")).toBe("key-1");
  }
});

test("words that only look like the refused ones are taken", () => {
  for (const value of ["nullable", "undefined1", "bearer", "Bearer:x", "k", "k".repeat(4096), "!~"]) expect(credentialText(value, "apiKey")).toBe(value);
});

test("exactly the texts of visible ASCII are taken, whatever they are", () => {
  const refused = /^(undefined|null)$/;
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
      const trimmed = value.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
      const good = /^[\x21-\x7e]{1,4096}$/.test(trimmed) && !refused.test(trimmed);
      if (good) expect(credentialText(value, "n")).toBe(trimmed);
      else expect(() => credentialText(value, "n")).toThrow(ConfigurationError);
    }),
    { examples: [["abc"], [" abc "], ["a b"], [""], ["\u00e9"]] },
  );
});
