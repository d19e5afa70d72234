import { describe, expect, test } from "vitest";
import { LiveSecrets } from "../../src/core/live-secrets.ts";
import { canary } from "../oracle/oracle.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const knowing = (...secrets: string[]): LiveSecrets => {
  const live = new LiveSecrets();
  for (const secret of secrets) live.add(secret);
  return live;
};

describe("a secret is hidden", () => {
  const secret = canary("se/cret+of~this?test>of>forms~~");

  test.each(["", "u", "us", "use", "user:"])("in the base64 of what holds it, after %j", (before) => {
    const whole = base64(`${before}${secret}:and more`);
    const shown = knowing(secret).scrub(whole);
    expect(shown).toContain("[redacted]");
    // Of the secret itself at most what shares a letter with what stands around it.
    expect(shown.replace("[redacted]", "").length).toBeLessThanOrEqual(base64(`${before}:and more`).length + 4);
  });

  test("in base64url", () => {
    const url = Buffer.from(secret).toString("base64url");
    expect(url).toMatch(/[-_]/);
    expect(knowing(secret).scrub(`a ${url} b`)).toBe("a [redacted] b");
  });

  test.each([["padded twice", "0123456789012"], ["padded once", "01234567890123"], ["not padded", "012345678901234"]])("in base64 that is %s, with its padding or without", (_what, text) => {
    const live = knowing(canary(text));
    for (const form of [base64(text), base64(text).replace(/=/g, "")]) expect(live.scrub(`<${form}>`)).toMatch(/^<\[redacted\]=*>$/);
  });

  test("percent-encoded, with letters of either case", () => {
    const upper = encodeURIComponent(secret);
    const lower = upper.replace(/%../g, (code) => code.toLowerCase());
    expect(lower).not.toBe(upper);
    for (const form of [upper, lower]) expect(knowing(secret).scrub(form)).toBe("[redacted]");
  });

  test("also one that was made, and however many were made, those that are sent stay hidden", () => {
    const live = knowing(secret);
    for (let count = 0; count < 65; count += 1) live.addMade(canary(`a-secret-that-was-made-${count}`));
    expect(live.scrub(`${secret} a-secret-that-was-made-64 a-secret-that-was-made-1!`)).toBe("[redacted] [redacted] [redacted]!");
    expect(live.touches("a-secret-that-was-made-0!")).toBe(false);
  });
});

describe("what is no secret stays", () => {
  test.each([["abcdef", false], ["abcdefg", true]])("where of %s too few letters would be sure to stand in the base64 of what holds it; eight are enough", (secret, hidden) => {
    const shown = knowing(secret).scrub(base64(`z${secret}`));
    expect(shown !== base64(`z${secret}`)).toBe(hidden);
  });

  test("where an empty one was added", () => {
    expect(knowing("").scrub("text")).toBe("text");
  });
});

describe("the length of what is told", () => {
  test.each([[2_048, 2_048], [2_049, 2_048], [8_192, 2_048], [100_000, 2_048]])("of %i characters is %i", (length, told) => {
    const text = knowing(canary("a-secret-of-some-length")).scrub("x".repeat(length));
    expect(text).toHaveLength(told);
    expect(text.endsWith("…")).toBe(length > told);
  });

  test("shows no beginning of a secret that stands where the text is cut", () => {
    const secret = canary(`begin-${"s".repeat(60)}`);
    for (let at = 2_048 * 4 - 70; at <= 2_048 * 4 + 70; at += 7) expect(knowing(secret).scrub(`${"x".repeat(at)}${secret}`)).not.toContain("begin-");
    const many = `${`${secret} `.repeat(150)}${secret}`;
    expect(knowing(secret).scrub(many)).not.toContain("begin-");
  });
});

describe("a JSON value", () => {
  test("is the very same object where it holds no secret, and null stays null", () => {
    const live = knowing(canary("a-secret-in-json"));
    const value = { a: [1, null, "b"] };
    expect(live.scrubJson(value)).toBe(value);
    expect(live.scrubJson(null)).toBeNull();
    expect(live.scrubJson({ a: null, b: "a-secret-in-json", "a-secret-in-json": [1, "a-secret-in-json"] })).toEqual({ a: null, b: "[redacted]", "[redacted]": [1, "[redacted]"] });
  });
});
